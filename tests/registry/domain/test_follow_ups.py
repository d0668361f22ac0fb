"""The rules of follow-ups."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.enrolments import DayAhead
from services.registry.domain.follow_ups import (
    PAY_FEN_MAX,
    EmployedBeforeCompletion,
    Evidence,
    EvidenceAndDayDiffer,
    Outcome,
    PayImplausible,
    PayTooEarly,
    TrainingNotCompleted,
    months_after,
    pay_change_permille,
    require,
)
from shared.contracts.registry import EnrolmentStatus
from shared.kernel.refusals import Refusal
from tests.registry.domain.builders import enrolment

COMPLETED = enrolment(status=EnrolmentStatus.COMPLETED, effective_on=date(2025, 3, 20))


@pytest.mark.parametrize(
    ("outcome", "refusal"),
    [
        (Outcome(employed_on=date(2025, 5, 1)), EvidenceAndDayDiffer),
        (Outcome(evidence=Evidence.CONTRACT), EvidenceAndDayDiffer),
        (Outcome(date(2025, 6, 20), Evidence.CONTRACT), DayAhead),
        (Outcome(date(2025, 3, 19), Evidence.CONTRACT), EmployedBeforeCompletion),
        (Outcome(pay_after_fen=1), PayTooEarly),
        (Outcome(pay_before_fen=0), PayImplausible),
        (Outcome(pay_before_fen=PAY_FEN_MAX + 1), PayImplausible),
    ],
)
def test_what_cannot_be_is_refused(outcome: Outcome, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        require(COMPLETED, outcome, today=date(2025, 6, 19))


@pytest.mark.parametrize("status", [s for s in EnrolmentStatus if s is not EnrolmentStatus.COMPLETED])
def test_only_completed_trainings_are_followed_up(status: EnrolmentStatus) -> None:
    with pytest.raises(TrainingNotCompleted):
        require(enrolment(status=status), Outcome(), today=date(2025, 6, 19))


def test_pay_after_is_taken_once_three_months_are_over() -> None:
    require(COMPLETED, Outcome(pay_after_fen=1), today=date(2025, 6, 20))


@given(before=st.integers(1, PAY_FEN_MAX), after=st.integers(0, PAY_FEN_MAX))
def test_the_change_of_pay_is_never_overstated(before: int, after: int) -> None:
    change = pay_change_permille(Outcome(pay_before_fen=before, pay_after_fen=after))

    assert change is not None
    assert change * before <= (after - before) * 1000 < (change + 1) * before


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(0, 60))
def test_months_later_is_in_the_month_that_is_meant(day: date, months: int) -> None:
    later = months_after(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
