"""Every verb of a claim in every state, and what money does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.subsidy.domain import claims as rules
from services.subsidy.domain.checks import Check
from services.subsidy.domain.claim_refusals import (
    ClaimOutdated,
    LineRecovered,
    NothingToClaim,
    NotPaidLine,
    PaymentDayImpossible,
)
from services.subsidy.domain.claims import MOVES, Claim, ClaimVerb
from services.subsidy.domain.heard import Outcome, Trainee
from services.subsidy.domain.lines import Line, as_heard
from shared.contracts.subsidy import ClaimState, ClaimStatus
from shared.kernel.money import Fen
from shared.kernel.periods import business_day
from shared.kernel.refusals import IllegalMove, Refusal, SamePerson
from tests.subsidy.builders import claim, line

AT = datetime(2025, 6, 1, 8, tzinfo=UTC)
TODAY = business_day(AT)
PEOPLE = st.sampled_from(["li", "wang", "zhao"])
AMOUNTS = st.lists(st.integers(0, 3), min_size=1, max_size=4)


def refused(number: int) -> Line:
    return line(number, 0, refusal=Check.NO_CERTIFICATE)


def training_of(each: Line, **changes: Any) -> Trainee:
    known = Trainee(
        enrolment_id=each.enrolment_id,
        class_id=uuid4(),
        person=each.person,
        programme=each.programme,
        outcome=Outcome.COMPLETED,
        effective_on=each.trained_on,
    )
    return replace(known, **changes)


def submitted(*lines: Line) -> Claim:
    return rules.submit(claim(*lines), by="li", at=AT)[0]


def approved(*lines: Line) -> Claim:
    before = submitted(*lines)
    return rules.approve(before, as_of_now=before.lines, by="wang", at=AT)[0]


def paid(*lines: Line) -> Claim:
    return rules.pay(approved(*lines), paid_on=TODAY, reference="T-1", by="zhao", at=AT)[0]


class TestSubmit:
    def test_a_claim_whose_lines_are_all_refused_cannot_be_submitted(self) -> None:
        with pytest.raises(NothingToClaim):
            rules.submit(claim(refused(1), refused(2)), by="li", at=AT)

    def test_the_first_submission_keeps_its_day_over_a_return(self) -> None:
        returned, _ = rules.return_(submitted(), at=AT)
        later = AT + timedelta(days=40)

        rebuilt, _ = rules.rebuild(returned, returned.lines, policy_row=None, at=later)
        again, _ = rules.submit(rebuilt, by="li", at=later)

        assert (again.submitted_on, again.claimed_on(business_day(later))) == (TODAY, TODAY)

    def test_the_business_day_is_that_of_china(self) -> None:
        evening = datetime(2025, 6, 1, 20, tzinfo=UTC)

        assert rules.submit(claim(), by="li", at=evening)[0].submitted_on == TODAY + timedelta(days=1)


class TestApprove:
    def test_the_submitter_cannot_approve(self) -> None:
        before = submitted()

        with pytest.raises(SamePerson):
            rules.approve(before, as_of_now=before.lines, by="li", at=AT)

    def test_a_payable_line_that_would_come_out_otherwise_now_is_named(self) -> None:
        first, second, third, fourth = line(1), line(2), line(3), refused(4)
        now = [replace(first, amount_fen=Fen(0), refusal=Check.WITHDRAWN), replace(second, programme="S03"), third]

        with pytest.raises(ClaimOutdated) as refusal:
            rules.approve(submitted(first, second, third, fourth), as_of_now=[*now, line(4)], by="wang", at=AT)

        assert refusal.value.facts == {"lines": [{"line": 1, "refusal": Check.WITHDRAWN}, {"line": 2, "refusal": None}]}


class TestPay:
    @pytest.mark.parametrize("days", [-1, 1])
    def test_the_day_lies_between_approval_and_today(self, days: int) -> None:
        with pytest.raises(PaymentDayImpossible):
            rules.pay(approved(), paid_on=TODAY + timedelta(days=days), reference="T-1", by="zhao", at=AT)

    def test_the_approver_cannot_pay(self) -> None:
        with pytest.raises(SamePerson):
            rules.pay(approved(), paid_on=TODAY, reference="T-1", by="wang", at=AT)


class TestRecover:
    def test_the_status_is_recovered_once_nothing_is_left(self) -> None:
        before = paid(line(1, 100), refused(2), line(3, 250))

        some, first = rules.recover(before, {3}, at=AT)
        rest, second = rules.recover(some, None, at=AT)

        assert (first.status, first.recovered_fen, rest.status) == (ClaimStatus.PAID, 250, ClaimStatus.RECOVERED)
        assert (second.recovered_fen, [each.recovered_fen for each in second.lines]) == (350, [100, 0, 250])
        assert [each.recovered_on for each in second.lines] == [TODAY, None, TODAY]

    def test_a_refused_a_missing_and_a_recovered_line_are_refused(self) -> None:
        before = paid(line(1), refused(2), line(3))
        some, _ = rules.recover(before, {3}, at=AT)

        for number in (2, 9):
            with pytest.raises(NotPaidLine):
                rules.recover(before, {1, number}, at=AT)
        with pytest.raises(LineRecovered):
            rules.recover(some, {1, 3}, at=AT)


class TestAsHeard:
    @given(
        lines=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=6, unique_by=lambda each: each[0]),
        into=st.lists(st.integers(0, 3), min_size=6, max_size=6),
        holders=st.sets(st.integers(0, 3)),
    )
    def test_nobody_comes_to_hold_a_subsidy_twice(
        self, lines: list[tuple[int, bool]], into: list[int], holders: set[int]
    ) -> None:
        before = tuple(
            replace(line(number, 100) if payable else refused(number), person=UUID(int=person))
            for number, (person, payable) in enumerate(lines, 1)
        )
        heard = [training_of(each, person=UUID(int=new)) for each, new in zip(before, into, strict=False)]

        after = as_heard(before, heard, holders={UUID(int=each) for each in holders})

        paid = [each.person for each in after if each.is_payable]
        moved = {now.person for now, then in zip(after, before, strict=True) if now.is_payable and now != then}
        assert len(set(paid)) == len(paid)
        assert not moved & {UUID(int=each) for each in holders}
        assert [each.amount_fen for each in after] == [each.amount_fen for each in before]

    def test_a_refused_line_follows_whoever_holds_what(self) -> None:
        before = refused(1)
        into = uuid4()

        [after] = as_heard((before,), [training_of(before, person=into)], holders={into})

        assert after.person == into


class ClaimWalk(RuleBasedStateMachine):
    """Tries every verb at any time; the table of moves says which may pass, and a ledger follows the money."""

    @initialize(amounts=AMOUNTS, steps=st.integers(0, 3))
    def draft(self, amounts: list[int], steps: int) -> None:
        """A draft, and some first steps of the way to payment, because few random walks come so far."""
        self.claim = claim(*self._lines(amounts))
        self.facts: list[ClaimState] = [rules.draft(self.claim, at=AT)]
        self.committed = self.paid = self.recovered = 0
        way: tuple[Callable[[], object], ...] = (
            lambda: self.submit("li"),
            lambda: self.approve("wang", False),
            lambda: self.pay("zhao", 0),
        )
        for step in way[:steps]:
            step()

    @rule(amounts=AMOUNTS)
    def rebuild(self, amounts: list[int]) -> None:
        lines = self._lines(amounts)
        self._try(ClaimVerb.REBUILD, lambda: rules.rebuild(self.claim, lines, policy_row="HN-T-L4", at=AT))

    @rule(by=PEOPLE)
    def submit(self, by: str) -> None:
        self._try(ClaimVerb.SUBMIT, lambda: rules.submit(self.claim, by=by, at=AT))

    @rule()
    def return_(self) -> None:
        self._try(ClaimVerb.RETURN, lambda: rules.return_(self.claim, at=AT))

    @rule()
    def reject(self) -> None:
        self._try(ClaimVerb.REJECT, lambda: rules.reject(self.claim, at=AT))

    @rule(by=PEOPLE, outdated=st.booleans())
    def approve(self, by: str, outdated: bool) -> None:
        now = () if outdated else self.claim.lines
        if self._try(ClaimVerb.APPROVE, lambda: rules.approve(self.claim, as_of_now=now, by=by, at=AT)):
            self.committed += self.claim.amount_fen

    @rule(by=PEOPLE, days=st.integers(-1, 1))
    def pay(self, by: str, days: int) -> None:
        day = TODAY + timedelta(days=days)
        if self._try(ClaimVerb.PAY, lambda: rules.pay(self.claim, paid_on=day, reference="T", by=by, at=AT)):
            self.paid += self.claim.amount_fen

    @rule(numbers=st.none() | st.sets(st.integers(1, 4), min_size=1, max_size=2))
    def recover(self, numbers: set[int] | None) -> None:
        before = self.claim.recovered_fen
        if self._try(ClaimVerb.RECOVER, lambda: rules.recover(self.claim, numbers, at=AT)):
            self.recovered += self.claim.recovered_fen - before

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
        holds = status in (ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.RECOVERED)
        assert self.committed == (amount if holds else 0)
        assert self.paid == (amount if status in (ClaimStatus.PAID, ClaimStatus.RECOVERED) else 0)
        assert (status is ClaimStatus.RECOVERED) == (self.recovered == amount > 0)

    @invariant()
    def nobody_decides_twice(self) -> None:
        assert self.claim.approved_by is None or self.claim.approved_by != self.claim.submitted_by

    @invariant()
    def every_change_is_one_fact(self) -> None:
        assert [fact.version for fact in self.facts] == list(range(1, self.claim.version + 1))
        last = self.facts[-1]
        assert (last.status, last.amount_fen, last.recovered_fen) == (
            self.claim.status,
            self.claim.amount_fen,
            self.claim.recovered_fen,
        )

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
