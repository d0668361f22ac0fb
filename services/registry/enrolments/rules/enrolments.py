"""An enrolment: one person in one class, counted to one primary programme, with its state and outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.endings import last_day
from services.registry.enrolments.rules.outcomes import missed
from services.registry.enrolments.rules.trainees import EntryParticulars, GroupEvidence, paper_faults
from services.registry.plan.rules.dimensions import Dimensions
from shared.contracts.registry.enrolments import (
    EmploymentState,
    EnrolmentCompleted,
    EnrolmentCorrected,
    EnrolmentFailed,
    EnrolmentReassigned,
    EnrolmentState,
    EnrolmentStatus,
    EnrolmentWithdrawn,
    TraineeEnrolled,
)
from shared.kernel.moves import move
from shared.kernel.periods import business_day
from shared.kernel.refusals import Invalid, raise_first

F = TypeVar("F", bound=EnrolmentState)

GIVEN_UP: Final = frozenset({EnrolmentStatus.WITHDRAWN, EnrolmentStatus.TRANSFERRED})
"""States in which the trainee no longer has a seat in the class."""

_SHOWN: Final = ("programme", "tags", "hours", "employment", "consented_on")
"""Fields of a correction that are copied into the enrolment unchanged."""


class EnrolmentVerb(StrEnum):
    COMPLETE = "complete"
    FAIL = "fail"
    DEFER = "defer"
    RESUME = "resume"
    TRANSFER = "transfer"
    WITHDRAW = "withdraw"
    CORRECT = "correct"


MOVES: Final[Mapping[EnrolmentStatus, Mapping[EnrolmentVerb, EnrolmentStatus]]] = {
    EnrolmentStatus.IN_TRAINING: {
        EnrolmentVerb.COMPLETE: EnrolmentStatus.COMPLETED,
        EnrolmentVerb.FAIL: EnrolmentStatus.FAILED,
        EnrolmentVerb.DEFER: EnrolmentStatus.DEFERRED,
        EnrolmentVerb.TRANSFER: EnrolmentStatus.TRANSFERRED,
        EnrolmentVerb.WITHDRAW: EnrolmentStatus.WITHDRAWN,
        EnrolmentVerb.CORRECT: EnrolmentStatus.IN_TRAINING,
    },
    EnrolmentStatus.DEFERRED: {
        EnrolmentVerb.RESUME: EnrolmentStatus.IN_TRAINING,
        EnrolmentVerb.TRANSFER: EnrolmentStatus.TRANSFERRED,
        EnrolmentVerb.WITHDRAW: EnrolmentStatus.WITHDRAWN,
        EnrolmentVerb.CORRECT: EnrolmentStatus.DEFERRED,
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
    EnrolmentStatus.TRANSFERRED: {},
}

WAYS_BACK: Final = frozenset({EnrolmentStatus.WITHDRAWN, EnrolmentStatus.TRANSFERRED})


class TooManyHours(Invalid):
    """Facts: `hours_max`, the hours of the class."""

    slug = "too-many-hours"
    title_en = "A trainee cannot have more hours than the class."
    title_zh = "学员学时不能超过班级总学时。"
    cure_en = "Give hours from 0 to {hours_max}."
    cure_zh = "请填写 0 至 {hours_max} 之间的学时。"


class NotInClass(Invalid):
    slug = "not-in-class"
    title_en = "No trainee of this class has this local_id."
    title_zh = "该班没有此 local_id 的学员。"
    cure_en = "Use the local_id under which the trainee is enrolled in this class."
    cure_zh = "请使用该学员在本班报名时的 local_id。"


class DayAhead(Invalid):
    """Facts: `today`."""

    slug = "day-ahead"
    title_en = "This day is in the future."
    title_zh = "该日期尚未到来。"
    cure_en = "Give today or an earlier day. Report the event once it has happened."
    cure_zh = "请填写当日或以前的日期，发生之后再办理。"


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
    from_on: date
    until_on: date
    """First and last day of the training, both included; there is no day if the last is before the first."""
    employment: EmploymentState | None = None
    priority: bool = False
    evidence_on: date | None = None
    """Whether the person is in a priority group (which one is encrypted), and the latest date on its papers."""
    consented_on: date | None = None
    transferred_from: UUID | None = None
    came_as: UUID | None = None
    """The person key of the document that was shown, if its holder was merged into `person`."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The corrected values; None leaves a field unchanged. `consent_version` belongs to `consented_on`."""

    programme: str | None = None
    tags: tuple[str, ...] | None = None
    hours: int | None = None
    employment: EmploymentState | None = None
    groups: tuple[GroupEvidence, ...] | None = None
    """The complete list; an empty one removes the person from all priority groups."""
    birth_date: date | None = None
    draws_pension: bool | None = None
    consented_on: date | None = None
    consent_version: str | None = None


