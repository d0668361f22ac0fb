"""Every final state has a way back, or a sentence that says why not."""

from __future__ import annotations

import pytest

from deploy.docs.states import Machine, machines


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.module)
def test_each_final_state_has_a_way_back_or_a_reason_why_not(machine: Machine) -> None:
    final = {state for state, verbs in machine.moves.items() if not verbs}

    assert set(machine.ways_back) | set(machine.why_final) == final
    assert set(machine.ways_back) & set(machine.why_final) == set()


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.module)
def test_a_reason_is_a_sentence(machine: Machine) -> None:
    assert [why for why in machine.why_final.values() if len(why) < 40 or not why.endswith(".")] == []
