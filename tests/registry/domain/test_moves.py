"""The state machines of classes and enrolments: every verb tried in every state, and on long walks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.registry.domain import classes, enrolments
from services.registry.domain.classes import ClassVerb, OutcomesMissing, TooEarly, TrainingClass
from services.registry.domain.enrolments import Enrolment, EnrolmentVerb, TooManyHours, is_enough
from shared.contracts.registry import ClassState, ClassStatus, EnrolmentState, EnrolmentStatus
from shared.kernel.refusals import IllegalMove, SamePerson
from tests.registry.domain.builders import NOON, TODAY, enrolment, training_class

RUNNING = training_class(status=ClassStatus.RUNNING)

CLASS_VERBS: dict[ClassVerb, Callable[[TrainingClass], tuple[TrainingClass, ClassState]]] = {
    ClassVerb.APPROVE: lambda class_: classes.approve(class_, by="officer", at=NOON, enrolled=3),
    ClassVerb.START: lambda class_: classes.start(class_, today=TODAY, at=NOON, enrolled=3),
    ClassVerb.COMPLETE: lambda class_: classes.complete(
        class_, in_training=0, today=class_.ends_on, at=NOON, enrolled=3
    ),
    ClassVerb.CANCEL: lambda class_: classes.cancel(class_, at=NOON, enrolled=3),
}
ENROLMENT_VERBS: dict[EnrolmentVerb, Callable[[Enrolment], tuple[Enrolment, EnrolmentState]]] = {
    EnrolmentVerb.COMPLETE: lambda each: enrolments.conclude(each, RUNNING, hours=60, on=TODAY, at=NOON),
    EnrolmentVerb.FAIL: lambda each: enrolments.conclude(each, RUNNING, hours=1, on=TODAY, at=NOON),
    EnrolmentVerb.WITHDRAW: lambda each: enrolments.withdraw(each, RUNNING, on=TODAY, at=NOON),
    EnrolmentVerb.CORRECT: lambda each: enrolments.correct(
        each, RUNNING, programme="S10", tags=None, hours=None, at=NOON
    ),
}


@pytest.mark.parametrize("status", ClassStatus)
@pytest.mark.parametrize("verb", ClassVerb)
def test_a_class_moves_by_its_table_and_no_other_way(status: ClassStatus, verb: ClassVerb) -> None:
    before = training_class(status=status, version=7)

    if verb in classes.MOVES[status]:
        after, fact = CLASS_VERBS[verb](before)
        assert after == replace(before, status=classes.MOVES[status][verb], version=8)
        assert (fact.status, fact.version, fact.enrolled) == (after.status, 8, 3)
        assert fact.subject == f"classes/{before.id}"
    else:
        with pytest.raises(IllegalMove) as refused:
            CLASS_VERBS[verb](before)
        assert refused.value.facts["allowed"] == sorted(each.value for each in classes.MOVES[status])


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
    else:
        with pytest.raises(IllegalMove):
            ENROLMENT_VERBS[verb](before)


def test_every_state_is_reached_and_the_tables_name_all_of_them() -> None:
    for moves, states, first in (
        (classes.MOVES, ClassStatus, ClassStatus.FILED),
        (enrolments.MOVES, EnrolmentStatus, EnrolmentStatus.IN_TRAINING),
    ):
        table: dict[Any, dict[Any, Any]] = {state: dict(verbs) for state, verbs in moves.items()}
        assert set(table) == set(states)
        assert {first, *(to for verbs in table.values() for to in verbs.values())} == set(states)


class ClassWalk(RuleBasedStateMachine):
    """Any sequence of verbs, days and headcounts."""

    def __init__(self) -> None:
        super().__init__()
        self.class_ = training_class()
        self.facts: list[ClassState] = [classes.file(self.class_, at=NOON)]

    def attempt(self, step: Callable[[], tuple[TrainingClass, ClassState]], *also: type[Exception]) -> None:
        before = self.class_
        refusals: tuple[type[Exception], ...] = (IllegalMove, *also)
        try:
            self.class_, fact = step()
        except refusals:
            assert self.class_ == before
        else:
            self.facts.append(fact)

    @rule(by=st.sampled_from(["clerk", "officer"]))
    def approve(self, by: str) -> None:
        self.attempt(lambda: classes.approve(self.class_, by=by, at=NOON, enrolled=0), SamePerson)

    @rule(day=st.integers(-5, 30))
    def start(self, day: int) -> None:
        running = self.class_.status is ClassStatus.RUNNING
        today = self.class_.starts_on + timedelta(days=day)
        self.attempt(lambda: classes.start(self.class_, today=today, at=NOON, enrolled=0), TooEarly)
        if not running and self.class_.status is ClassStatus.RUNNING:
            assert day >= 0

    @rule(day=st.integers(-5, 5), in_training=st.integers(0, 2))
    def complete(self, day: int, in_training: int) -> None:
        done = self.class_.status is ClassStatus.COMPLETED
        today = self.class_.ends_on + timedelta(days=day)
        self.attempt(
            lambda: classes.complete(self.class_, in_training=in_training, today=today, at=NOON, enrolled=0),
            TooEarly,
            OutcomesMissing,
        )
        if not done and self.class_.status is ClassStatus.COMPLETED:
            assert day >= 0
            assert in_training == 0

    @precondition(lambda self: len(self.facts) > 2)
    @rule()
    def cancel(self) -> None:
        self.attempt(lambda: classes.cancel(self.class_, at=NOON, enrolled=0))

    @invariant()
    def facts_count_the_versions(self) -> None:
        assert [fact.version for fact in self.facts] == list(range(1, self.class_.version + 1))
        assert self.facts[-1].status == self.class_.status

    @invariant()
    def the_filer_never_approved(self) -> None:
        approved = any(fact.status is ClassStatus.APPROVED for fact in self.facts)
        assert approved or self.class_.status in (ClassStatus.FILED, ClassStatus.CANCELLED)


ClassWalk.TestCase.settings = settings(max_examples=40, stateful_step_count=15)
TestClassWalk = ClassWalk.TestCase


class TestHours:
    @given(st.integers(1, 2000), st.data())
    def test_four_fifths_of_the_hours_complete_a_training(self, hours: int, draw: st.DataObject) -> None:
        had = draw.draw(st.integers(0, hours))

        assert is_enough(had, training_class(hours=hours)) == (had * 5 >= hours * 4)

    def test_more_hours_than_the_class_has_are_refused(self) -> None:
        with pytest.raises(TooManyHours) as refused:
            is_enough(61, training_class(hours=60))
        assert refused.value.facts == {"hours_max": 60}

    @given(st.sampled_from([EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED]), st.integers(0, 60))
    def test_corrected_hours_decide_the_outcome_for_its_old_day(self, status: EnrolmentStatus, hours: int) -> None:
        before = enrolment(status=status, hours=50, effective_on=date(2025, 3, 15))

        after, fact = enrolments.correct(before, RUNNING, programme=None, tags=None, hours=hours, at=NOON)

        assert after.status is (EnrolmentStatus.COMPLETED if hours >= 48 else EnrolmentStatus.FAILED)
        assert (after.effective_on, after.programme, after.tags) == (before.effective_on, before.programme, ())
        assert (fact.status, fact.hours) == (after.status, hours)