def enrol(enrolment: Enrolment, class_: TrainingClass, *, at: datetime) -> TraineeEnrolled:
    """The fact that a new `enrolment` (in training, version 1) was made in `class_`."""
    return describe(TraineeEnrolled, enrolment, class_, at=at)


def conclude(
    enrolment: Enrolment,
    class_: TrainingClass,
    *,
    hours: int,
    share_min: Decimal,
    hours_min: int = 0,
    on: date,
    at: datetime,
) -> tuple[Enrolment, EnrolmentCompleted | EnrolmentFailed]:
    """The enrolment with its outcome: completed if `hours` reach `share_min` of the class's hours and `hours_min`, else
    failed (C14).

    Raises IllegalMove, TooManyHours.
    """
    enough = is_enough(hours, class_, share_min=share_min, hours_min=hours_min)
    verb = EnrolmentVerb.COMPLETE if enough else EnrolmentVerb.FAIL
    status = move(MOVES, enrolment.status, verb)
    after = replace(enrolment, status=status, hours=hours, effective_on=on, version=enrolment.version + 1)
    if enough:
        return after, describe(EnrolmentCompleted, after, class_, at=at)
    return after, describe(EnrolmentFailed, after, class_, at=at)


def withdraw(
    enrolment: Enrolment, class_: TrainingClass, *, on: date, at: datetime, attended_on: date | None = None
) -> tuple[Enrolment, EnrolmentWithdrawn]:
    """Withdraw a trainee, also after an outcome that was wrong. `on` is the first day without training.

    `attended_on` is the last day with attendance hours. Raises what `end` raises.
    """
    after = end(enrolment, EnrolmentVerb.WITHDRAW, on=on, at=at, attended_on=attended_on)
    return after, describe(EnrolmentWithdrawn, after, class_, at=at)


def correct(
    enrolment: Enrolment,
    class_: TrainingClass,
    correction: Correction,
    *,
    share_min: Decimal,
    hours_min: int = 0,
    at: datetime,
) -> tuple[Enrolment, EnrolmentCorrected]:
    """Apply `correction`. Corrected hours of a training with an outcome decide the outcome again, for its old day.

    `priority` and `evidence_on` follow from the papers of the groups.

    Raises IllegalMove, TooManyHours, PlaceholderEvidence, DatedAhead, DatedTooEarly.
    """
    status = move(MOVES, enrolment.status, EnrolmentVerb.CORRECT)
    said = EntryParticulars(groups=correction.groups or (), consented_on=correction.consented_on)
    raise_first(*paper_faults(said, None, today=business_day(at)))
    if correction.hours is not None:
        enough = is_enough(correction.hours, class_, share_min=share_min, hours_min=hours_min)
        if status in (EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED):
            status = EnrolmentStatus.COMPLETED if enough else EnrolmentStatus.FAILED
    given = {name: value for name in _SHOWN if (value := getattr(correction, name)) is not None}
    if correction.groups is not None:
        given |= {"priority": bool(said.groups), "evidence_on": said.evidence_on}
    after = replace(enrolment, status=status, version=enrolment.version + 1, **given)
    return after, describe(EnrolmentCorrected, after, class_, at=at)


