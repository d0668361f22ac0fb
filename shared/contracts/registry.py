"""What the registry tells: the plan, institutions, classes and enrolments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.dimensions import FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.fact import Fact

TOPIC = "registry"


class RegistryFact(Fact):
    topic: ClassVar[str] = TOPIC


# --- the plan -------------------------------------------------------------------------------------------------------


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


# --- institutions and classes ---------------------------------------------------------------------------------------


class InstitutionState(RegistryFact):
    institution_id: UUID
    credit_code: str
    name: str
    kind: str
    region: RegionCode
    reporting_region: RegionCode


class InstitutionRegistered(InstitutionState):
    """An institution entered the registry. Subject: institutions/{institution_id}."""

    type: ClassVar[str] = "registry.institution-registered.v1"


class ClassStatus(StrEnum):
    FILED = "filed"
    APPROVED = "approved"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ClassState(RegistryFact):
    class_id: UUID
    institution_id: UUID
    local_id: str
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank
    fund_source: FundSource | None
    """None: nobody will claim a subsidy for it."""
    starts_on: date
    ends_on: date
    hours: int
    seats: int
    status: ClassStatus
    enrolled: int
    """Enrolments ever filed in the class, whatever became of them: who hears of them can tell whether all have come."""


class ClassFiled(ClassState):
    """Subject of all class facts: classes/{class_id}."""

    type: ClassVar[str] = "registry.class-filed.v1"


class ClassApproved(ClassState):
    type: ClassVar[str] = "registry.class-approved.v1"


class ClassStarted(ClassState):
    type: ClassVar[str] = "registry.class-started.v1"


class ClassCompleted(ClassState):
    type: ClassVar[str] = "registry.class-completed.v1"


class ClassCancelled(ClassState):
    type: ClassVar[str] = "registry.class-cancelled.v1"


# --- enrolments -----------------------------------------------------------------------------------------------------


class EnrolmentStatus(StrEnum):
    IN_TRAINING = "in_training"
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class EnrolmentState(RegistryFact):
    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    person: UUID
    programme: ProgrammeCode
    tags: tuple[str, ...] = Field(max_length=20)
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank
    fund_source: FundSource | None
    status: EnrolmentStatus
    hours: int
    effective_on: date
    """The business day that the present status counts for: the class's first day, then the day of the outcome."""


class TraineeEnrolled(EnrolmentState):
    """Subject of all enrolment facts: enrolments/{enrolment_id}."""

    type: ClassVar[str] = "registry.trainee-enrolled.v1"


class EnrolmentCompleted(EnrolmentState):
    type: ClassVar[str] = "registry.enrolment-completed.v1"


class EnrolmentFailed(EnrolmentState):
    """The training ended without the hours it needs."""

    type: ClassVar[str] = "registry.enrolment-failed.v1"


class EnrolmentWithdrawn(EnrolmentState):
    type: ClassVar[str] = "registry.enrolment-withdrawn.v1"


class EnrolmentCorrected(EnrolmentState):
    """The primary programme, the tags or the hours were put right; the status may follow from the hours."""

    type: ClassVar[str] = "registry.enrolment-corrected.v1"
