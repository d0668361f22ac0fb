"""Proposals: what a decision on one needs, whatever it proposes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.refusals import IllegalMove, SamePerson
from shared.proposals import rules
from shared.proposals.rules import Proposal, ProposalStatus

AT = datetime(2025, 6, 1, 8, tzinfo=UTC)
PEOPLE = st.sampled_from(["li", "Li", "wang", "zhao"])


def proposal() -> Proposal:
    return Proposal(
        id=uuid4(),
        kind="recovery",
        subject="claims/1",
        organisation=None,
        region="410102",
        reporting_region="410100",
        content={"lines": [1]},
        reason="出勤不实",
        proposed_by="li",
        proposed_at=AT,
    )


@given(st.lists(st.tuples(st.booleans(), PEOPLE), max_size=4))
def test_one_decision_is_taken_and_a_confirmation_by_another_person(steps: list[tuple[bool, str]]) -> None:
    now = proposal()

    for confirms, by in steps:
        before = now
        try:
            now = rules.confirm(now, by=by, at=AT) if confirms else rules.reject(now, reason="无误", by=by, at=AT)
        except IllegalMove:
            assert before.status is not ProposalStatus.PROPOSED
        except SamePerson:
            assert confirms
            assert by.lower() == "li"
        else:
            assert before.status is ProposalStatus.PROPOSED
            assert (now.decided_by, now.decided_at, now.version) == (by, AT, 2)
            assert now.status is (ProposalStatus.CONFIRMED if confirms else ProposalStatus.REJECTED)
            assert not (confirms and by.lower() == "li")


def test_a_repeat_is_the_same_step_for_the_same_reason_by_the_same_person() -> None:
    one = proposal()

    assert replace(one, id=uuid4(), proposed_at=datetime(2026, 1, 1, tzinfo=UTC)).repeats(one)
    for changes in ({"content": {"lines": [2]}}, {"reason": "重复"}, {"proposed_by": "wang"}):
        assert not replace(one, **changes).repeats(one)


@pytest.mark.parametrize("status", [ProposalStatus.CONFIRMED, ProposalStatus.REJECTED])
def test_a_decision_is_final(status: ProposalStatus) -> None:
    with pytest.raises(IllegalMove):
        rules.reject(replace(proposal(), status=status), reason="无误", by="wang", at=AT)