def is_same(enrolment: Enrolment, other: Enrolment) -> bool:
    """Whether the two are equal but for their versions."""
    return replace(enrolment, version=other.version) == other


def move_days(
    enrolment: Enrolment, class_: TrainingClass, *, from_on: date, until_on: date, at: datetime
) -> tuple[Enrolment, EnrolmentCorrected]:
    """Give an unfinished training new days after its `class_` was changed. Raises IllegalMove."""
    status = move(MOVES, enrolment.status, EnrolmentVerb.CORRECT)
    in_training = status is EnrolmentStatus.IN_TRAINING
    after = replace(
        enrolment,
        version=enrolment.version + 1,
        from_on=from_on,
        until_on=until_on,
        effective_on=class_.starts_on if in_training else enrolment.effective_on,
    )
    return after, describe(EnrolmentCorrected, after, class_, at=at)


def reassign(
    enrolment: Enrolment, class_: TrainingClass, *, person: UUID, at: datetime
) -> tuple[Enrolment, EnrolmentReassigned]:
    """Move the enrolment, in any state, to another key of the same human; `came_as` keeps the key of the document."""
    paper = enrolment.came_as or enrolment.person
    came_as = None if paper == person else paper
    after = replace(enrolment, person=person, came_as=came_as, version=enrolment.version + 1)
    return after, describe(EnrolmentReassigned, after, class_, at=at)


def end(enrolment: Enrolment, verb: EnrolmentVerb, *, on: date, at: datetime, attended_on: date | None) -> Enrolment:
    """The enrolment after a `verb` that ends its days: the last day is the one before `on`.

    Raises IllegalMove, DayAhead, EndsBeforeItBegan, EndsBeforeAttendance.
    """
    status = move(MOVES, enrolment.status, verb)
    today = business_day(at)
    if on > today:
        raise DayAhead(pointer="/on", today=today.isoformat())
    return replace(
        enrolment,
        status=status,
        effective_on=on,
        version=enrolment.version + 1,
        until_on=last_day((enrolment.from_on, enrolment.until_on), on=on, attended_on=attended_on, today=today),
    )


def is_enough(hours: int, class_: TrainingClass, *, share_min: Decimal, hours_min: int = 0) -> bool:
    """Whether `hours` complete a training in `class_`: at least `share_min` of its hours, and at least `hours_min`.

    Raises TooManyHours.
    """
    if hours > class_.hours:
        raise TooManyHours(pointer="/hours", hours_max=class_.hours)
    return not missed(hours, class_hours=class_.hours, share_min=share_min, hours_min=hours_min)


def dimensions_of(enrolment: Enrolment, class_: TrainingClass) -> Dimensions:
    """The dimensions of the class, with the programme of the enrolment."""
    of_class = class_.dimensions
    if enrolment.programme == of_class.programme:
        return of_class
    return of_class._replace(programme=enrolment.programme)


def describe(fact: type[F], enrolment: Enrolment, class_: TrainingClass, *, at: datetime) -> F:
    """A `fact` with the current state of `enrolment` in `class_`."""
    return fact(
        subject=f"enrolments/{enrolment.id}",
        version=enrolment.version,
        at=at,
        enrolment_id=enrolment.id,
        class_id=enrolment.class_id,
        institution_id=enrolment.institution_id,
        person=enrolment.person,
        **dimensions_of(enrolment, class_).as_fields(),
        tags=enrolment.tags,
        status=enrolment.status,
        hours=enrolment.hours,
        effective_on=enrolment.effective_on,
        is_needed=class_.is_needed,
        from_on=enrolment.from_on,
        until_on=enrolment.until_on,
        employment=enrolment.employment,
        priority=enrolment.priority,
        evidence_on=enrolment.evidence_on,
        transferred_from=enrolment.transferred_from,
        plan_year=class_.starts_on.year,
    )
