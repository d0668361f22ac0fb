"""What a class needs next: each state with its right value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.registry.classes.rules.next_steps import ClassNeed, ClassStep, NextStep, next_step
from shared.contracts.registry.classes import ClassStatus
from tests.registry.builders import training_class

CLASS = training_class()
FIRST, LAST = CLASS.starts_on, CLASS.ends_on
BEFORE = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("status", "changes", "counts", "today", "right"),
    [
        (
            ClassStatus.FILED,
            {"answer_due_on": date(2025, 2, 3), "site_id": None, "teaching_plan": "第一周", "exam_plan": None},
            (0, 0),
            BEFORE,
            (ClassStep.ANSWER, date(2025, 2, 3), (ClassNeed.SITE, ClassNeed.EXAM_PLAN)),
        ),
        (ClassStatus.FILED, {"fund_source": None}, (0, 0), BEFORE, (ClassStep.ANSWER, None, ())),
        (ClassStatus.RETURNED, {}, (0, 0), BEFORE, (ClassStep.REFILE, None, (ClassNeed.CORRECTION,))),
        (
            ClassStatus.APPROVED,
            {},
            (0, 0),
            BEFORE,
            (ClassStep.START, FIRST, (ClassNeed.TRAINEES, ClassNeed.SITE_CHECK, ClassNeed.FIRST_DAY)),
        ),
        (ClassStatus.APPROVED, {"checked_on": BEFORE}, (9, 9), FIRST, (ClassStep.START, FIRST, ())),
        (ClassStatus.RUNNING, {}, (9, 9), FIRST, (ClassStep.TEACH, LAST, (ClassNeed.LAST_DAY,))),
        (ClassStatus.RUNNING, {}, (9, 1), LAST, (ClassStep.TEACH, LAST, (ClassNeed.LAST_DAY,))),
        (ClassStatus.RUNNING, {}, (9, 1), LAST + timedelta(days=1), (ClassStep.CONCLUDE, None, ())),
        (ClassStatus.RUNNING, {}, (9, 0), LAST, (ClassStep.COMPLETE, None, ())),
        (ClassStatus.RUNNING, {}, (0, 0), LAST, (ClassStep.COMPLETE, None, (ClassNeed.TRAINEES,))),
        (ClassStatus.COMPLETED, {}, (9, 0), LAST, (ClassStep.FOLLOW_UP, None, ())),
    ],
)
def test_each_state_has_its_step(
    status: ClassStatus,
    changes: dict[str, object],
    counts: tuple[int, int],
    today: date,
    right: tuple[ClassStep, date | None, tuple[ClassNeed, ...]],
) -> None:
    class_ = replace(CLASS, status=status, **{"answer_due_on": None} | changes)  # type: ignore[arg-type]
    seated, in_training = counts

    assert next_step(class_, seated=seated, in_training=in_training, today=today) == NextStep(*right)


def test_a_cancelled_class_has_none() -> None:
    cancelled = replace(CLASS, status=ClassStatus.CANCELLED)

    assert next_step(cancelled, seated=0, in_training=0, today=FIRST) is None
