"""The ladder of a session by the rules of 2026: every verb in every state on every day, and what never happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.assessment.exams.rules import sessions, states
from services.assessment.exams.rules.filing import (
    SessionFiledLate,
    SessionFiledTooLate,
    last_filing_day,
    require_in_time,
)
from services.assessment.exams.rules.sessions import ExamSession, RosterLine, Summary, roster_digest
from services.assessment.exams.rules.states import MOVES, SessionVerb
from services.assessment.session_rules.rules import Figures
from shared.contracts.assessment import SessionState, SessionStatus
from shared.kernel.refusals import IllegalMove, Refusal
from shared.kernel.working_days import WorkingDays
from tests.assessment.exams.rules.test_sessions import AT, a_session
from tests.assessment.session_rules import IN_2024, IN_2025, IN_2026

CALENDAR = WorkingDays({date(2026, 1, 1): False})
HELD_ON = date(2026, 3, 10)
ROSTER = [RosterLine("1", a_session().id), RosterLine("2", a_session().id)]


class Ladder(RuleBasedStateMachine):
    """One session with two candidates. Days only go forward."""

    def __init__(self) -> None:
        super().__init__()
        self.session = a_session(held_on=HELD_ON)
        self.told: list[SessionState] = [sessions.file(self.session, None, at=AT)]
        self.today = date(2026, 3, 2)
        self.marked = 0
        self.passed_by: list[SessionStatus] = []

    @property
    def summary(self) -> Summary:
        return Summary(2, self.marked, self.marked, 0, 2 - self.marked)

    def attempt(self, verb: SessionVerb, step: Callable[[], tuple[ExamSession, SessionState]]) -> None:
        allowed = verb in MOVES[self.session.status]
        try:
            after, fact = step()
        except IllegalMove:
            assert not allowed
        except Refusal:
            assert allowed
        else:
            assert after.status is MOVES[self.session.status][verb]
            self.session = after
            self.passed_by.append(after.status)
            self.told.append(fact)

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def record(self) -> None:
        try:
            self.session.require_accepting_results(IN_2026, today=self.today)
        except Refusal:
            return
        assert self.session.roster_digest is not None
        assert self.today >= self.session.held_on
        self.marked = 2

    @rule()
    def approve(self) -> None:
        today = self.today
        self.attempt(SessionVerb.APPROVE, lambda: sessions.approve(self.session, IN_2026, today=today, at=AT))

    @rule()
    def return_(self) -> None:
        today = self.today
        self.attempt(SessionVerb.RETURN, lambda: sessions.return_(self.session, IN_2026, today=today, at=AT))

    @rule()
    def refile(self) -> None:
        self.attempt(SessionVerb.REFILE, lambda: sessions.refile(self.session, self.session, at=AT))

    @rule()
    def move(self) -> None:
        later = replace(self.session, held_on=CALENDAR.after(self.today, 5))
        self.attempt(SessionVerb.MOVE, lambda: sessions.move_to(self.session, later, self.summary, at=AT))

    @rule()
    def seal(self) -> None:
        today = self.today
        self.attempt(SessionVerb.SEAL, lambda: sessions.seal(self.session, ROSTER, IN_2026, today=today, at=AT))

    @rule()
    def publish(self) -> None:
        self.attempt(
            SessionVerb.PUBLISH,
            lambda: sessions.publish(self.session, self.summary, IN_2026, CALENDAR, today=self.today, at=AT),
        )

    @rule()
    def withhold(self) -> None:
        self.attempt(SessionVerb.WITHHOLD, lambda: sessions.withhold(self.session, at=AT))

    @rule()
    def conclude(self) -> None:
        until, today = self.session.public_until, self.today
        before = self.session.status
        self.attempt(
            SessionVerb.CONCLUDE,
            lambda: sessions.conclude(self.session, self.summary, IN_2026, today=today, at=AT),
        )
        if before is not SessionStatus.CONCLUDED and self.session.status is SessionStatus.CONCLUDED:
            assert until is not None
            assert today > until

    @rule()
    def cancel(self) -> None:
        self.attempt(SessionVerb.CANCEL, lambda: sessions.cancel(self.session, self.summary, at=AT))

    @rule()
    def reinstate(self) -> None:
        today = self.today
        self.attempt(SessionVerb.REINSTATE, lambda: sessions.reinstate(self.session, IN_2026, today=today, at=AT))

    @invariant()
    def facts_have_no_gap_and_say_the_state(self) -> None:
        assert [fact.version for fact in self.told] == list(range(1, len(self.told) + 1))
        assert self.told[-1].status is self.session.status

    @invariant()
    def nothing_is_concluded_that_was_not_approved_sealed_and_published(self) -> None:
        if self.session.status is SessionStatus.CONCLUDED:
            needed = [SessionStatus.APPROVED, SessionStatus.SEALED, SessionStatus.PUBLISHED]
            assert set(needed) <= set(self.passed_by)
            assert self.marked == 2

    @invariant()
    def only_a_sealed_roster_has_a_digest(self) -> None:
        sealed = (SessionStatus.SEALED, SessionStatus.PUBLISHED, SessionStatus.CONCLUDED)
        if self.session.status in sealed:
            assert self.session.roster_digest == roster_digest(self.session, ROSTER)
        elif self.session.status is not SessionStatus.CANCELLED:
            assert self.session.roster_digest is None


TestLadder = Ladder.TestCase


def test_the_digest_is_of_the_roster_in_whatever_order_and_of_the_plan() -> None:
    session = a_session(held_on=HELD_ON)

    digest = roster_digest(session, ROSTER)
    assert roster_digest(session, ROSTER[::-1]) == digest
    changed = [(session, ROSTER[:1]), (replace(session, held_on=date(2026, 3, 11)), ROSTER),
               (session, [ROSTER[0], ROSTER[1]._replace(local_id="3")])]  # fmt: skip
    assert digest not in [roster_digest(*each) for each in changed]


def test_a_session_is_filed_its_working_days_ahead_from_2026_on() -> None:
    monday = date(2026, 3, 2)

    require_in_time(date(2026, 3, 9), IN_2026, CALENDAR, today=monday)
    for late in (date(2026, 3, 6), monday, date(2026, 2, 27)):
        with pytest.raises(SessionFiledLate) as refused:
            require_in_time(late, IN_2026, CALENDAR, today=monday)
        assert refused.value.facts["possible_from"] == "2026-03-09"


@pytest.mark.parametrize(
    ("held_on", "figures", "last"),
    [
        (date(2021, 3, 18), IN_2024, date(2021, 6, 16)),
        (date(2024, 12, 31), IN_2024, date(2025, 3, 31)),
        (date(2025, 1, 1), IN_2025, date(2025, 12, 31)),
        (date(2025, 12, 30), IN_2025, date(2025, 12, 31)),
        (date(2025, 1, 1), replace(IN_2025, filing_delay_days_max=30), date(2025, 1, 31)),
        (date(2025, 12, 30), replace(IN_2025, filing_delay_days_max=30), date(2025, 12, 31)),
    ],
)
def test_a_session_that_may_be_filed_afterwards_is_filed_until_a_day(
    held_on: date, figures: Figures, last: date
) -> None:
    for today in (held_on - timedelta(days=9), held_on, last):
        require_in_time(held_on, figures, CALENDAR, today=today)

    with pytest.raises(SessionFiledTooLate) as refused:
        require_in_time(held_on, figures, CALENDAR, today=last + timedelta(days=1))

    assert refused.value.facts["possible_until"] == last.isoformat()


def test_where_no_figure_says_a_day_there_is_none() -> None:
    assert last_filing_day(date(2021, 3, 18), replace(IN_2025, filing_plan_year_only=False)) is None


def test_each_state_but_the_conclusion_leads_on_and_each_verb_is_used() -> None:
    assert {verb for verbs in MOVES.values() for verb in verbs} == set(SessionVerb)
    assert [state for state, verbs in MOVES.items() if not verbs] == list(states.WHY_FINAL)
