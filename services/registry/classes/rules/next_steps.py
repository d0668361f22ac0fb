"""What a class needs next, from whom, and from which day on: what the steps of its life ask for, said beforehand.

A step may still be refused for what only its own use case looks at, such as policy, hazards or sanctions.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple, assert_never

from services.registry.classes.rules.classes import TrainingClass
from shared.contracts.registry.classes import ClassStatus


class ClassStep(StrEnum):
    ANSWER = "answer"
    """The county approves the class or returns it."""
    REFILE = "refile"
    START = "start"
    TEACH = "teach"
    CONCLUDE = "conclude"
    """Hours become outcomes."""
    COMPLETE = "complete"
    FOLLOW_UP = "follow_up"
    """Trainees are examined and looked for afterwards, and the subsidy is claimed."""


class ClassNeed(StrEnum):
    """What a step lacks."""

    SITE = "site"
    TEACHING_PLAN = "teaching_plan"
    EXAM_PLAN = "exam_plan"
    TRAINEES = "trainees"
    SITE_CHECK = "site_check"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    CORRECTION = "correction"


class NextStep(NamedTuple):
    """`on` is the day from which the step is possible, or by which the county answers; None where there is none."""

    step: ClassStep
    on: date | None
    needs: tuple[ClassNeed, ...]


def next_step(class_: TrainingClass, *, seated: int, in_training: int, today: date) -> NextStep | None:
    """What `class_` needs next; None for a class that was cancelled.

    `seated` trainees did not leave it, `in_training` of them have no outcome yet.
    """
    match class_.status:
        case ClassStatus.FILED:
            return NextStep(ClassStep.ANSWER, class_.answer_due_on, _missing_at_filing(class_))
        case ClassStatus.RETURNED:
            return NextStep(ClassStep.REFILE, None, (ClassNeed.CORRECTION,))
        case ClassStatus.APPROVED:
            return NextStep(ClassStep.START, class_.starts_on, _missing_at_start(class_, seated=seated, today=today))
        case ClassStatus.RUNNING:
            return _while_running(class_, seated=seated, in_training=in_training, today=today)
        case ClassStatus.COMPLETED:
            return NextStep(ClassStep.FOLLOW_UP, None, ())
        case ClassStatus.CANCELLED:
            return None
        case unknown:
            assert_never(unknown)


def _missing_at_filing(class_: TrainingClass) -> tuple[ClassNeed, ...]:
    if class_.fund_source is None:
        return ()
    parts = {
        ClassNeed.SITE: class_.site_id,
        ClassNeed.TEACHING_PLAN: class_.teaching_plan,
        ClassNeed.EXAM_PLAN: class_.exam_plan,
    }
    return tuple(need for need, part in parts.items() if part is None)


def _missing_at_start(class_: TrainingClass, *, seated: int, today: date) -> tuple[ClassNeed, ...]:
    needs = {
        ClassNeed.TRAINEES: not seated,
        ClassNeed.SITE_CHECK: class_.fund_source is not None and class_.checked_on is None,
        ClassNeed.FIRST_DAY: today < class_.starts_on,
    }
    return tuple(need for need, is_missing in needs.items() if is_missing)


def _while_running(class_: TrainingClass, *, seated: int, in_training: int, today: date) -> NextStep:
    # Outcomes follow from the hours of all days, so the last one has to be over; the class itself ends on it.
    if today < class_.ends_on or (in_training and today == class_.ends_on):
        return NextStep(ClassStep.TEACH, class_.ends_on, (ClassNeed.LAST_DAY,))
    if in_training:
        return NextStep(ClassStep.CONCLUDE, None, ())
    return NextStep(ClassStep.COMPLETE, None, () if seated else (ClassNeed.TRAINEES,))
