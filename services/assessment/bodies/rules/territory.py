"""Where a body may examine beside its own prefecture: one authority proposes it, the other one confirms it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from services.assessment.bodies.rules.bodies import Body
from shared.dated_entries import entries
from shared.dated_entries.entries import DatedEntry
from shared.kernel.refusals import Conflict, Invalid

KIND: Final = "territory"
"""The kind of the proposals that ask for exams in another prefecture."""


class OutsideTerritory(Conflict):
    """Facts: `region`, the reporting region of the place; `day`."""

    slug = "outside-territory"
    title_en = "The body may not examine in that prefecture on that day."
    title_zh = "该机构在所涉日期不得在该地区开展评价。"
    cure_en = (
        "Examine in the body's own prefecture. Elsewhere, the authorities of both have to agree first: ask one of them "
        "to propose {region} from {day}."
    )
    cure_zh = (
        "请在本市域内开展评价；跨市域的，须先由双方主管部门同意，可由其中一方申请自 {day} 起在 {region} 开展评价。"
    )
    reference = "POST /v1/bodies/…/territories"
    check = "C03"


class NotAnotherPrefecture(Invalid):
    """Facts: `region`, the body's own reporting region."""

    slug = "not-another-prefecture"
    title_en = "This is not the region of another prefecture."
    title_zh = "所填不是其他市级地区。"
    cure_en = "Name a prefecture or a place that reports on its own, other than the body's own ({region})."
    cure_zh = "请填写市级或单独统计的地区代码，且不同于该机构所在地区（{region}）。"


class TerritoryOverlaps(Conflict):
    """Facts: `entry`, `first_on`, `last_on` of the existing one."""

    slug = "territory-overlaps"
    title_en = "The body may already examine there on some of these days."
    title_zh = "该机构在所选时间内已可在该地区开展评价，期间重叠。"
    cure_en = "Choose days outside the existing entry ({first_on} to {last_on}), or end that entry first."
    cure_zh = "请避开已有记录的期间（{first_on} 至 {last_on}），或先终止该记录。"
    reference = "POST /v1/bodies/…/territories/{entry}/ending"


class TerritoryEnded(Conflict):
    """Facts: `last_on`."""

    slug = "territory-ended"
    title_en = "The entry already ends before that day."
    title_zh = "该记录在所选日期之前已经终止。"
    cure_en = "You need not end it: an entry can only be given an earlier end."
    cure_zh = "无需再次终止；记录只能提前终止。"


@dataclass(frozen=True, kw_only=True)
class Territory(DatedEntry):
    """A prefecture other than its own in which a body may examine; `agreed_by` is the second of the two persons."""

    body_id: UUID
    reporting_region: str
    agreed_by: str


def require_territory(territories: Iterable[Territory], reporting_region: str, *, day: date) -> None:
    """Check that a body with `territories` may examine there on `day`. Raises OutsideTerritory. Source: §3.7, C03."""
    if not any(each.reporting_region == reporting_region and each.stands_on(day) for each in territories):
        raise OutsideTerritory(pointer="/region", region=reporting_region, day=day.isoformat())


def open_(territory: Territory, body: Body, *, others: Iterable[Territory]) -> Territory:
    """The new `territory` (version 1), checked against the body's `others`.

    Raises NotAnotherPrefecture, TerritoryOverlaps, PeriodEndsBeforeStart.
    """
    if territory.reporting_region == body.reporting_region:
        raise NotAnotherPrefecture(pointer="/region", region=body.reporting_region)
    there = [each for each in others if each.reporting_region == territory.reporting_region]
    standing = entries.overlapped(territory, there)
    if standing is not None:
        raise TerritoryOverlaps(pointer="/first_on", entry=str(standing.id), **standing.days())
    return territory


def end(territory: Territory, *, from_on: date, by: str, reason: str, at: datetime) -> Territory:
    """End `territory` on the day before `from_on`. Raises TerritoryEnded."""
    return entries.end(territory, from_on=from_on, by=by, reason=reason, at=at, ended=TerritoryEnded)
