"""Findings: every verb in every state, four eyes, days, and any walk through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.registry.supervision.rules import findings
from services.registry.supervision.rules.findings import (
    MOVES,
    CriticalFindingOpen,
    Finding,
    FindingDueTooEarly,
    FindingOfHigherLevel,
    FindingVerb,
    HazardsOpen,
    due_day,
    found_late,
    require_closed,
    require_level,
    require_no_hazards,
)
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.supervision import FindingState, FindingStatus, PatrolLevel, Severity
from shared.kernel.refusals import IllegalMove, SamePerson
from tests.registry.builders import NOON, RUNNING, TODAY, training_class

LATER = TODAY + timedelta(days=30)


def finding(**changes: Any) -> Finding:
    usual: dict[str, Any] = {
        "id": UUID(int=60), "patrol_id": UUID(int=50), "number": 1, "class_id": UUID(int=1),
        "institution_id": UUID(int=2), "region": "410102", "reporting_region": "410100",
        "level": PatrolLevel.CITY, "severity": Severity.CRITICAL, "found": "灭火器已过期", "due_on": TODAY,
    }  # fmt: skip
    return Finding(**usual | changes)


def at_status(status: FindingStatus, **changes: Any) -> Finding:
    rectified_by = None if status is FindingStatus.OPEN else "clerk"
    return finding(**{"status": status, "rectified_by": rectified_by} | changes)


VERBS: dict[FindingVerb, Callable[[Finding], tuple[Finding, FindingState | None]]] = {
    FindingVerb.RECTIFY: lambda each: findings.rectify(each, RUNNING, by="clerk", at=NOON),
    FindingVerb.PASS: lambda each: findings.pass_(each, RUNNING, by="officer", at=NOON),
    FindingVerb.FAIL: lambda each: findings.fail(each, RUNNING, due_on=LATER, by="officer", at=NOON),
    FindingVerb.REOPEN: lambda each: findings.reopen(each, RUNNING, due_on=LATER, at=NOON),
}
ALSO_CHANGED: dict[FindingVerb, dict[str, Any]] = {
    FindingVerb.RECTIFY: {"rectified_by": "clerk"},
    FindingVerb.PASS: {},
    FindingVerb.FAIL: {"rectified_by": None, "due_on": LATER},
    FindingVerb.REOPEN: {"rectified_by": None, "due_on": LATER},
}


@pytest.mark.parametrize("status", FindingStatus)
@pytest.mark.parametrize("verb", FindingVerb)
def test_a_finding_moves_by_its_table_and_no_other_way(status: FindingStatus, verb: FindingVerb) -> None:
    before = at_status(status, version=4)

    if verb in MOVES[status]:
        after, fact = VERBS[verb](before)
        assert fact is not None
        assert after == replace(before, status=MOVES[status][verb], version=5, **ALSO_CHANGED[verb])
        assert (fact.status, fact.version, fact.due_on) == (after.status, 5, after.due_on)
        assert fact.subject == f"findings/{before.id}"
        assert (fact.patrol_level, fact.programme, fact.occupation, fact.level, fact.fund_source) == (
            PatrolLevel.CITY, RUNNING.programme, RUNNING.occupation, RUNNING.award.value, RUNNING.fund_source,
        )  # fmt: skip
    else:
        with pytest.raises(IllegalMove):
            VERBS[verb](before)


@pytest.mark.parametrize("verb", [FindingVerb.PASS, FindingVerb.FAIL])
def test_who_rectified_it_does_not_look_again(verb: FindingVerb) -> None:
    with pytest.raises(SamePerson):
        VERBS[verb](at_status(FindingStatus.RECTIFIED, rectified_by="officer"))


class TestDue:
    @given(st.integers(-40, 40))
    def test_a_day_before_the_look_is_refused(self, days: int) -> None:
        asked = TODAY + timedelta(days=days)

        try:
            assert due_day(asked, since=TODAY, days=15) == asked
            possible = True
        except FindingDueTooEarly:
            possible = False

        assert possible == (days >= 0)

    @given(st.integers(0, 400))
    def test_without_a_day_it_is_due_as_usual(self, days: int) -> None:
        assert due_day(None, since=TODAY, days=days) == TODAY + timedelta(days=days)

    @pytest.mark.parametrize("status", FindingStatus)
    @pytest.mark.parametrize("days", [-1, 0, 1])
    def test_it_is_overdue_after_its_last_day_until_it_is_closed(self, status: FindingStatus, days: int) -> None:
        overdue = at_status(status).is_overdue(TODAY + timedelta(days=days))

        assert overdue == (days > 0 and status is not FindingStatus.CLOSED)


LOW_TO_HIGH = [PatrolLevel.COUNTY, PatrolLevel.CITY, PatrolLevel.PROVINCE]


@pytest.mark.parametrize("found_at", range(3))
@pytest.mark.parametrize("looks_at", range(3))
def test_no_level_looks_again_at_what_a_higher_one_found(found_at: int, looks_at: int) -> None:
    of_level = finding(level=LOW_TO_HIGH[found_at])

    if looks_at >= found_at:
        require_level(of_level, LOW_TO_HIGH[looks_at])
    else:
        with pytest.raises(FindingOfHigherLevel) as refused:
            require_level(of_level, LOW_TO_HIGH[looks_at])
        assert refused.value.facts == {"level": LOW_TO_HIGH[found_at].value}


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("status", [ClassStatus.RUNNING, ClassStatus.COMPLETED])
def test_a_critical_finding_holds_the_claim_of_a_class_that_is_completed_already(
    severity: Severity, status: ClassStatus
) -> None:
    seen = list(found_late(finding(severity=severity), training_class(status=status)))

    late = severity is Severity.CRITICAL and status is ClassStatus.COMPLETED
    expected = [("C25", "critical-finding-late", True, {"finding": str(UUID(int=60))})] if late else []
    assert [(each.check, each.kind, each.holds, each.facts) for each in seen] == expected


def test_a_critical_finding_that_is_left_is_named() -> None:
    require_closed([])
    with pytest.raises(CriticalFindingOpen) as refused:
        require_closed([UUID(int=60)])

    assert refused.value.facts == {"findings": [str(UUID(int=60))]}


def test_a_hazard_goes_the_same_way_and_tells_no_other_service() -> None:
    hazard = finding(patrol_id=None, class_id=None, inspection_id=UUID(int=51))

    rectified, *facts = findings.rectify(hazard, None, by="clerk", at=NOON)
    closed, told = findings.pass_(rectified, None, by="officer", at=NOON)

    assert (closed.status, [*facts, told]) == (FindingStatus.CLOSED, [None, None])


def test_a_critical_hazard_that_is_left_is_named() -> None:
    require_no_hazards([])
    with pytest.raises(HazardsOpen) as refused:
        require_no_hazards([UUID(int=60)])

    assert refused.value.facts == {"findings": [str(UUID(int=60))]}


class FindingWalk(RuleBasedStateMachine):
    """Any sequence of steps by two clerks and two officers, one of whom is also a clerk."""

    def __init__(self) -> None:
        super().__init__()
        self.finding = finding()
        self.facts: list[FindingState] = [findings.open_(self.finding, RUNNING, at=NOON)]
        self.day = TODAY

    def attempt(self, step: Callable[[], tuple[Finding, FindingState | None]]) -> bool:
        try:
            self.finding, fact = step()
        except (IllegalMove, SamePerson):
            return False
        assert fact is not None
        self.facts.append(fact)
        return True

    @rule(by=st.sampled_from(["clerk", "both"]))
    def rectify(self, by: str) -> None:
        if self.attempt(lambda: findings.rectify(self.finding, RUNNING, by=by, at=NOON)):
            assert self.finding.rectified_by == by

    @rule(by=st.sampled_from(["officer", "both"]))
    def pass_(self, by: str) -> None:
        before = self.finding
        if self.attempt(lambda: findings.pass_(self.finding, RUNNING, by=by, at=NOON)):
            assert before.rectified_by not in (None, by)

    @rule(by=st.sampled_from(["officer", "both"]), days=st.integers(0, 30))
    def fail(self, by: str, days: int) -> None:
        due_on: date = self.day + timedelta(days=days)
        if self.attempt(lambda: findings.fail(self.finding, RUNNING, due_on=due_on, by=by, at=NOON)):
            assert self.finding.due_on == due_on

    @rule(days=st.integers(0, 30))
    def reopen(self, days: int) -> None:
        before, due_on = self.finding, self.day + timedelta(days=days)
        if self.attempt(lambda: findings.reopen(self.finding, RUNNING, due_on=due_on, at=NOON)):
            assert (before.status, self.finding.due_on) == (FindingStatus.CLOSED, due_on)

    @invariant()
    def facts_count_the_versions(self) -> None:
        assert [fact.version for fact in self.facts] == list(range(1, self.finding.version + 1))
        assert self.facts[-1].status is self.finding.status

    @invariant()
    def who_rectified_is_known_while_it_is_rectified(self) -> None:
        assert (self.finding.rectified_by is None) == (self.finding.status is FindingStatus.OPEN)

    @invariant()
    def it_is_closed_right_after_it_was_rectified_and_then_only_reopened(self) -> None:
        states = [fact.status for fact in self.facts]
        for place, state in enumerate(states):
            if state is FindingStatus.CLOSED:
                assert states[place - 1] is FindingStatus.RECTIFIED
                assert states[place + 1 : place + 2] in ([], [FindingStatus.OPEN])


FindingWalk.TestCase.settings = settings(max_examples=40, stateful_step_count=15)
TestFindingWalk = FindingWalk.TestCase
