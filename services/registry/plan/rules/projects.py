"""The first catalogue: projects that may be subsidised, each with its terms, of which one at most holds on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.contracts.dimensions import award_fields
from shared.contracts.registry.plan import ProjectListed
from shared.dated_rules.rules import Provenance, RowOverlaps, known, require_room, spans
from shared.kernel.awards import Award
from shared.kernel.periods import Period


class ProjectTermOverlaps(RowOverlaps):
    slug = "project-term-overlaps"
    title_en = "A later term of the project begins before this one ends."
    title_zh = "该项目已有更晚开始的目录期间，与所填期间重叠。"
    cure_en = "End this term before {first_on}. To change the later term, send it with {first_on} as its own first day."
    cure_zh = "请将结束日期设在 {first_on} 之前；如需修改较晚的期间，请按其 {first_on} 提交。"


@dataclass(frozen=True)
class Project:
    """A project as it stands in the catalogue for one term, the days in `listed`.

    `version` is the one that the project has since the term was approved, or will have if it is.
    """

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
    id: str
    source: str
    provenance: Provenance

    @property
    def subject(self) -> str:
        return self.code

    @property
    def rule(self) -> str:
        return f"project/{self.code}"

    @property
    def validity(self) -> Period:
        return self.listed

    @property
    def is_end(self) -> bool:
        return False

    def during(self, validity: Period) -> Project:
        return replace(self, listed=validity)

    def same_as(self, other: Project) -> bool:
        """Whether both list the project on the same days with the same content, whoever entered them."""
        unlike = {name: getattr(other, name) for name in ("version", "id", "source", "provenance")}
        return replace(self, **unlike) == other

    def is_listed_on(self, day: date) -> bool:
        """Whether a class that starts on `day` may be a class of this project."""
        return self.listed.contains(day)


def catalogue_of(terms: Iterable[Project]) -> dict[str, list[Project]]:
    """The approved terms by the project's code, each with the days on which it decides, by first day.

    Each has the version that the project has now.
    """
    found: dict[str, list[Project]] = {}
    for term, days in spans(terms):
        found.setdefault(term.code, []).append(term.during(days))
    for code, of_project in sorted(found.items()):
        latest = max(term.version for term in of_project)
        found[code] = [replace(term, version=latest) for term in of_project]
    return dict(sorted(found.items()))


def latest_version(code: str, terms: Iterable[Project]) -> int:
    """The version of the project by its approved terms; 0 for one that has none."""
    return max((term.version for term in known(terms) if term.code == code), default=0)


def require_sound(term: Project, others: Iterable[Project]) -> None:
    """`term` may stand beside all `others`; it may leave days without any. Raises ProjectTermOverlaps."""
    require_room(term, others, gaps=True, refusal=ProjectTermOverlaps)


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
