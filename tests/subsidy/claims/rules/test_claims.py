"""Every verb of a claim in every state, and what money does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.rules.refusals import NothingToClaim
from services.subsidy.claims.rules.states import (
    COMMITTED,
    MOVES,
    ClaimVerb,
)
from services.subsidy.holds.rules import Flag, HoldStatus
from services.subsidy.limits.rules import Ladder
from services.subsidy.payments import rules as payments
from services.subsidy.recoveries import rules as recoveries
from services.subsidy.review import rules as review
from shared.contracts.subsidy.claims import ClaimState, ClaimStatus
from shared.kernel.periods import business_day
from shared.kernel.refusals import IllegalMove, Refusal
from tests.subsidy.builders import claim, flag, line
from tests.subsidy.claiming import AT, DAY, refused, submitted, training_of

PEOPLE = st.sampled_from(["li", "wang", "sun", "zhao"])
FLAGS = st.lists(st.builds(flag, status=st.sampled_from([HoldStatus.OPEN, HoldStatus.UPHELD])), max_size=1)
AMOUNTS = st.lists(st.integers(0, 3), min_size=1, max_size=4)


class TestSubmit:
    def test_a_claim_whose_lines_are_all_refused_cannot_be_submitted(self) -> None:
        with pytest.raises(NothingToClaim):
            rules.submit(claim(refused(1), refused(2)), by="li", at=AT)

    def test_the_first_submission_keeps_its_day_over_a_return(self) -> None:
        returned, _ = review.return_(submitted(), prepared_by=["li"], held_until=DAY, by="wang", at=AT)
        later = AT + timedelta(days=40)

        rebuilt, _ = rules.rebuild(returned, returned, at=later)
        again, _ = rules.submit(rebuilt, by="li", at=later)

        assert (again.submitted_on, again.claimed_on(business_day(later))) == (DAY, DAY)

    def test_the_business_day_is_that_of_china(self) -> None:
        evening = datetime(2025, 6, 1, 20, tzinfo=UTC)

        assert rules.submit(claim(), by="li", at=evening)[0].submitted_on == DAY + timedelta(days=1)


class ClaimWalk(RuleBasedStateMachine):
    """Tries every verb at any time; the table of moves says which may pass, and a ledger follows the money."""

    @initialize(amounts=AMOUNTS, steps=st.integers(0, 5), second=st.booleans(), public=st.booleans())
    def draft(self, amounts: list[int], steps: int, second: bool, public: bool) -> None:
        """A draft, and some first steps of the way to payment, because few random walks come so far."""
        self.claim = claim(*self._lines(amounts))
        self.facts: list[ClaimState] = [rules.draft(self.claim, at=AT)]
        self.committed = self.paid = self.recovered = 0
        self.prepared_by: list[str] = []
        self.ladder = Ladder(review_second=second, publicity_working_days=int(public))
        way: tuple[Callable[[], object], ...] = (
            lambda: self.submit("li"),
            lambda: self.approve("wang", False, [], 0),
            lambda: self.approve("sun", False, [], 0),
            lambda: self.approve("sun", False, [], 1),
            lambda: self.pay("zhao", 0, []),
        )
        for step in way[:steps]:
            step()

    @rule(amounts=AMOUNTS)
    def rebuild(self, amounts: list[int]) -> None:
        built = replace(self.claim, lines=self._lines(amounts), held_until=DAY)
        self._try(ClaimVerb.REBUILD, lambda: rules.rebuild(self.claim, built, at=AT))

    @rule()
    def withdraw(self) -> None:
        self._try(ClaimVerb.WITHDRAW, lambda: rules.withdraw(self.claim, at=AT))

    @rule(days=st.integers(-1, 1))
    def expire(self, days: int) -> None:
        # Only what waits for its institution has such a day.
        if self.claim.held_until is not None:
            at = AT + timedelta(days=days)
            if expired := rules.expire(self.claim, at=at):
                self._try(ClaimVerb.EXPIRE, lambda: expired)
            assert (expired is not None) == (days > 0)

    @rule(by=PEOPLE)
    def submit(self, by: str) -> None:
        if self._try(ClaimVerb.SUBMIT, lambda: rules.submit(self.claim, by=by, at=AT, ladder=self.ladder)):
            self.prepared_by.append(by)

    @rule(by=PEOPLE)
    def return_(self, by: str) -> None:
        self._decide(ClaimVerb.RETURN, by, lambda who: review.return_(self.claim, held_until=DAY, **who, at=AT))
        if self.claim.status is ClaimStatus.RETURNED:
            self.committed = 0

    @rule(by=PEOPLE)
    def take(self, by: str) -> None:
        self._decide(ClaimVerb.TAKE, by, lambda who: review.take(self.claim, **who, at=AT))

    @rule(by=PEOPLE)
    def reject(self, by: str) -> None:
        self._decide(ClaimVerb.REJECT, by, lambda who: review.reject(self.claim, **who, at=AT))

    @rule(by=PEOPLE, outdated=st.booleans(), flags=FLAGS, days=st.integers(0, 1))
    def approve(self, by: str, outdated: bool, flags: list[Flag], days: int) -> None:
        now = () if outdated else self.claim.lines
        until, at = review.Deadlines(public_until=DAY), AT + timedelta(days=days)
        before = self.claim
        if self._decide(
            review.next_verb(before),
            by,
            lambda who: review.approve(before, as_of_now=now, flags=flags, deadlines=until, **who, at=at),
        ):
            assert flags == []
            if self.claim.status is ClaimStatus.APPROVED:
                assert not self.ladder.review_second or self.claim.second_reviewed_by is not None
                assert not self.ladder.publicity_working_days or days > 0
                self.committed += self.claim.amount_fen

    @rule(by=PEOPLE, days=st.integers(-1, 1), flags=FLAGS)
    def pay(self, by: str, days: int, flags: list[Flag]) -> None:
        day = DAY + timedelta(days=days)
        if self._decide(
            ClaimVerb.PAY,
            by,
            lambda who: payments.pay(self.claim, paid_on=day, reference="T", flags=flags, **who, at=AT),
        ):
            assert flags == []
            self.paid += self.claim.amount_fen

    @rule(numbers=st.none() | st.sets(st.integers(1, 4), min_size=1, max_size=2))
    def recover(self, numbers: set[int] | None) -> None:
        before = self.claim.recovered_fen
        if self._try(ClaimVerb.RECOVER, lambda: recoveries.recover(self.claim, numbers, at=AT)):
            self.recovered += self.claim.recovered_fen - before

    @rule(by=PEOPLE)
    def fail_payment(self, by: str) -> None:
        paid_by = [] if self.claim.paid_by is None else [self.claim.paid_by]
        amount = self.claim.amount_fen
        if self._try(ClaimVerb.FAIL_PAYMENT, lambda: payments.fail(self.claim, paid_by=paid_by, by=by, at=AT)):
            assert by not in paid_by
            self.paid -= amount

    @rule(numbers=st.none() | st.sets(st.integers(1, 4), min_size=1, max_size=2), again=st.sets(st.integers(1, 4)))
    def reverse_recovery(self, numbers: set[int] | None, again: set[int]) -> None:
        before = self.claim.recovered_fen
        if self._try(
            ClaimVerb.REVERSE_RECOVERY, lambda: recoveries.reverse(self.claim, numbers, claimed_again=again, at=AT)
        ):
            self.recovered -= before - self.claim.recovered_fen

    @rule(programme=st.sampled_from(["S01", "S02-1"]), place=st.integers(0, 3))
    def correct(self, programme: str, place: int) -> None:
        before = self.claim
        heard = [training_of(each, programme=programme) for each in before.lines[place : place + 1]]
        if corrected := rules.correct(before, heard, holders=(), at=AT):
            self.claim, fact = corrected
            self.facts.append(fact)
        assert (self.claim == before) == all(each.programme == programme for each in before.lines[place : place + 1])
        assert replace(self.claim, lines=before.lines, version=before.version) == before

    @invariant()
    def the_lines_add_up(self) -> None:
        assert self.claim.amount_fen == sum(each.amount_fen for each in self.claim.lines)
        assert self.claim.recovered_fen == sum(each.recovered_fen for each in self.claim.lines)
        assert 0 <= self.recovered <= self.paid <= self.committed
        assert self.recovered == self.claim.recovered_fen

    @invariant()
    def money_goes_with_the_state(self) -> None:
        amount, status = self.claim.amount_fen, self.claim.status
        holds = status in COMMITTED
        assert self.committed == (amount if holds else 0)
        assert self.paid == (amount if status in (ClaimStatus.PAID, ClaimStatus.RECOVERED) else 0)
        assert (status is ClaimStatus.RECOVERED) == (self.recovered == amount > 0)

    @invariant()
    def nobody_decides_twice(self) -> None:
        steps = (self.claim.submitted_by, self.claim.first_reviewed_by, self.claim.second_reviewed_by)
        people = [each for each in steps if each is not None]
        assert len(people) == len(set(people))
        assert self.claim.approved_by is None or self.claim.approved_by != self.claim.submitted_by
        assert self.claim.paid_by is None or self.claim.paid_by not in (self.claim.approved_by, self.claim.submitted_by)

    @invariant()
    def every_change_is_one_fact(self) -> None:
        assert [fact.version for fact in self.facts] == list(range(1, self.claim.version + 1))
        last = self.facts[-1]
        assert (last.status, last.amount_fen, last.recovered_fen) == (
            self.claim.status,
            self.claim.amount_fen,
            self.claim.recovered_fen,
        )

    def _decide(self, verb: ClaimVerb, by: str, act: Callable[[dict[str, Any]], tuple[Claim, Any]]) -> bool:
        """Whether `by` could take the step, which nobody can who prepared the claim."""
        passed = self._try(verb, lambda: act({"prepared_by": self.prepared_by, "by": by}))
        assert not (passed and by in self.prepared_by)
        return passed

    def _try(self, verb: ClaimVerb, act: Callable[[], tuple[Claim, Any]]) -> bool:
        """Whether `verb` passed. One that the table does not allow must be refused by it, and change nothing."""
        allowed = verb in MOVES[self.claim.status]
        try:
            after, fact = act()
        except IllegalMove:
            assert not allowed
            return False
        except Refusal:
            assert allowed
            return False
        assert allowed
        assert after.status in MOVES[self.claim.status].values()
        self.claim = after
        self.facts.append(fact)
        return True

    @staticmethod
    def _lines(amounts: list[int]) -> tuple[Line, ...]:
        return tuple(line(number, amount) if amount else refused(number) for number, amount in enumerate(amounts, 1))


TestClaimWalk = ClaimWalk.TestCase
TestClaimWalk.settings = settings(max_examples=150, stateful_step_count=25)
