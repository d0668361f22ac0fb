"""Facts on timetables: who teaches a class, when and where."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from shared.contracts.dimensions import AwardCode, FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.fact import Moment
from shared.contracts.registry.base import RegistryFact


class LessonKind(StrEnum):
    THEORY = "theory"
    PRACTICE = "practice"
    SAFETY = "safety"


class LessonListed(Struct, frozen=True, gc=False):
    """A lesson of a group of the class; groups are taught at the same time, and their hours count once."""

    begins_at: Moment
    ends_at: Moment
    kind: LessonKind
    hours: int
    """Class hours of 45 minutes."""
    teacher_id: UUID
    teacher: UUID
    """The teacher's person key."""
    site_id: UUID
    room: str
    omitted: bool
    """It was not held; its hours count nothing."""


class TimetablePlanned(RegistryFact):
    """The lessons of a class are these: planned, changed, or some of them not held. Subject: timetables/{class_id}."""

    type: ClassVar[str] = "registry.timetable-planned.v1"

    class_id: UUID
    institution_id: UUID
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    fund_source: FundSource | None
    project: str | None
    lessons: tuple[LessonListed, ...]
    """All of them, in the order of time."""
    award: AwardCode | None = None
