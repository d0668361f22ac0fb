"""The first catalogue: projects that may be subsidised, each with its terms, of which one at most holds on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.contracts.dimensions import award_fields
from shared.contracts.registry.plan import ProjectListed
from shared.kernel.awards import Award
from shared.kernel.periods import Period, day_before
from shared.kernel.refusals import Conflict


class ProjectTermOverlaps(Conflict):
    """Facts: `first_on`, `last_on` of the later term."""

    slug = "project-term-overlaps"
    title_en = "A later term of the project begins before this one ends."
    title_zh = "该项目已有更晚开始的目录期间，与所填期间重叠。"
    cure_en = "End this term before {first_on}. To change the later term, send it with {first_on} as its own first day."
    cure_zh = "请将结束日期设在 {first_on} 之前；如需修改较晚的期间，请按其 {first_on} 提交。"


@dataclass(frozen=True)
class Project:
    """A project as it stands in the catalogue for one term, the days in `listed`; `version` is that of the project."""

    code: str
    name_zh: str
    name_en: str
    edition: str
    occupation: str
    award: Award
    category: str
    hours_min: int
    is_scarce: bool
    is_needed: bool
    listed: Period
    version: int
    put_by: str | None = None
    """Who in the province put this term into the catalogue; None for one that came with the plan."""

    def is_listed_on(self, day: date) -> bool:
        """Whether a class that starts on `day` may be a class of this project."""
        return self.listed.contains(day)

    def same_as(self, other: Project) -> bool:
        """Whether `other` is the same term with the same content."""
        return replace(other, version=self.version, put_by=self.put_by) == self


def put(term: Project, terms: Iterable[Project]) -> list[Project]:
    """The terms that are new or changed when `term` is added to all `terms` of its project.

    It replaces the one that begins on its first day, and ends the one during which it begins. Raises
    ProjectTermOverlaps where it would reach into a later one.
    """
    ended = []
    for each in terms:
        if each.listed.first > term.listed.first and each.listed.overlaps(term.listed):
            last = each.listed.last
            raise ProjectTermOverlaps(
                pointer="/last_on",
                first_on=each.listed.first.isoformat(),
                last_on=None if last is None else last.isoformat(),
            )
        if each.listed.first < term.listed.first and each.is_listed_on(term.listed.first):
            ended.append(replace(each, listed=Period(each.listed.first, day_before(term.listed.first))))
    return [*ended, term]


def planned(term: Project, terms: Sequence[Project]) -> Project | None:
    """The `term` of a plan as far as it reaches beside all `terms` of its project; None where it changes nothing.

    What the province has put stands: no day of it is touched, and a planned term ends before the next one begins.
    """
    first = term.listed.first
    if any(each.is_listed_on(first) and each.put_by is not None for each in terms):
        return None
    same = next((each for each in terms if each.listed.first == first), None)
    if same is not None and same.put_by is not None:
        return None
    later = min((each.listed.first for each in terms if each.listed.first > first), default=None)
    if later is not None and term.listed.contains(later):
        term = replace(term, listed=Period(first, day_before(later)))
    return None if same is not None and same.same_as(term) else term


def holding(terms: Sequence[Project], *, day: date) -> Project:
    """The project by all its `terms`: as it stands on `day`, or else as it stood last, or else as it will first."""
    begun = [each for each in terms if each.listed.first <= day]
    return max(begun, key=_first_day) if begun else min(terms, key=_first_day)


def _first_day(term: Project) -> date:
    return term.listed.first


def list_(term: Project, *, at: datetime) -> ProjectListed:
    """The fact that `term` was put into the catalogue as it is now."""
    return ProjectListed(
        subject=f"projects/{term.code}",
        version=term.version,
        at=at,
        code=term.code,
        name_zh=term.name_zh,
        name_en=term.name_en,
        edition=term.edition,
        occupation=term.occupation,
        **award_fields(term.award),
        category=term.category,
        hours_min=term.hours_min,
        is_scarce=term.is_scarce,
        is_needed=term.is_needed,
        first_on=term.listed.first,
        last_on=term.listed.last,
    )
