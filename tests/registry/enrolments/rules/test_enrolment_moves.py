"""The state machine of enrolments: every verb tried in every state; and what hours decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.classes.rules.classes import RosterClosed, TrainingClass
from services.registry.enrolments.rules import enrolments, interruptions
from services.registry.enrolments.rules.endings import EndsBeforeAttendance, EndsBeforeItBegan
from services.registry.enrolments.rules.enrolments import (
    Correction,
    DayAhead,
    Enrolment,
    EnrolmentVerb,
    TooManyHours,
    is_enough,
)
from services.registry.enrolments.rules.history import event_of
from services.registry.enrolments.rules.interruptions import (
    AnotherTraining,
    ClassOver,
    TransferTarget,
    TransferToSameClass,
)
from services.registry.enrolments.rules.overlaps import overlaps
from services.registry.enrolments.rules.trainees import DatedAhead, GroupEvidence, PriorityGroup
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EmploymentState, EnrolmentState, EnrolmentStatus, TraineeEnrolled
from shared.kernel.awards import Award
from shared.kernel.refusals import IllegalMove
from tests.registry.builders import ELSEWHERE, NOON, RUNNING, SHARE_MIN, TODAY, enrolment, training_class

YESTERDAY = TODAY - timedelta(days=1)


def paper(day: int) -> GroupEvidence:
    """Of a day in March."""
    return GroupEvidence(PriorityGroup.VETERAN, "退伍证", date(2025, 3, day))


def transfer(each: Enrolment, to: TrainingClass = ELSEWHERE) -> interruptions.Transfer:
    return interruptions.transfer(each, RUNNING, TransferTarget(to, UUID(int=77), "N1"), at=NOON)


def transferred(each: Enrolment) -> tuple[Enrolment, EnrolmentState]:
    moved = transfer(each)
    return moved.left, moved.left_fact


ENROLMENT_VERBS: dict[EnrolmentVerb, Callable[[Enrolment], tuple[Enrolment, EnrolmentState]]] = {
    EnrolmentVerb.COMPLETE: lambda each: enrolments.conclude(
        each, RUNNING, hours=60, share_min=SHARE_MIN, on=TODAY, at=NOON
    ),
    EnrolmentVerb.FAIL: lambda each: enrolments.conclude(
        each, RUNNING, hours=1, share_min=SHARE_MIN, on=TODAY, at=NOON
    ),
    EnrolmentVerb.DEFER: lambda each: interruptions.defer(each, RUNNING, on=TODAY, at=NOON),
    EnrolmentVerb.RESUME: lambda each: interruptions.resume(each, RUNNING, at=NOON),
    EnrolmentVerb.TRANSFER: transferred,
    EnrolmentVerb.WITHDRAW: lambda each: enrolments.withdraw(each, RUNNING, on=TODAY, at=NOON),
    EnrolmentVerb.CORRECT: lambda each: enrolments.correct(
        each, RUNNING, Correction(programme="S10"), share_min=SHARE_MIN, at=NOON
    ),
}


@pytest.mark.parametrize("status", EnrolmentStatus)
@pytest.mark.parametrize("verb", EnrolmentVerb)
def test_an_enrolment_moves_by_its_table_and_no_other_way(status: EnrolmentStatus, verb: EnrolmentVerb) -> None:
    before = enrolment(status=status, version=7)

    if verb in enrolments.MOVES[status]:
        after, fact = ENROLMENT_VERBS[verb](before)
        assert after.status is enrolments.MOVES[status][verb]
        assert (fact.status, fact.version, fact.person) == (after.status, 8, before.person)
        assert (after.id, after.class_id, after.person, after.local_id) == (
            before.id, before.class_id, before.person, before.local_id,
        )  # fmt: skip
        assert event_of(before, after, fact, by="clerk", reason=None).verb == verb
    else:
        with pytest.raises(IllegalMove) as refused:
            ENROLMENT_VERBS[verb](before)
        assert refused.value.facts["allowed"] == sorted(each.value for each in enrolments.MOVES[status])


def test_every_state_is_reached_and_the_table_names_all_of_them() -> None:
    table: dict[Any, dict[Any, Any]] = {state: dict(verbs) for state, verbs in enrolments.MOVES.items()}

    assert set(table) == set(EnrolmentStatus)
    reached = {EnrolmentStatus.IN_TRAINING, *(to for verbs in table.values() for to in verbs.values())}
    assert reached == set(EnrolmentStatus)


class TestEndingOfDays:
    @pytest.mark.parametrize("end", [enrolments.withdraw, interruptions.defer])
    @given(days=st.integers(-9, 0))
    def test_the_person_is_free_from_that_day_on(self, end: Any, days: int) -> None:
        on = TODAY + timedelta(days=days)

        after, fact = end(enrolment(), RUNNING, on=on, at=NOON)

        assert not overlaps((after.from_on, after.until_on), (on, date.max))
        assert (fact.from_on, fact.until_on, fact.effective_on) == (after.from_on, after.until_on, on)
        day_before = (on - timedelta(days=1),) * 2
        assert overlaps((after.from_on, after.until_on), day_before) == (on > after.from_on)

    def test_days_that_are_over_stay_as_they_were(self) -> None:
        before = enrolment(status=EnrolmentStatus.COMPLETED, until_on=date(2025, 3, 4))

        after, _ = enrolments.withdraw(before, RUNNING, on=TODAY, at=NOON)

        assert after.until_on == date(2025, 3, 4)

    @pytest.mark.parametrize("end", [enrolments.withdraw, interruptions.defer])
    @pytest.mark.parametrize("on", [date.min, date(2025, 2, 28)])
    def test_a_day_before_the_training_began_is_refused(self, end: Any, on: date) -> None:
        with pytest.raises(EndsBeforeItBegan) as refused:
            end(enrolment(), RUNNING, on=on, at=NOON)
        assert refused.value.facts == {"first_on": "2025-03-01"}

    @pytest.mark.parametrize("end", [enrolments.withdraw, interruptions.defer])
    def test_a_training_to_come_can_be_given_up_today(self, end: Any) -> None:
        before = enrolment(from_on=date(2025, 4, 1), until_on=date(2025, 4, 9))

        after, _ = end(before, RUNNING, on=TODAY, at=NOON)

        assert after.until_on < after.from_on
        with pytest.raises(EndsBeforeItBegan):
            end(before, RUNNING, on=YESTERDAY, at=NOON)

    @pytest.mark.parametrize("end", [enrolments.withdraw, interruptions.defer])
    @given(on=st.dates(date(2025, 3, 1), TODAY), attended_on=st.dates(date(2025, 3, 1), TODAY))
    def test_a_day_that_attendance_counts_stays_taken(self, end: Any, on: date, attended_on: date) -> None:
        if on > attended_on:
            after, _ = end(enrolment(), RUNNING, on=on, at=NOON, attended_on=attended_on)
            assert after.until_on >= attended_on
        else:
            with pytest.raises(EndsBeforeAttendance) as refused:
                end(enrolment(), RUNNING, on=on, at=NOON, attended_on=attended_on)
            assert (refused.value.check, refused.value.facts) == ("C04", {"attended_on": attended_on.isoformat()})

    @pytest.mark.parametrize("end", [enrolments.withdraw, interruptions.defer])
    def test_a_day_to_come_is_refused(self, end: Any) -> None:
        with pytest.raises(DayAhead) as refused:
            end(enrolment(), RUNNING, on=TODAY + timedelta(days=1), at=NOON)
        assert refused.value.facts == {"today": TODAY.isoformat()}


class TestResume:
    def test_goes_on_from_today_to_the_last_day_of_the_class(self) -> None:
        deferred = enrolment(status=EnrolmentStatus.DEFERRED, until_on=date(2025, 3, 4), effective_on=date(2025, 3, 5))

        after, _ = interruptions.resume(deferred, RUNNING, at=NOON)

        assert (after.from_on, after.until_on) == (TODAY, RUNNING.ends_on)
        assert after.effective_on == RUNNING.starts_on

    def test_a_class_to_come_is_joined_on_its_first_day(self) -> None:
        later = training_class(status=ClassStatus.APPROVED, starts_on=date(2025, 3, 15))

        after, _ = interruptions.resume(enrolment(status=EnrolmentStatus.DEFERRED), later, at=NOON)

        assert (after.from_on, after.until_on) == (later.starts_on, later.ends_on)

    def test_a_class_whose_last_day_has_passed_or_that_ended_is_refused(self) -> None:
        deferred = enrolment(status=EnrolmentStatus.DEFERRED)

        with pytest.raises(ClassOver):
            interruptions.resume(deferred, replace(RUNNING, ends_on=YESTERDAY), at=NOON)
        for status in (ClassStatus.COMPLETED, ClassStatus.CANCELLED):
            with pytest.raises(RosterClosed):
                interruptions.resume(deferred, replace(RUNNING, status=status), at=NOON)


class TestTransfer:
    def test_makes_a_new_enrolment_that_takes_along_what_was_entered(self) -> None:
        before = enrolment(
            status=EnrolmentStatus.DEFERRED, hours=12, version=4, programme="S10", tags=("S06",), priority=True,
            employment=EmploymentState.UNEMPLOYED, evidence_on=date(2025, 1, 5), consented_on=date(2025, 1, 6),
        )  # fmt: skip

        moved = transfer(before)

        assert isinstance(moved.entered_fact, TraineeEnrolled)
        kept = ("person", "programme", "tags", "priority", "employment", "evidence_on", "consented_on")
        assert all(getattr(moved.entered, name) == getattr(before, name) for name in kept)
        assert (moved.entered.hours, moved.entered.version, moved.entered_fact.version) == (0, 1, 1)
        assert moved.entered_fact.transferred_from == before.id
        assert (moved.entered.class_id, moved.entered.institution_id) == (ELSEWHERE.id, ELSEWHERE.institution_id)
        assert (moved.entered.from_on, moved.entered.until_on) == (TODAY, ELSEWHERE.ends_on)
        assert moved.left.until_on < TODAY

    @pytest.mark.parametrize(
        ("to", "refusal"),
        [
            (RUNNING, TransferToSameClass),
            (replace(ELSEWHERE, award=Award.TECHNICIAN), AnotherTraining),
            (replace(ELSEWHERE, occupation="6-04-02-05"), AnotherTraining),
            (replace(ELSEWHERE, status=ClassStatus.COMPLETED), RosterClosed),
            (replace(ELSEWHERE, ends_on=YESTERDAY), ClassOver),
        ],
    )
    def test_another_class_that_does_not_go_on_with_it_is_refused(
        self, to: TrainingClass, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            transfer(enrolment(), to)

    def test_who_was_there_today_goes_tomorrow(self) -> None:
        place = TransferTarget(ELSEWHERE, UUID(int=77), "N1")

        with pytest.raises(EndsBeforeAttendance):
            interruptions.transfer(enrolment(), RUNNING, place, at=NOON, attended_on=TODAY)
        assert interruptions.transfer(enrolment(), RUNNING, place, at=NOON, attended_on=YESTERDAY)


class TestMoveDays:
    def test_who_trains_counts_from_the_new_first_day(self) -> None:
        changed = replace(RUNNING, starts_on=date(2025, 3, 3))

        after, fact = enrolments.move_days(
            enrolment(), changed, from_on=date(2025, 3, 3), until_on=date(2025, 3, 25), at=NOON
        )

        assert (after.from_on, after.until_on, after.effective_on) == (
            date(2025, 3, 3), date(2025, 3, 25), date(2025, 3, 3),
        )  # fmt: skip
        assert (fact.version, fact.from_on, fact.until_on) == (2, after.from_on, after.until_on)

    def test_who_gave_up_is_not_moved(self) -> None:
        with pytest.raises(IllegalMove):
            enrolments.move_days(
                enrolment(status=EnrolmentStatus.WITHDRAWN), RUNNING, from_on=TODAY, until_on=TODAY, at=NOON
            )


class TestHours:
    @given(st.integers(1, 2000), st.data())
    def test_four_fifths_of_the_hours_complete_a_training(self, hours: int, draw: st.DataObject) -> None:
        had = draw.draw(st.integers(0, hours))

        assert is_enough(had, training_class(hours=hours), share_min=SHARE_MIN) == (had * 5 >= hours * 4)

    def test_more_hours_than_the_class_has_are_refused(self) -> None:
        with pytest.raises(TooManyHours) as refused:
            is_enough(61, training_class(hours=60), share_min=SHARE_MIN)
        assert refused.value.facts == {"hours_max": 60}

    @given(st.sampled_from([EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED]), st.integers(0, 60))
    def test_corrected_hours_decide_the_outcome_for_its_old_day(self, status: EnrolmentStatus, hours: int) -> None:
        before = enrolment(status=status, hours=50, effective_on=date(2025, 3, 15))

        after, fact = enrolments.correct(before, RUNNING, Correction(hours=hours), share_min=SHARE_MIN, at=NOON)

        assert after.status is (EnrolmentStatus.COMPLETED if hours >= 48 else EnrolmentStatus.FAILED)
        assert (after.effective_on, after.programme, after.tags) == (before.effective_on, before.programme, ())
        assert (fact.status, fact.hours) == (after.status, hours)


class TestCorrect:
    def test_what_is_left_out_stays(self) -> None:
        before = enrolment(tags=("S06",), employment=EmploymentState.STUDENT, evidence_on=date(2025, 1, 1))

        after, fact = enrolments.correct(
            before, RUNNING, Correction(employment=EmploymentState.EMPLOYED), share_min=SHARE_MIN, at=NOON
        )

        assert after == replace(before, employment=EmploymentState.EMPLOYED, version=2)
        assert (fact.employment, fact.evidence_on) == (EmploymentState.EMPLOYED, date(2025, 1, 1))

    @pytest.mark.parametrize(
        ("correction", "pointer"),
        [
            (Correction(groups=(paper(1), paper(11))), "/groups/1/dated_on"),
            (Correction(consented_on=date(2025, 3, 11)), "/consent/on"),
        ],
    )
    def test_a_paper_dated_ahead_is_refused(self, correction: Correction, pointer: str) -> None:
        with pytest.raises(DatedAhead) as refused:
            enrolments.correct(enrolment(), RUNNING, correction, share_min=SHARE_MIN, at=NOON)
        assert refused.value.pointer == pointer

    @given(st.lists(st.integers(1, 10), max_size=3))
    def test_what_is_shown_of_priority_groups_follows_from_their_papers(self, days: list[int]) -> None:
        before = enrolment(priority=True, evidence_on=date(2025, 1, 1))
        correction = Correction(groups=tuple(paper(day) for day in days))

        after, fact = enrolments.correct(before, RUNNING, correction, share_min=SHARE_MIN, at=NOON)

        assert (after.priority, after.evidence_on) == (bool(days), date(2025, 3, max(days)) if days else None)
        assert (fact.priority, fact.evidence_on) == (after.priority, after.evidence_on)
