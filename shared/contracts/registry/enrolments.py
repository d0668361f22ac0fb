"""Facts on enrolments, and on merged persons."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from msgspec import Meta

from shared.contracts.dimensions import AwardCode, FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact


class EnrolmentStatus(StrEnum):
    IN_TRAINING = "in_training"
    DEFERRED = "deferred"
    """Interrupted; the trainee may resume, here or in another class."""
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    """Continued as another enrolment, in another class."""


class EmploymentState(StrEnum):
    """The employment of a person when they entered a training."""

    EMPLOYED = "employed"
    SELF_EMPLOYED = "self_employed"
    UNEMPLOYED = "unemployed"
    STUDENT = "student"
    RETIRED = "retired"


class EnrolmentState(RegistryFact):
    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    person: UUID
    programme: ProgrammeCode
    tags: Annotated[tuple[str, ...], Meta(max_length=20)]
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    fund_source: FundSource | None
    status: EnrolmentStatus
    hours: int
    effective_on: date
    """The business day that the present status counts for: the class's first day, then the day of the outcome."""
    project: str | None = None
    is_needed: bool = False
    from_on: date | None = None
    until_on: date | None = None
    """The days of the person's training, both inclusive; there are none if the last is before the first."""
    employment: EmploymentState | None = None
    priority: bool = False
    """Whether the person is in a priority group; which one stays in the registry."""
    evidence_on: date | None = None
    """The latest date on the documents that prove it, which a claim compares with the first day (C21)."""
    transferred_from: UUID | None = None
    """The enrolment that this one continues."""
    plan_year: int | None = None
    """The year whose plan the programme belongs to: that of the class's first day."""
    award: AwardCode | None = None


class TraineeEnrolled(EnrolmentState):
    """Subject of all enrolment facts: enrolments/{enrolment_id}."""

    type: ClassVar[str] = "registry.trainee-enrolled.v1"


class EnrolmentCompleted(EnrolmentState):
    type: ClassVar[str] = "registry.enrolment-completed.v1"


class EnrolmentFailed(EnrolmentState):
    """The training ended without the hours it needs."""

    type: ClassVar[str] = "registry.enrolment-failed.v1"


class EnrolmentDeferred(EnrolmentState):
    type: ClassVar[str] = "registry.enrolment-deferred.v1"


class EnrolmentResumed(EnrolmentState):
    type: ClassVar[str] = "registry.enrolment-resumed.v1"


class EnrolmentTransferred(EnrolmentState):
    """The trainee continued in another class, as the enrolment whose `transferred_from` is this one."""

    type: ClassVar[str] = "registry.enrolment-transferred.v1"


class EnrolmentWithdrawn(EnrolmentState):
    type: ClassVar[str] = "registry.enrolment-withdrawn.v1"


class EnrolmentCorrected(EnrolmentState):
    """Programme, tags, hours, days or entry particulars were corrected; the status may change with the hours."""

    type: ClassVar[str] = "registry.enrolment-corrected.v1"


class EnrolmentReassigned(EnrolmentState):
    """Person keys were merged or separated: the enrolment belongs to another key."""

    type: ClassVar[str] = "registry.enrolment-reassigned.v1"


class EnrolmentReinstated(EnrolmentState):
    """A withdrawal or transfer was a mistake: the enrolment is again what it was before, for its old day."""

    type: ClassVar[str] = "registry.enrolment-reinstated.v1"


class EnrolmentRekeyed(EnrolmentState):
    """The training stood under the document of another human: it is that of `person`, and never was `former`'s.

    Subject: enrolments/{enrolment_id}.
    """

    type: ClassVar[str] = "registry.enrolment-rekeyed.v1"

    former: UUID | None = None
    """The key of the person to whom the training was attributed by mistake."""


class MergeState(RegistryFact):
    """`person` is, or was taken for, a second key of the human with the key `into`."""

    person: UUID
    into: UUID


class PersonsMerged(MergeState):
    """Everything of `person` counts for `into` from now on. Subject of both: persons/{person}."""

    type: ClassVar[str] = "registry.persons-merged.v1"


class PersonsSeparated(MergeState):
    """The merge was a mistake: `person` is a separate person again."""

    type: ClassVar[str] = "registry.persons-separated.v1"


ENROLMENT_FACTS: Final = (
    TraineeEnrolled, EnrolmentCompleted, EnrolmentFailed, EnrolmentDeferred, EnrolmentResumed, EnrolmentTransferred,
    EnrolmentWithdrawn, EnrolmentCorrected, EnrolmentReassigned, EnrolmentReinstated, EnrolmentRekeyed,
)  # fmt: skip
"""All facts of an enrolment. Versions have no gaps, so a consumer that needs one of them consumes all."""
MERGE_FACTS: Final = (PersonsMerged, PersonsSeparated)
"""All facts of two keys that are one person's."""
