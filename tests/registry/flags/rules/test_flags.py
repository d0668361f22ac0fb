"""Flags: raised open, settled once."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from services.registry.flags.rules.flags import MOVES, FlagVerb, raise_, raised, settle
from shared.contracts.registry.flags import FlagStatus
from shared.kernel.refusals import IllegalMove
from tests.registry.builders import NOON
from tests.registry.directory.rules.directory import seen


@pytest.mark.parametrize("status", FlagStatus)
@pytest.mark.parametrize("verb", FlagVerb)
def test_a_flag_moves_by_its_table_and_no_other_way(status: FlagStatus, verb: FlagVerb) -> None:
    flag = replace(raise_(seen(holds=True), id_=UUID(int=1), at=NOON), status=status, version=4)

    if verb in MOVES[status]:
        after, fact = settle(flag, verb, by="officer", reason="查过", at=NOON)
        assert (after.status, after.version, after.settled_by) == (MOVES[status][verb], 5, "officer")
        assert (fact.status, fact.version, fact.check, fact.holds) == (after.status, 5, "C16", True)
    else:
        with pytest.raises(IllegalMove):
            settle(flag, verb, by="officer", reason="查过", at=NOON)


def test_a_raised_flag_is_told_open_in_version_1_with_what_was_seen() -> None:
    fact = raised(raise_(seen(person=UUID(int=9)), id_=UUID(int=1), at=NOON))

    assert (fact.subject, fact.version, fact.status) == (f"flags/{UUID(int=1)}", 1, FlagStatus.OPEN)
    assert (fact.kind, fact.person, fact.region) == ("one-phone-many-trainees", UUID(int=9), "410102")
