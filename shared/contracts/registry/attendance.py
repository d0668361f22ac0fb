"""Facts on attendance: hours by day. Single marks are not published."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts.dimensions import AwardCode, FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
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
    level: LevelRank | None
    day: date
    """The latest day that this fact changed."""
    day_hours: int
    """Class hours of 45 minutes that count for that day, limited by the daily cap."""
    hours: int
    """Class hours that count for the whole training so far."""
    days: int
    """Days with at least one class hour."""
    fund_source: FundSource | None = None
    project: str | None = None
    award: AwardCode | None = None


class AttendanceRecorded(AttendanceState):
    """Marks were received. Subject of both: attendance/{enrolment_id}."""

    type: ClassVar[str] = "registry.attendance-recorded.v1"


class AttendanceEdited(AttendanceState):
    """A day was edited afterwards; the editor's name and reason stay in the registry."""

    type: ClassVar[str] = "registry.attendance-edited.v1"
