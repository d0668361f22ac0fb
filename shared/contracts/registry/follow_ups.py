"""Facts on follow-ups of trainees: the numerators of the quality rates."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts.dimensions import AwardCode, FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact
from shared.contracts.registry.enrolments import EmploymentState


class FollowUpState(RegistryFact):
    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    person: UUID
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    completed_on: date
    entered: EmploymentState | None
    """Employment when they entered the training: the employment rate counts those who had no work."""
    employed_on: date | None
    """The first day of their work or own business, by the evidence; None: not in work."""
    pay_change_permille: int | None
    """Mean pay in some months after, divided by that in as many months before, minus one; None if either is unknown."""
    reported_on: date
    fund_source: FundSource | None = None
    project: str | None = None
    award: AwardCode | None = None


class FollowUpReported(FollowUpState):
    """Reported, or completed later. Subject of both: follow-ups/{enrolment_id}."""

    type: ClassVar[str] = "registry.follow-up-reported.v1"


class FollowUpCorrected(FollowUpState):
    type: ClassVar[str] = "registry.follow-up-corrected.v1"
