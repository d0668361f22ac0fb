"""The rules of follow-ups."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules.enrolments import DayAhead
from services.registry.follow_ups.rules import (
    PAY_FEN_MAX,
    EmployedBeforeCompletion,
    Evidence,
    EvidenceAndDayDiffer,
    FollowUp,
    OtherFollowUp,
    Outcome,
    PayImplausible,
    PayTooEarly,
    TrainingNotCompleted,
    correct,
    pay_change_permille,
    report,
    require,
)
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.refusals import Refusal
from tests.registry.builders import enrolment

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
        require(COMPLETED, outcome, today=date(2025, 6, 19), pay_months=3)


@pytest.mark.parametrize("status", [s for s in EnrolmentStatus if s is not EnrolmentStatus.COMPLETED])
def test_only_completed_trainings_are_followed_up(status: EnrolmentStatus) -> None:
    with pytest.raises(TrainingNotCompleted):
        require(enrolment(status=status), Outcome(), today=date(2025, 6, 19), pay_months=3)


def test_pay_after_is_taken_once_its_months_are_over() -> None:
    require(COMPLETED, Outcome(pay_after_fen=1), today=date(2025, 6, 20), pay_months=3)

    with pytest.raises(PayTooEarly) as refused:
        require(COMPLETED, Outcome(pay_after_fen=1), today=date(2025, 6, 20), pay_months=4)
    assert refused.value.facts == {"months": 4, "possible_from": "2025-07-20"}


LATE = datetime(2026, 6, 1, tzinfo=UTC)
WORK: dict[str, Any] = {
    "employed_on": date(2025, 5, 1), "evidence": Evidence.CONTRACT, "pay_before_fen": 4000, "pay_after_fen": 5000,
}  # fmt: skip
PARTS = [{"employed_on", "evidence"}, {"pay_before_fen"}, {"pay_after_fen"}]


def said_in_parts(*parts: set[str]) -> FollowUp:
    """What is known once each of `parts` of one outcome was reported, one after the other."""
    known: FollowUp | None = None
    for part in parts:
        said = Outcome(**{name: WORK[name] for name in part})
        known = report(known, COMPLETED, said, by="clerk", at=LATE, pay_months=3)
    assert known is not None
    return known


@given(parts=st.lists(st.sampled_from(PARTS), min_size=1).filter(lambda parts: all(part in parts for part in PARTS)))
def test_what_is_filled_in_adds_up_in_any_order_and_however_often(parts: list[set[str]]) -> None:
    known = said_in_parts(*parts)

    assert known.outcome == Outcome(**WORK)
    assert known.version == len(PARTS)


@pytest.mark.parametrize("name", ["employed_on", "evidence", "pay_before_fen", "pay_after_fen"])
def test_what_was_said_otherwise_is_not_filled_in(name: str) -> None:
    other: Any = {"employed_on": date(2025, 5, 2), "evidence": Evidence.BUSINESS_LICENCE}.get(name, 1)
    known = said_in_parts(*PARTS)

    with pytest.raises(OtherFollowUp) as refused:
        report(known, COMPLETED, Outcome(**{name: other}), by="clerk", at=LATE, pay_months=3)
    assert refused.value.pointer == f"/{name}"


def test_what_is_filled_in_is_judged_together_with_what_was_known() -> None:
    with pytest.raises(TrainingNotCompleted):
        report(
            said_in_parts({"pay_before_fen"}),
            enrolment(status=EnrolmentStatus.WITHDRAWN),
            Outcome(pay_after_fen=1),
            by="clerk",
            at=LATE,
            pay_months=3,
        )


def test_a_correction_says_all_anew_and_the_same_again_changes_nothing() -> None:
    known = said_in_parts(*PARTS)

    after = correct(known, COMPLETED, Outcome(pay_before_fen=1), by="officer", at=LATE, pay_months=3)

    assert (after.outcome, after.version, after.reported_by) == (Outcome(pay_before_fen=1), 4, "officer")
    assert correct(after, COMPLETED, after.outcome, by="clerk", at=LATE, pay_months=3) is after


@given(before=st.integers(1, PAY_FEN_MAX), after=st.integers(0, PAY_FEN_MAX))
def test_the_change_of_pay_is_never_overstated(before: int, after: int) -> None:
    change = pay_change_permille(Outcome(pay_before_fen=before, pay_after_fen=after))

    assert change is not None
    assert change * before <= (after - before) * 1000 < (change + 1) * before
