"""Long walks through the life of an enrolment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.registry.enrolments.rules import enrolments, interruptions
from services.registry.enrolments.rules.endings import EndsBeforeItBegan
from services.registry.enrolments.rules.enrolments import Correction, DayAhead, Enrolment
from services.registry.enrolments.rules.interruptions import ClassOver, TransferTarget
from services.registry.enrolments.rules.overlaps import overlaps
from shared.contracts.registry import EnrolmentState, EnrolmentStatus
from shared.kernel.periods import business_day
from shared.kernel.refusals import IllegalMove
from tests.registry.builders import ELSEWHERE, RUNNING, SHARE_MIN, enrolment

_WRONG_DAYS = (DayAhead, EndsBeforeItBegan)


class EnrolmentWalk(RuleBasedStateMachine):
    """Any sequence of verbs on any days."""

    @initialize()
    def begin(self) -> None:
        self.at = datetime(2025, 2, 20, 4, tzinfo=UTC)
        self.enrolment = enrolment()
        self.earlier: list[tuple[date, date]] = []
        self.facts: list[EnrolmentState] = [enrolments.enrol(self.enrolment, RUNNING, at=self.at)]

    def attempt(self, step: Callable[[], tuple[Enrolment, EnrolmentState]], *also: type[Exception]) -> None:
        before = self.enrolment
        refusals: tuple[type[Exception], ...] = (IllegalMove, *also)
        try:
            self.enrolment, fact = step()
        except refusals:
            assert self.enrolment == before
        else:
            self.facts.append(fact)

    @rule(days=st.integers(0, 9))
    def days_pass(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(back=st.integers(-1, 5))
    def defer(self, back: int) -> None:
        on = business_day(self.at) - timedelta(days=back)
        self.attempt(lambda: interruptions.defer(self.enrolment, RUNNING, on=on, at=self.at), *_WRONG_DAYS)

    @rule()
    def resume(self) -> None:
        before = self.enrolment
        self.attempt(lambda: interruptions.resume(self.enrolment, RUNNING, at=self.at), ClassOver)
        if self.enrolment != before:
            self.earlier.append((before.from_on, before.until_on))

    @rule()
    def transfer(self) -> None:
        def step() -> tuple[Enrolment, EnrolmentState]:
            moved = interruptions.transfer(
                self.enrolment, RUNNING, TransferTarget(ELSEWHERE, UUID(int=77), "N1"), at=self.at
            )
            assert not overlaps(
                (moved.left.from_on, moved.left.until_on), (moved.entered.from_on, moved.entered.until_on)
            )
            return moved.left, moved.left_fact

        self.attempt(step, ClassOver)

    @rule(back=st.integers(-1, 5))
    def withdraw(self, back: int) -> None:
        on = business_day(self.at) - timedelta(days=back)
        self.attempt(lambda: enrolments.withdraw(self.enrolment, RUNNING, on=on, at=self.at), *_WRONG_DAYS)

    @rule(hours=st.integers(0, 60))
    def conclude(self, hours: int) -> None:
        on = business_day(self.at)
        self.attempt(
            lambda: enrolments.conclude(self.enrolment, RUNNING, hours=hours, share_min=SHARE_MIN, on=on, at=self.at)
        )

    @rule(hours=st.integers(0, 60))
    def correct(self, hours: int) -> None:
        correction = Correction(hours=hours)
        self.attempt(lambda: enrolments.correct(self.enrolment, RUNNING, correction, share_min=SHARE_MIN, at=self.at))

    @invariant()
    def facts_count_the_versions_and_follow_the_table(self) -> None:
        assert [fact.version for fact in self.facts] == list(range(1, self.enrolment.version + 1))
        assert self.facts[-1].status is self.enrolment.status
        for before, after in zip(self.facts, self.facts[1:], strict=False):
            moves = enrolments.MOVES[before.status].values()
            finished = {EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED}
            assert after.status in moves or {before.status, after.status} == finished

    @invariant()
    def days_before_a_resumption_stay_days_of_their_own(self) -> None:
        spans = [*self.earlier, (self.enrolment.from_on, self.enrolment.until_on)]
        assert not any(overlaps(one, other) for one, other in combinations(spans, 2))

    @invariant()
    def only_who_trains_or_has_an_outcome_takes_days_to_come(self) -> None:
        if self.enrolment.status in (
            EnrolmentStatus.DEFERRED, EnrolmentStatus.WITHDRAWN, EnrolmentStatus.TRANSFERRED,
        ):  # fmt: skip
            assert self.enrolment.until_on < business_day(self.at)


EnrolmentWalk.TestCase.settings = settings(max_examples=40, stateful_step_count=15)
TestEnrolmentWalk = EnrolmentWalk.TestCase
