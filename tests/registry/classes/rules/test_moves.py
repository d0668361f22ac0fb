"""The state machine of classes: every verb tried in every state, and on long walks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.registry.classes.rules import classes
from services.registry.classes.rules.classes import ClassVerb, SiteVersion, TrainingClass
from services.registry.classes.rules.faults import NoTrainees, OutcomesMissing, TooEarly, TooLate
from services.registry.plan.rules.policy import Policy
from services.registry.timetable.rules import site_checks
from shared.contracts.registry.classes import ClassState, ClassStatus
from shared.kernel.refusals import IllegalMove, SamePerson
from tests.registry.builders import NOON, TODAY, policy, training_class

LENIENT = policy(date(2025, 3, 1))
STRICT = policy(date(2026, 3, 2))
"""The year of transition, and what follows it."""
SITES = (SiteVersion(UUID(int=8), 1),)

MENDED = training_class(id=UUID(int=99), local_id="another", seats=30, hours=72, filed_by="another clerk")

CLASS_VERBS: dict[ClassVerb, Callable[[TrainingClass], tuple[TrainingClass, ClassState | None]]] = {
    ClassVerb.RETURN: lambda class_: classes.return_(class_, reasons=["名额与场地不符"], at=NOON, enrolled=3),
    ClassVerb.REFILE: lambda class_: classes.refile(class_, MENDED, at=NOON, enrolled=3),
    ClassVerb.APPROVE: lambda class_: classes.approve(
        class_, policy=LENIENT, by="officer", today=TODAY, at=NOON, enrolled=3
    ),
    ClassVerb.CHECK: lambda class_: site_checks.check(
        class_, passed=True, sites=SITES, by="officer", at=NOON, enrolled=3
    ),
    ClassVerb.START: lambda class_: classes.start(class_, policy=LENIENT, seated=3, today=TODAY, at=NOON, enrolled=3),
    ClassVerb.CHANGE: lambda class_: classes.change(class_, replace(class_, seats=41), at=NOON, enrolled=3),
    ClassVerb.COMPLETE: lambda class_: classes.complete(
        class_, seated=3, in_training=0, today=class_.ends_on, at=NOON, enrolled=3
    ),
    ClassVerb.CANCEL: lambda class_: classes.cancel(class_, at=NOON, enrolled=3),
}
ALSO_CHANGED: dict[ClassVerb, dict[str, Any]] = {
    ClassVerb.RETURN: {"return_reasons": ("名额与场地不符",)},
    ClassVerb.REFILE: {"seats": 30, "hours": 72, "filed_by": "another clerk"},
    ClassVerb.CHECK: {"checked_by": "officer", "checked_on": TODAY, "checked_sites": SITES},
    ClassVerb.CHANGE: {"seats": 41},
}
"""What else than status and version a verb changes."""


@pytest.mark.parametrize("status", ClassStatus)
@pytest.mark.parametrize("verb", ClassVerb)
def test_a_class_moves_by_its_table_and_no_other_way(status: ClassStatus, verb: ClassVerb) -> None:
    before = training_class(status=status, version=7)

    if verb in classes.MOVES[status]:
        after, fact = CLASS_VERBS[verb](before)
        assert after == replace(before, status=classes.MOVES[status][verb], version=8, **ALSO_CHANGED.get(verb, {}))
        assert fact is not None
        assert (fact.status, fact.version, fact.enrolled) == (after.status, 8, 3)
        assert fact.subject == f"classes/{before.id}"
    else:
        with pytest.raises(IllegalMove) as refused:
            CLASS_VERBS[verb](before)
        assert refused.value.facts["allowed"] == sorted(each.value for each in classes.MOVES[status])


def test_every_state_is_reached_and_the_table_names_all_of_them() -> None:
    table: dict[Any, dict[Any, Any]] = {state: dict(verbs) for state, verbs in classes.MOVES.items()}

    assert set(table) == set(ClassStatus)
    reached = {ClassStatus.FILED, *(to for verbs in table.values() for to in verbs.values())}
    assert reached == set(ClassStatus)


@pytest.mark.parametrize("status", ClassStatus)
def test_a_class_takes_trainees_until_its_end(status: ClassStatus) -> None:
    assert training_class(status=status).takes_trainees == bool(classes.MOVES[status])


class TestReturn:
    def test_the_reasons_stay_readable_after_the_class_was_filed_again(self) -> None:
        returned, _ = classes.return_(training_class(), reasons=["a", "b"], at=NOON, enrolled=0)
        refiled, fact = classes.refile(returned, MENDED, at=NOON, enrolled=0)

        assert refiled.return_reasons == ("a", "b")
        assert (fact.seats, fact.hours, fact.local_id) == (30, 72, "2025-001")


class TestDays:
    @pytest.mark.parametrize("days_late", [0, 1, 300])
    @pytest.mark.parametrize("rules", [LENIENT, STRICT], ids=["lenient", "strict"])
    def test_a_class_is_approved_until_its_first_day(self, rules: Policy, days_late: int) -> None:
        today = training_class().starts_on + timedelta(days=days_late)

        def approve() -> object:
            return classes.approve(training_class(), policy=rules, by="officer", today=today, at=NOON, enrolled=0)

        if rules is STRICT and days_late:
            with pytest.raises(TooLate) as refused:
                approve()
            assert refused.value.facts == {"possible_until": "2025-03-01"}
        else:
            approve()

    @pytest.mark.parametrize("days_late", [0, 1, 300])
    @pytest.mark.parametrize("rules", [LENIENT, STRICT], ids=["lenient", "strict"])
    def test_a_class_starts_until_its_last_day(self, rules: Policy, days_late: int) -> None:
        before = training_class(status=ClassStatus.APPROVED)
        today = before.ends_on + timedelta(days=days_late)

        def start() -> object:
            return classes.start(before, policy=rules, seated=9, today=today, at=NOON, enrolled=9)

        if rules is STRICT and days_late:
            with pytest.raises(TooLate) as refused:
                start()
            assert refused.value.facts == {"possible_until": "2025-03-20"}
        else:
            start()


@pytest.mark.parametrize("rules", [LENIENT, STRICT], ids=["lenient", "strict"])
def test_a_class_without_a_trainee_neither_starts_nor_is_completed(rules: Policy) -> None:
    approved, running = (training_class(status=status) for status in (ClassStatus.APPROVED, ClassStatus.RUNNING))
    first, last = approved.starts_on, approved.ends_on

    classes.start(approved, policy=rules, seated=1, today=first, at=NOON, enrolled=3)
    classes.complete(running, seated=1, in_training=0, today=last, at=NOON, enrolled=3)

    with pytest.raises(NoTrainees):
        classes.start(approved, policy=rules, seated=0, today=first, at=NOON, enrolled=3)
    with pytest.raises(NoTrainees):
        classes.complete(running, seated=0, in_training=0, today=last, at=NOON, enrolled=3)


class TestCancel:
    def test_an_officer_does_not_stop_what_they_filed(self) -> None:
        with pytest.raises(SamePerson):
            classes.cancel(training_class(), by_officer="clerk", at=NOON, enrolled=0)

    def test_an_institution_gives_up_what_it_filed(self) -> None:
        after, _ = classes.cancel(training_class(), at=NOON, enrolled=0)

        assert after.status is ClassStatus.CANCELLED


class ClassWalk(RuleBasedStateMachine):
    """Any sequence of verbs, days and headcounts."""

    def __init__(self) -> None:
        super().__init__()
        self.class_ = training_class()
        self.facts: list[ClassState] = [classes.file(self.class_, at=NOON)]

    def attempt(self, step: Callable[[], tuple[TrainingClass, ClassState | None]], *also: type[Exception]) -> None:
        before = self.class_
        refusals: tuple[type[Exception], ...] = (IllegalMove, *also)
        try:
            self.class_, fact = step()
        except refusals:
            assert self.class_ == before
        else:
            self.facts += [fact] if fact else []

    @rule()
    def return_(self) -> None:
        self.attempt(lambda: classes.return_(self.class_, reasons=["why"], at=NOON, enrolled=0))

    @rule(seats=st.integers(1, 60))
    def refile(self, seats: int) -> None:
        self.attempt(lambda: classes.refile(self.class_, replace(MENDED, seats=seats), at=NOON, enrolled=0))

    @rule(by=st.sampled_from(["clerk", "officer"]), passed=st.booleans())
    def check(self, by: str, passed: bool) -> None:
        self.attempt(
            lambda: site_checks.check(self.class_, passed=passed, sites=SITES, by=by, at=NOON, enrolled=0), SamePerson
        )

    @rule(site=st.sampled_from([None, UUID(int=8), UUID(int=9)]), days=st.integers(-9, 9))
    def change(self, site: UUID | None, days: int) -> None:
        terms = replace(self.class_, site_id=site, ends_on=self.class_.ends_on + timedelta(days=days))
        self.attempt(lambda: classes.change(self.class_, terms, at=NOON, enrolled=0))

    @rule(by=st.sampled_from(["clerk", "officer"]), day=st.integers(-5, 5), rules=st.sampled_from([LENIENT, STRICT]))
    def approve(self, by: str, day: int, rules: Policy) -> None:
        waiting = self.class_.status is ClassStatus.FILED
        today = self.class_.starts_on + timedelta(days=day)
        self.attempt(
            lambda: classes.approve(self.class_, policy=rules, by=by, today=today, at=NOON, enrolled=0),
            SamePerson,
            TooLate,
        )
        if waiting and self.class_.status is ClassStatus.APPROVED:
            assert day <= 0 or rules is LENIENT

    @rule(day=st.integers(-5, 30), seated=st.integers(0, 2), rules=st.sampled_from([LENIENT, STRICT]))
    def start(self, day: int, seated: int, rules: Policy) -> None:
        running = self.class_.status is ClassStatus.RUNNING
        today = self.class_.starts_on + timedelta(days=day)
        self.attempt(
            lambda: classes.start(self.class_, policy=rules, seated=seated, today=today, at=NOON, enrolled=0),
            TooEarly,
            TooLate,
            NoTrainees,
        )
        if not running and self.class_.status is ClassStatus.RUNNING:
            assert day >= 0
            assert seated
            assert rules is LENIENT or today <= self.class_.ends_on

    @rule(day=st.integers(-5, 5), seated=st.integers(0, 3), in_training=st.integers(0, 2))
    def complete(self, day: int, seated: int, in_training: int) -> None:
        done = self.class_.status is ClassStatus.COMPLETED
        today = self.class_.ends_on + timedelta(days=day)
        self.attempt(
            lambda: classes.complete(
                self.class_, seated=seated, in_training=in_training, today=today, at=NOON, enrolled=0
            ),
            TooEarly,
            NoTrainees,
            OutcomesMissing,
        )
        if not done and self.class_.status is ClassStatus.COMPLETED:
            assert day >= 0
            assert seated
            assert in_training == 0

    @precondition(lambda self: len(self.facts) > 2)
    @rule()
    def cancel(self) -> None:
        self.attempt(lambda: classes.cancel(self.class_, by_officer="officer", at=NOON, enrolled=0))

    @invariant()
    def facts_count_the_versions(self) -> None:
        assert [fact.version for fact in self.facts] == list(range(1, self.class_.version + 1))
        assert self.facts[-1].status == self.class_.status

    @invariant()
    def the_filer_never_approved(self) -> None:
        approved = any(fact.status is ClassStatus.APPROVED for fact in self.facts)
        assert approved or self.class_.status in (ClassStatus.FILED, ClassStatus.RETURNED, ClassStatus.CANCELLED)

    @invariant()
    def a_check_is_kept_whole_or_not_at_all(self) -> None:
        assert (self.class_.checked_by is None) == (self.class_.checked_on is None)
        assert self.class_.checked_by != self.class_.filed_by


ClassWalk.TestCase.settings = settings(max_examples=40, stateful_step_count=15)
TestClassWalk = ClassWalk.TestCase
