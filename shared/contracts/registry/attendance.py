"""What the registry tells of attendance: hours had, a day at a time. Single marks stay where they are."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts.dimensions import FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact


class AttendanceState(RegistryFact):
    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    person: UUID
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank
    day: date
    """The latest day that this fact changed."""
    day_hours: int
    """Class hours of 45 minutes that count for that day, under the daily cap."""
    hours: int
    """Class hours that count for the whole training so far."""
    days: int
    """Days with at least one class hour."""
    fund_source: FundSource | None = None
    project: str | None = None


class AttendanceRecorded(AttendanceState):
    """Marks came in. Subject of both: attendance/{enrolment_id}."""

    type: ClassVar[str] = "registry.attendance-recorded.v1"


class AttendanceEdited(AttendanceState):
    """Somebody put a day right afterwards, with their name and a reason, which stay in the registry."""

    type: ClassVar[str] = "registry.attendance-edited.v1"
