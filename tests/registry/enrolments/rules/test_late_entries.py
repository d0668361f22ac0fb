"""From which day somebody counts who enters a class that has begun, or comes back to it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.classes.rules.classes import RosterClosed, TrainingClass
from services.registry.enrolments.rules.interruptions import ClassOver
from services.registry.enrolments.rules.late_entries import late_day, see_grown
from services.registry.enrolments.rules.overlaps import OccupiedDays, OverlappingClass, overlaps
from services.registry.rosters.rules.decisions import (
    AlreadyEnrolled,
    Entry,
    PriorEnrolment,
    RosterContext,
    SeatGivenUp,
    decide,
)
from shared.contracts.registry import ClassStatus, EnrolmentStatus
from tests.registry.builders import RUNNING, TODAY, policy, training_class

LENIENT = policy(date(2025, 3, 1))
STRICT = policy(date(2026, 3, 1))
PERSON = UUID(int=101)
ENTRY = Entry(0, UUID(int=1000), "T1-2", PERSON, RUNNING)


def had(from_on: date, until_on: date, *, is_seated: bool = False, class_: TrainingClass = RUNNING) -> OccupiedDays:
    return OccupiedDays(
        UUID(int=900), class_.id, class_.institution_id, PERSON, "T1", from_on, until_on, is_seated=is_seated
    )  # fmt: skip


def known(*taken: OccupiedDays, late: bool = False) -> RosterContext:
    return RosterContext({}, taken, {RUNNING.id: 1}, {}, {RUNNING.id: TODAY} if late else {})


class TestLateDay:
    def test_who_comes_after_the_first_day_counts_from_today(self) -> None:
        assert late_day(RUNNING, STRICT, today=TODAY) == TODAY

    def test_where_classes_are_filed_afterwards_so_are_their_rosters(self) -> None:
        assert late_day(RUNNING, LENIENT, today=TODAY) is None

    @pytest.mark.parametrize(
        ("class_", "today"),
        [(RUNNING, RUNNING.starts_on), (training_class(status=ClassStatus.APPROVED), TODAY)],
    )
    def test_who_comes_before_the_start_or_on_its_day_counts_as_all_do(
        self, class_: TrainingClass, today: date
    ) -> None:
        assert late_day(class_, STRICT, today=today) is None

    def test_after_the_last_day_nobody_comes(self) -> None:
        assert late_day(RUNNING, STRICT, today=RUNNING.ends_on) == RUNNING.ends_on
        with pytest.raises(ClassOver):
            late_day(RUNNING, STRICT, today=RUNNING.ends_on + timedelta(days=1))


class TestFirstDay:
    def test_days_before_somebody_came_are_not_theirs(self) -> None:
        elsewhere = had(date(2025, 3, 1), date(2025, 3, 9), class_=training_class(id=UUID(int=50)))

        (outcome,), first_days = decide([ENTRY], known(elsewhere, late=True))

        assert outcome.outcome == "accepted"
        assert first_days == {ENTRY.id: TODAY}

    def test_others_begin_with_their_class(self) -> None:
        assert decide([ENTRY], known()).first_days == {ENTRY.id: RUNNING.starts_on}
        before = had(date(2025, 1, 1), date(2025, 1, 2))
        assert decide([ENTRY], known(before)).first_days == {ENTRY.id: RUNNING.starts_on}

    @given(st.dates(date(2025, 2, 20), date(2025, 3, 25)), st.integers(-1, 20), st.booleans())
    def test_who_comes_back_never_has_a_day_twice(self, from_on: date, days: int, late: bool) -> None:
        before = had(from_on, from_on + timedelta(days=days))

        (outcome,), first_days = decide([ENTRY], known(before, late=late))

        if outcome.outcome == "accepted":
            begins = first_days[ENTRY.id]
            assert not overlaps((before.from_on, before.until_on), (begins, RUNNING.ends_on))
            assert RUNNING.starts_on <= begins <= RUNNING.ends_on
        else:
            assert isinstance(outcome.refusal, OverlappingClass)
            assert before.until_on >= RUNNING.ends_on

    def test_who_has_a_seat_cannot_have_another(self) -> None:
        (outcome,) = decide([ENTRY], known(had(date(2025, 3, 1), date(2025, 3, 9), is_seated=True))).outcomes

        assert isinstance(outcome.refusal, AlreadyEnrolled)


@pytest.mark.parametrize("status", EnrolmentStatus)
def test_the_row_of_a_seat_that_was_given_up_is_refused_with_its_state(status: EnrolmentStatus) -> None:
    seated = PriorEnrolment(UUID(int=900), RUNNING.id, PERSON, ENTRY.local_id, status)

    (outcome,) = decide([ENTRY], known()._replace(by_local_id={ENTRY.local_id: seated})).outcomes

    if status in (EnrolmentStatus.WITHDRAWN, EnrolmentStatus.TRANSFERRED):
        assert isinstance(outcome.refusal, SeatGivenUp)
        assert outcome.refusal.facts == {"state": status}
    else:
        assert (outcome.outcome, outcome.id) == ("repeated", seated.id)


def test_where_nobody_is_taken_any_more_that_is_what_is_said() -> None:
    seated = PriorEnrolment(UUID(int=900), RUNNING.id, PERSON, ENTRY.local_id, EnrolmentStatus.WITHDRAWN)
    closed = RosterClosed(state="cancelled")

    (outcome,) = decide(
        [ENTRY], known()._replace(by_local_id={ENTRY.local_id: seated}, closed={RUNNING.id: closed})
    ).outcomes

    assert outcome.refusal is closed


def test_a_class_that_grew_is_seen_once_a_day_with_how_many_came() -> None:
    other = training_class(id=UUID(int=51))

    (seen,) = see_grown([RUNNING, other, RUNNING], {RUNNING.id: TODAY})

    assert (seen.check, seen.holds, seen.class_id) == ("C15", True, RUNNING.id)
    assert seen.facts == {"trainees": 2, "from_on": "2025-03-10"}
    assert see_grown([RUNNING, other], {}) == []
