"""What the registry tells of the plan, of the calendar and of the projects that may be subsidised."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from msgspec import Meta

from shared.contracts.dimensions import LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact


class ProgrammeListed(RegistryFact):
    """A programme of the plan and its yearly targets. Subject: programmes/{code}."""

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
    """False where the target counts something narrower (young technicians) and stays out of the plan's sum."""


class IndicatorListed(RegistryFact):
    """A target of the plan that no single programme row carries. Subject: indicators/{code}."""

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
        # A decimal of JSON may be written "NaN", which is no target.
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


class LevelListed(RegistryFact):
    """One of the eight levels. Subject: levels/{code}."""

    type: ClassVar[str] = "registry.level-listed.v1"

    code: str
    rank: LevelRank
    name_zh: str
    name_en: str
    high_skilled: bool


class CalendarDayListed(RegistryFact):
    """A day that is not what its weekday says: a public holiday, or a weekend day that is worked.

    Subject: calendar/{day}.
    """

    type: ClassVar[str] = "registry.calendar-day-listed.v1"

    day: date
    working: bool
    name_zh: str


class ProjectListed(RegistryFact):
    """A term of the first catalogue: a project that may be subsidised from `first_on` on. Subject: projects/{code}.

    It takes the place of the term with the same first day, and ends the one that it begins in.
    """

    type: ClassVar[str] = "registry.project-listed.v1"

    code: Annotated[str, Meta(pattern=r"^[A-Z0-9-]{2,32}\Z")]
    name_zh: str
    name_en: str
    edition: str
    """The edition of the occupational classification that `occupation` is a code of ("2022")."""
    occupation: OccupationCode
    level: LevelRank
    category: str
    hours_min: int
    """The least class hours (of 45 minutes) of a class in it."""
    is_scarce: bool
    """On the list of scarce trades."""
    is_needed: bool
    """On the present list of training needs (the numerator of demand match)."""
    first_on: date
    last_on: date | None
