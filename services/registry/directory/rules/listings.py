"""The second catalogue: which institution is listed for which project, and on which days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from services.registry.directory.rules.institutions import Institution
from services.registry.plan.rules.projects import Project
from shared.contracts.registry.directory import ListingClosed, ListingOpened, ListingState
from shared.dated_entries import endings, entries
from shared.dated_entries.endings import Ending
from shared.dated_entries.entries import DatedEntry
from shared.kernel.refusals import Conflict

F = TypeVar("F", bound=ListingState)


class ProjectNotListed(Conflict):
    """Facts: `project`, `day`, and `first_on`, `last_on`: its days in the catalogue."""

    slug = "project-not-listed"
    title_en = "The project is not in the catalogue of subsidised projects on that day."
    title_zh = "该项目在所涉日期不在补贴性培训项目目录内。"
    cure_en = "Choose a project that is in the catalogue on {day}, or a different first day."
    cure_zh = "请选择在 {day} 有效的项目，或调整开班日期。"
    reference = "GET /v1/projects"
    check = "C02"


class InstitutionNotListed(Conflict):
    """Facts: `project`, `day`."""

    slug = "institution-not-listed"
    title_en = "The institution is not listed for this project on that day."
    title_zh = "该机构在所涉日期未列入该项目的培训机构目录。"
    cure_en = "Ask the county to list the institution for {project} from {day}, or file the class without a subsidy."
    cure_zh = "请向县区申请自 {day} 起将机构列入 {project} 的目录，或按非补贴班报备。"
    check = "C02"


class ListingOverlaps(Conflict):
    """Facts: `listing`, `first_on` and `last_on` of the existing one."""

    slug = "listing-overlaps"
    title_en = "The institution is already listed for this project on some of these days."
    title_zh = "该机构在所选时间内已列入该项目目录，期间重叠。"
    cure_en = "Choose days outside the existing listing ({first_on} to {last_on}), or close that listing first."
    cure_zh = "请避开已有记录的期间（{first_on} 至 {last_on}），或先终止该记录。"
    reference = "POST /v1/institutions/…/listings/{listing}/closing"


class ListingEnded(Conflict):
    """Facts: `last_on`."""

    slug = "listing-ended"
    title_en = "The listing already ends before that day."
    title_zh = "该目录记录在所选日期之前已经终止。"
    cure_en = "You need not close it: a listing can only be given an earlier end."
    cure_zh = "无需再次终止；目录记录只能提前终止。"


@dataclass(frozen=True, kw_only=True)
class Listing(DatedEntry):
    """The listing of an institution for a project."""

    institution_id: UUID
    project: str


def require_listed(project: Project, listings: Iterable[Listing], *, day: date) -> None:
    """Check that an institution with `listings` may begin a class of `project` on `day`.

    Raises ProjectNotListed, InstitutionNotListed. Source: domain rules §4.6 C02.
    """
    require_in_catalogue(project, day=day)
    if not any(each.project == project.code and each.stands_on(day) for each in listings):
        raise InstitutionNotListed(project=project.code, day=day.isoformat())


def require_in_catalogue(project: Project, *, day: date) -> None:
    """Check that `project` can be subsidised on `day`. Raises ProjectNotListed. Source: domain rules §4.6 C02."""
    if not project.is_listed_on(day):
        last = project.listed.last
        raise ProjectNotListed(
            project=project.code,
            day=day.isoformat(),
            first_on=project.listed.first.isoformat(),
            last_on=None if last is None else last.isoformat(),
        )


def open_(
    listing: Listing, institution: Institution, *, others: Iterable[Listing], at: datetime
) -> tuple[Listing, ListingOpened]:
    """The new `listing` (version 1) and its fact, checked against the institution's `others`.

    Raises ListingOverlaps, PeriodEndsBeforeStart.
    """
    _require_alone(listing, others)
    return listing, _fact(ListingOpened, listing, institution, at=at)


def close(
    listing: Listing, institution: Institution, *, from_on: date, by: str, reason: str, at: datetime
) -> tuple[Listing, ListingClosed]:
    """End `listing` on the day before `from_on`. Raises ListingEnded."""
    after = entries.end(listing, from_on=from_on, by=by, reason=reason, at=at, ended=ListingEnded)
    return after, _fact(ListingClosed, after, institution, at=at)


def reopen(
    listing: Listing, institution: Institution, ending: Ending | None, *, others: Iterable[Listing], at: datetime
) -> tuple[Listing, ListingOpened]:
    """Take back the `ending` of `listing`: it holds to its former last day. Raises NotEnded, ListingOverlaps."""
    after = endings.reopen(listing, ending)
    _require_alone(after, others)
    return after, _fact(ListingOpened, after, institution, at=at)


def _require_alone(listing: Listing, others: Iterable[Listing]) -> None:
    of_project = [each for each in others if each.project == listing.project and each.id != listing.id]
    standing = entries.overlapped(listing, of_project)
    if standing is not None:
        raise ListingOverlaps(pointer="/first_on", listing=str(standing.id), **standing.days())


def _fact(fact: type[F], listing: Listing, institution: Institution, *, at: datetime) -> F:
    return fact(
        subject=f"listings/{listing.id}",
        version=listing.version,
        at=at,
        listing_id=listing.id,
        institution_id=listing.institution_id,
        project=listing.project,
        region=institution.region,
        reporting_region=institution.reporting_region,
        first_on=listing.first_on,
        last_on=listing.last_on,
    )
