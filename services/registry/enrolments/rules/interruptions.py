"""Deferral, resumption and transfer: a training is interrupted, and continues in its class or in another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import RosterClosed, TrainingClass
from services.registry.enrolments.rules.enrolments import MOVES, Enrolment, EnrolmentVerb, describe, end, enrol
from shared.contracts.registry.enrolments import (
    EnrolmentDeferred,
    EnrolmentResumed,
    EnrolmentStatus,
    EnrolmentTransferred,
    TraineeEnrolled,
)
from shared.kernel.moves import move
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict


class ClassOver(Conflict):
    """Facts: `ends_on` of the class."""

    slug = "class-over"
    title_en = "The last day of the class has passed, so no trainee can join it or continue in it."
    title_zh = "该班培训期已结束，不能再继续培训。"
    cure_en = "Transfer the trainee to a class that has not ended, or withdraw them."
    cure_zh = "请将学员转入尚未结束的班级，或办理退学。"


class AnotherTraining(Conflict):
    """Facts: `occupation`, `award` and `level` of the training; None for an award without a level."""

    slug = "another-training"
    title_en = "The other class is for a different occupation or leads to another award."
    title_zh = "目标班级的职业（工种）或等级（证书种类）与原培训不同，不能转入。"
    cure_en = "Choose a class for {occupation} and {award}, or withdraw the trainee and enrol them in the other class."
    cure_zh = "请选择 {occupation}、{award} 相同的班级；否则请先办理退学，再重新报名。"


class TransferToSameClass(Conflict):
    slug = "transfer-to-same-class"
    title_en = "The trainee is already in this class."
    title_zh = "学员已在该班。"
    cure_en = "Name another class. A deferred trainee who continues in the same class resumes instead."
    cure_zh = "请选择其他班级；休学学员在原班继续培训的，请办理复学。"


class TransferTarget(NamedTuple):
    """The class that a trainee is transferred to, and the id and local_id of the new enrolment."""

    class_: TrainingClass
    id: UUID
    local_id: str


class Transfer(NamedTuple):
    """The enrolment that ended and the one that continues it, each with its fact."""

    left: Enrolment
    left_fact: EnrolmentTransferred
    entered: Enrolment
    entered_fact: TraineeEnrolled


def defer(
    enrolment: Enrolment, class_: TrainingClass, *, on: date, at: datetime, attended_on: date | None = None
) -> tuple[Enrolment, EnrolmentDeferred]:
    """Interrupt a training; `on` is the first day without it. The seat stays taken, the days become free.

    The class can be completed without a deferred trainee, who can then continue in another class. `attended_on` is the
    last day with attendance hours. Raises what `end` raises.
    """
    after = end(enrolment, EnrolmentVerb.DEFER, on=on, at=at, attended_on=attended_on)
    return after, describe(EnrolmentDeferred, after, class_, at=at)


def resume(enrolment: Enrolment, class_: TrainingClass, *, at: datetime) -> tuple[Enrolment, EnrolmentResumed]:
    """Continue a deferred training in its class, from today to the class's last day.

    The days before the deferral stay occupied: the caller stores them beside the enrolment.

    Raises IllegalMove, RosterClosed, ClassOver. The caller checks that the days are free.
    """
    status = move(MOVES, enrolment.status, EnrolmentVerb.RESUME)
    require_open(class_)
    after = replace(
        enrolment,
        status=status,
        effective_on=class_.starts_on,
        version=enrolment.version + 1,
        from_on=first_day_in(class_, today=business_day(at)),
        until_on=class_.ends_on,
    )
    return after, describe(EnrolmentResumed, after, class_, at=at)


def transfer(
    enrolment: Enrolment,
    class_: TrainingClass,
    destination: TransferTarget,
    *,
    at: datetime,
    attended_on: date | None = None,
) -> Transfer:
    """Continue a training of `class_` in another class from today, as a new enrolment.

    The new enrolment keeps person, programme, tags and entry particulars; each class counts its own hours.

    Raises what `end` raises for today, TransferToSameClass, AnotherTraining, RosterClosed, ClassOver. The caller checks
    that there is a seat and that the days are free.
    """
    target = destination.class_
    left = end(enrolment, EnrolmentVerb.TRANSFER, on=business_day(at), at=at, attended_on=attended_on)
    if target.id == class_.id:
        raise TransferToSameClass(pointer="/class_id")
    if (target.occupation, target.award) != (class_.occupation, class_.award):
        raise AnotherTraining(pointer="/class_id", occupation=class_.occupation, **class_.award.codes)
    require_open(target)
    entered = replace(
        enrolment,
        id=destination.id,
        class_id=target.id,
        institution_id=target.institution_id,
        local_id=destination.local_id,
        status=EnrolmentStatus.IN_TRAINING,
        hours=0,
        effective_on=target.starts_on,
        version=1,
        from_on=first_day_in(target, today=business_day(at)),
        until_on=target.ends_on,
        transferred_from=enrolment.id,
    )
    left_fact = describe(EnrolmentTransferred, left, class_, at=at)
    return Transfer(left, left_fact, entered, enrol(entered, target, at=at))


def require_open(class_: TrainingClass) -> None:
    """Raises RosterClosed if `class_` takes no trainees."""
    if not class_.takes_trainees:
        raise RosterClosed(state=class_.status)


def first_day_in(class_: TrainingClass, *, today: date) -> date:
    """The first training day in `class_` of a trainee who enters `today`. Raises ClassOver."""
    first = max(today, class_.starts_on)
    if first > class_.ends_on:
        raise ClassOver(ends_on=class_.ends_on.isoformat())
    return first
