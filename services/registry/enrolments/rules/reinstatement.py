"""Taking back a withdrawal or transfer that was a mistake: state, days and the day that counts are as before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final, NamedTuple

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import WAYS_BACK, Enrolment, EnrolmentVerb, describe
from services.registry.enrolments.rules.history import EnrolmentEvent
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentReinstated, EnrolmentStatus
from shared.kernel.moves import reinstated
from shared.kernel.refusals import Conflict

_GAVE_UP: Final = (EnrolmentVerb.WITHDRAW, EnrolmentVerb.TRANSFER)
UNFINISHED: Final = frozenset({EnrolmentStatus.IN_TRAINING, EnrolmentStatus.DEFERRED})


class StateBeforeUnknown(Conflict):
    slug = "state-before-unknown"
    title_en = "This step was stored without the state before it, so it cannot be taken back."
    title_zh = "该步骤办理时没有保存此前的状态，无法撤回。"
    cure_en = "Enter the record again, with the days that it had."
    cure_zh = "请按原有日期重新登记。"


class ClassHasEnded(Conflict):
    """Facts: `state` of the class."""

    slug = "class-has-ended"
    title_en = "The trainee had no outcome yet, and the class is completed or cancelled by now."
    title_zh = "该学员当时尚无结业结果，而班级现已结班或取消。"
    cure_en = "First take back the completion or cancellation of the class, then that of the trainee."
    cure_zh = "请先撤回该班的结班或取消，再撤回该学员的退学或转班。"


class TransferWentOn(Conflict):
    slug = "transfer-went-on"
    title_en = "The training has already gone on in the other class."
    title_zh = "该学员已在转入的班级继续培训。"
    cure_en = (
        "A transfer can be taken back while the trainee has neither attendance nor an outcome in the other class. "
        "Otherwise transfer them back."
    )
    cure_zh = "转入班级尚无考勤和结业结果时方可撤回转班；否则请办理转回。"


class FormerState(NamedTuple):
    """What a withdrawal or transfer changed of an enrolment, as it was before."""

    status: EnrolmentStatus
    effective_on: date
    from_on: date
    until_on: date


def former(enrolment: Enrolment, events: Sequence[EnrolmentEvent]) -> FormerState:
    """The state before the latest withdrawal or transfer among the `events` of `enrolment`, oldest first.

    Raises StateBeforeUnknown.
    """
    left = next((event for event in reversed(events) if event.verb in _GAVE_UP), None)
    if left is None or (change := left.changed.get("status")) is None:
        raise StateBeforeUnknown
    days = {name: _before(left, name) or getattr(enrolment, name) for name in ("effective_on", "from_on", "until_on")}
    return FormerState(EnrolmentStatus(str(change["from"])), **days)


def reinstate(
    enrolment: Enrolment, class_: TrainingClass, before: FormerState, *, at: datetime
) -> tuple[Enrolment, EnrolmentReinstated]:
    """The enrolment as it was `before` it was given up; the caller checks that the days and a seat are free.

    Who goes on training does so to the last day that the class has by now.

    Raises IllegalMove, ClassHasEnded.
    """
    status = reinstated(WAYS_BACK, enrolment.status, before.status)
    if class_.status is ClassStatus.CANCELLED or (status in UNFINISHED and not class_.takes_trainees):
        raise ClassHasEnded(state=class_.status)
    if status is EnrolmentStatus.IN_TRAINING:
        first_on = max(before.from_on, class_.starts_on)
        before = FormerState(status, class_.starts_on, first_on, class_.ends_on)
    after = replace(enrolment, **before._asdict(), version=enrolment.version + 1)
    return after, describe(EnrolmentReinstated, after, class_, at=at)


def require_not_begun(successor: Enrolment, *, attended_on: date | None) -> None:
    """Check that the enrolment which continues a transferred one has not begun, or was given up before it did.

    Raises TransferWentOn.
    """
    may_end = successor.status in UNFINISHED or successor.status is EnrolmentStatus.WITHDRAWN
    if not may_end or attended_on is not None:
        raise TransferWentOn


def _before(event: EnrolmentEvent, name: str) -> date | None:
    change = event.changed.get(name)
    return None if change is None else date.fromisoformat(str(change["from"]))
