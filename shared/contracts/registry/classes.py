"""Facts on classes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from shared.contracts.dimensions import AwardCode, FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact


class ClassStatus(StrEnum):
    FILED = "filed"
    RETURNED = "returned"
    """Sent back with reasons; the institution corrects it and files it again."""
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
    level: LevelRank | None
    fund_source: FundSource | None
    """None for a class without a subsidy."""
    starts_on: date
    ends_on: date
    hours: int
    seats: int
    status: ClassStatus
    enrolled: int
    """The number of enrolments ever made in the class, which shows consumers whether they have received all."""
    project: str | None = None
    """The project of the catalogue; a subsidised class always has one."""
    is_scarce: bool = False
    is_needed: bool = False
    """Whether the project was on the list of scarce trades, and on that of training needs, when the class was filed."""
    signed_order: bool = False
    """Whether an employer has signed an order for the people whom the class trains."""
    government_fen: int = 0
    enterprise_fen: int = 0
    individual_fen: int = 0
    """Shares of one trainee's fee by payer."""
    fee_fen: int = 0
    """One trainee's fee: the sum of the shares."""
    exam_on: date | None = None
    exam_place: str | None = None
    exam_body: str | None = None
    """The exam plan: the planned day, the place as filed, and the credit code of the assessment body."""
    award: AwardCode | None = None


class ClassFiled(ClassState):
    """Subject of all class facts: classes/{class_id}."""

    type: ClassVar[str] = "registry.class-filed.v1"


class ClassReturned(ClassState):
    type: ClassVar[str] = "registry.class-returned.v1"


class ClassRefiled(ClassState):
    """A returned class was corrected and filed again."""

    type: ClassVar[str] = "registry.class-refiled.v1"


class ClassApproved(ClassState):
    type: ClassVar[str] = "registry.class-approved.v1"


class ClassChecked(ClassState):
    """An officer approved site and equipment before the first lesson."""

    type: ClassVar[str] = "registry.class-checked.v1"


class ClassChanged(ClassState):
    """Days, places, teachers or seats changed, reported before it happened."""

    type: ClassVar[str] = "registry.class-changed.v1"


class ClassStarted(ClassState):
    type: ClassVar[str] = "registry.class-started.v1"


class ClassCompleted(ClassState):
    type: ClassVar[str] = "registry.class-completed.v1"


class ClassCancelled(ClassState):
    type: ClassVar[str] = "registry.class-cancelled.v1"


class ClassReinstated(ClassState):
    """A cancellation or completion was a mistake: the class is again in the state before it."""

    type: ClassVar[str] = "registry.class-reinstated.v1"


CLASS_FACTS: Final = (
    ClassFiled, ClassReturned, ClassRefiled, ClassApproved, ClassChecked, ClassChanged, ClassStarted, ClassCompleted,
    ClassCancelled, ClassReinstated,
)  # fmt: skip
"""All facts of a class. Versions have no gaps, so a consumer that needs one of them consumes all."""
