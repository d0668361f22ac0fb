"""An enrolment: one person in one class, counting to one primary programme, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from services.registry.domain.classes import TrainingClass
from shared.contracts.registry import (
    EnrolmentCompleted,
    EnrolmentCorrected,
    EnrolmentFailed,
    EnrolmentState,
    EnrolmentStatus,
    EnrolmentWithdrawn,
    TraineeEnrolled,
)
from shared.kernel.moves import move
from shared.kernel.refusals import Invalid

F = TypeVar("F", bound=EnrolmentState)

ATTENDANCE_MIN = Decimal("0.80")
"""The share of a class's hours that a trainee needs. Source: domain rules §5.2 (an assumption; a policy row later)."""


class EnrolmentVerb(StrEnum):
    COMPLETE = "complete"
    FAIL = "fail"
    WITHDRAW = "withdraw"
    CORRECT = "correct"


MOVES: Final[Mapping[EnrolmentStatus, Mapping[EnrolmentVerb, EnrolmentStatus]]] = {
    EnrolmentStatus.IN_TRAINING: {
        EnrolmentVerb.COMPLETE: EnrolmentStatus.COMPLETED,
        EnrolmentVerb.FAIL: EnrolmentStatus.FAILED,
        EnrolmentVerb.WITHDRAW: EnrolmentStatus.WITHDRAWN,
        EnrolmentVerb.CORRECT: EnrolmentStatus.IN_TRAINING,
    },
    EnrolmentStatus.COMPLETED: {
        EnrolmentVerb.WITHDRAW: EnrolmentStatus.WITHDRAWN,
        EnrolmentVerb.CORRECT: EnrolmentStatus.COMPLETED,
    },
    EnrolmentStatus.FAILED: {
        EnrolmentVerb.WITHDRAW: EnrolmentStatus.WITHDRAWN,
        EnrolmentVerb.CORRECT: EnrolmentStatus.FAILED,
    },
    EnrolmentStatus.WITHDRAWN: {},
}


class TooManyHours(Invalid):
    """Facts: `hours_max`, the hours of the class."""

    slug = "too-many-hours"
    title_en = "A trainee cannot have more hours than the class."
    title_zh = "学员学时不能超过班级总学时。"
    cure_en = "Give hours between 0 and `hours_max`."
    cure_zh = "请填写 0 至 `hours_max` 之间的学时。"


class NotInClass(Invalid):
    slug = "not-in-class"
    title_en = "No trainee of this class has this local_id."
    title_zh = "该班没有此 local_id 的学员。"
    cure_en = "Use the local_id under which the trainee was enrolled in this class."
    cure_zh = "请使用该学员在本班报名时的 local_id。"


@dataclass(frozen=True, slots=True)
class Enrolment:
    id: UUID
    class_id: UUID
    institution_id: UUID
    person: UUID
    local_id: str
    programme: str
    tags: tuple[str, ...]
    status: EnrolmentStatus
    hours: int
    effective_on: date
    version: int


def enrol(enrolment: Enrolment, class_: TrainingClass, *, at: datetime) -> TraineeEnrolled:
    """The fact that a new `enrolment` (in training, version 1) entered `class_`."""
    return _fact(TraineeEnrolled, enrolment, class_, at=at)


def conclude(
    enrolment: Enrolment, class_: TrainingClass, *, hours: int, on: date, at: datetime
) -> tuple[Enrolment, EnrolmentCompleted | EnrolmentFailed]:
    """The outcome that `hours` give: completed from ATTENDANCE_MIN of the class's hours on, failed below.

    Raises IllegalMove, TooManyHours.
    """
    enough = is_enough(hours, class_)
    verb = EnrolmentVerb.COMPLETE if enough else EnrolmentVerb.FAIL
    status = move(MOVES, enrolment.status, verb)
    after = replace(enrolment, status=status, hours=hours, effective_on=on, version=enrolment.version + 1)
    if enough:
        return after, _fact(EnrolmentCompleted, after, class_, at=at)
    return after, _fact(EnrolmentFailed, after, class_, at=at)


def withdraw(
    enrolment: Enrolment, class_: TrainingClass, *, on: date, at: datetime
) -> tuple[Enrolment, EnrolmentWithdrawn]:
    """Take a trainee out, also one whose completion turned out to be wrong. Raises IllegalMove."""
    status = move(MOVES, enrolment.status, EnrolmentVerb.WITHDRAW)
    after = replace(enrolment, status=status, effective_on=on, version=enrolment.version + 1)
    return after, _fact(EnrolmentWithdrawn, after, class_, at=at)


def correct(
    enrolment: Enrolment,
    class_: TrainingClass,
    *,
    programme: str | None,
    tags: tuple[str, ...] | None,
    hours: int | None,
    at: datetime,
) -> tuple[Enrolment, EnrolmentCorrected]:
    """Put right what is given; corrected hours of a finished training decide its outcome anew, for its old day.

    Raises IllegalMove, TooManyHours.
    """
    status = move(MOVES, enrolment.status, EnrolmentVerb.CORRECT)
    if hours is not None:
        enough = is_enough(hours, class_)
        if status is not EnrolmentStatus.IN_TRAINING:
            status = EnrolmentStatus.COMPLETED if enough else EnrolmentStatus.FAILED
    after = replace(
        enrolment,
        status=status,
        programme=programme or enrolment.programme,
        tags=enrolment.tags if tags is None else tags,
        hours=enrolment.hours if hours is None else hours,
        version=enrolment.version + 1,
    )
    return after, _fact(EnrolmentCorrected, after, class_, at=at)


def is_enough(hours: int, class_: TrainingClass) -> bool:
    """Whether `hours` complete a training in `class_`. Raises TooManyHours."""
    if hours > class_.hours:
        raise TooManyHours(pointer="/hours", hours_max=class_.hours)
    return hours >= class_.hours * ATTENDANCE_MIN


def _fact(fact: type[F], enrolment: Enrolment, class_: TrainingClass, *, at: datetime) -> F:
    return fact(
        subject=f"enrolments/{enrolment.id}",
        version=enrolment.version,
        at=at,
        enrolment_id=enrolment.id,
        class_id=enrolment.class_id,
        institution_id=enrolment.institution_id,
        person=enrolment.person,
        programme=enrolment.programme,
        tags=enrolment.tags,
        region=class_.region,
        reporting_region=class_.reporting_region,
        occupation=class_.occupation,
        level=class_.level.value,
        fund_source=class_.fund_source,
        status=enrolment.status,
        hours=enrolment.hours,
        effective_on=enrolment.effective_on,
    )
