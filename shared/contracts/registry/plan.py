"""Facts on the plan, the calendar and the projects that can be subsidised."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from msgspec import Meta

from shared.contracts.dimensions import AwardCode, LevelRank, OccupationCode, ProgrammeCode, RegionCode, RegionPeriod
from shared.contracts.registry.base import RegistryFact


class ProgrammeListed(RegistryFact):
    """A programme of the plan of a year and its targets. Subject: programmes/{year}-{code}.

    The programmes of two years may have the same codes. Of the first plan some installations published
    `programmes/{code}`, and keep that subject.
    """

    type: ClassVar[str] = "registry.programme-listed.v1"

    code: ProgrammeCode
    parent: ProgrammeCode | None
    plan: ProgrammeCode
    year: int
    name_zh: str
    name_en: str
    trainings_target: int | None
    high_skilled_target: int | None
    high_skilled_counts: bool
    """False if the target counts a subset (young technicians) that is not part of the plan's sum."""
    departments: tuple[str, ...] = ()
    """The departments that lead it, by which metrics sums targets up; none where its parts name their own."""


class IndicatorListed(RegistryFact):
    """A target of the plan that no single programme row carries. Subject: indicators/{year}-{code}.

    Or `indicators/{code}`, as for programmes.
    """

    type: ClassVar[str] = "registry.indicator-listed.v1"

    code: str
    programme: ProgrammeCode
    year: int
    name_zh: str
    name_en: str
    target: Decimal
    unit: str
    operator: str
    kind: str

    def __post_init__(self) -> None:
        # A decimal in JSON may be "NaN", which is not a target.
        if not self.target.is_finite():
            raise ValueError("the target is not a number")


class RegionListed(RegistryFact):
    """A region and the reporting region it belongs to, by parent and never by prefix. Subject: regions/{code}."""

    type: ClassVar[str] = "registry.region-listed.v1"

    code: RegionCode
    name_zh: str
    name_en: str
    kind: str
    parent: RegionCode | None
    reporting_region: RegionCode | None
    """None for the province itself, which is above the reporting regions."""
    valid_from: date | None
    valid_to: date | None
    replaced_by: RegionCode | None
    periods: tuple[RegionPeriod, ...] = ()
    """Of a region that has belonged to more than one parent or reporting region: when to which, without gaps. The
    fields above are those of the last period, `valid_from` and `valid_to` those of the region itself."""


class LevelListed(RegistryFact):
    """One of the eight levels. Subject: levels/{code}."""

    type: ClassVar[str] = "registry.level-listed.v1"

    code: str
    rank: LevelRank
    name_zh: str
    name_en: str
    high_skilled: bool


class CalendarDayListed(RegistryFact):
    """An exception to the weekday rule: a public holiday, or a working day at a weekend.

    Subject: calendar/{day}.
    """

    type: ClassVar[str] = "registry.calendar-day-listed.v1"

    day: date
    working: bool
    name_zh: str


class ProjectListed(RegistryFact):
    """A term of the first catalogue: a project that may be subsidised from `first_on` on. Subject: projects/{code}.

    It replaces the term with the same first day, and ends the term in which it begins.
    """

    type: ClassVar[str] = "registry.project-listed.v1"

    code: Annotated[str, Meta(pattern=r"^[A-Z0-9-]{2,32}\Z")]
    name_zh: str
    name_en: str
    edition: str
    """The edition of the occupational classification that `occupation` is a code of ("2022")."""
    occupation: OccupationCode
    level: LevelRank | None
    category: str
    hours_min: int
    """The minimum of class hours (of 45 minutes) of a class in it."""
    is_scarce: bool
    """On the list of scarce trades."""
    is_needed: bool
    """On the present list of training needs (the numerator of demand match)."""
    first_on: date
    last_on: date | None
    award: AwardCode | None = None
