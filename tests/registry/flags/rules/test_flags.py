"""Flags: raised open, settled once, and opened again where that was wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.flags.rules.flags import MOVES, Flag, FlagVerb, raise_, raised, reopen, settle
from services.registry.flags.rules.hit_rates import Counts, RatesTooLong, hit_rate, require_days
from services.registry.flags.rules.kinds import FlagKind
from shared.contracts.registry.flags import FlagStatus
from shared.kernel.refusals import IllegalMove
from tests.registry.builders import NOON
from tests.registry.directory.rules.directory import seen

DUE_ON = date(2025, 3, 20)


def take(flag: Flag, verb: FlagVerb) -> tuple[Flag, Any]:
    if verb is FlagVerb.REOPEN:
        return reopen(flag, due_on=DUE_ON, at=NOON)
    return settle(flag, verb, by="officer", reason="查过", at=NOON)


@pytest.mark.parametrize("status", FlagStatus)
@pytest.mark.parametrize("verb", FlagVerb)
def test_a_flag_moves_by_its_table_and_no_other_way(status: FlagStatus, verb: FlagVerb) -> None:
    flag = replace(raise_(seen(holds=True), id_=UUID(int=1), due_on=None, at=NOON), status=status, version=4)

    if verb in MOVES[status]:
        after, fact = take(flag, verb)
        assert (after.status, after.version) == (MOVES[status][verb], 5)
        assert (fact.status, fact.version, fact.check, fact.holds) == (after.status, 5, "C16", True)
        assert (after.settled_by is None) == (after.status is FlagStatus.OPEN)
    else:
        with pytest.raises(IllegalMove):
            take(flag, verb)


def test_a_raised_flag_is_told_open_in_version_1_with_what_was_seen() -> None:
    fact = raised(raise_(seen(person=UUID(int=9)), id_=UUID(int=1), due_on=DUE_ON, at=NOON))

    assert (fact.subject, fact.version, fact.status) == (f"flags/{UUID(int=1)}", 1, FlagStatus.OPEN)
    assert (fact.kind, fact.person, fact.region) == ("one-phone-many-trainees", UUID(int=9), "410102")
    assert (fact.raised_on, fact.due_on) == (date(2025, 3, 10), DUE_ON)


def test_a_flag_is_overdue_after_its_day_until_it_is_settled() -> None:
    flag = raise_(seen(), id_=UUID(int=1), due_on=DUE_ON, at=NOON)

    assert not flag.is_overdue(DUE_ON)
    assert flag.is_overdue(DUE_ON + timedelta(days=1))
    assert not take(flag, FlagVerb.DISMISS)[0].is_overdue(date(2026, 1, 1))
    assert not replace(flag, due_on=None).is_overdue(date(2026, 1, 1))


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.booleans())
def test_a_hit_rate_is_of_the_settled_and_hidden_where_few_people_are(
    upheld: int, dismissed: int, open_: int, of_people: bool
) -> None:
    raised_ = upheld + dismissed + open_
    rate = hit_rate(Counts(FlagKind.FEW_PRESENT, raised_, upheld, dismissed, open_, 0, of_people), size_min=10)

    assert rate.suppressed == (of_people and raised_ < 10)
    if rate.suppressed:
        assert {*rate[2:]} == {None}
    elif upheld + dismissed:
        assert rate.upheld_permille is not None
        assert 0 <= rate.upheld_permille <= 1000
    else:
        assert rate.upheld_permille is None


def test_rates_cover_a_year_and_a_day_at_most() -> None:
    first = date(2025, 1, 1)
    require_days(first, first + timedelta(days=365))
    with pytest.raises(RatesTooLong):
        require_days(first, first + timedelta(days=366))
