"""Closings: every verb in every state, four eyes, and who may succeed whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.registry.closings import rules
from services.registry.closings.rules import (
    MOVES,
    Carried,
    ClassesOpen,
    ClosedAlready,
    Closing,
    ClosingAhead,
    ClosingKind,
    ClosingStatus,
    ClosingVerb,
    OwnersDiffer,
    SuccessorClosed,
    SuccessorNeeded,
)
from shared.kernel.refusals import IllegalMove, SamePerson
from tests.registry.builders import TODAY
from tests.registry.directory.rules.directory import institution


def closing(**changes: Any) -> Closing:
    usual: dict[str, Any] = {
        "id": UUID(int=1), "institution_id": UUID(int=2), "successor_id": UUID(int=3), "kind": ClosingKind.SUCCESSION,
        "from_on": TODAY, "reason": "换证", "proposed_by": "one",
    }  # fmt: skip
    return Closing(**usual | changes)


VERBS: dict[ClosingVerb, Callable[[Closing, str], Closing]] = {
    ClosingVerb.CONFIRM: lambda each, by: rules.confirm(each, by=by, today=TODAY),
    ClosingVerb.WITHDRAW: lambda each, _: rules.withdraw(each),
    ClosingVerb.PROPOSE_REVERSAL: lambda each, by: rules.propose_reversal(each, by=by),
    ClosingVerb.CONFIRM_REVERSAL: lambda each, by: rules.confirm_reversal(each, by=by),
    ClosingVerb.WITHDRAW_REVERSAL: lambda each, _: rules.withdraw_reversal(each),
}
SECOND_PERSON = {ClosingVerb.CONFIRM, ClosingVerb.CONFIRM_REVERSAL}


@pytest.mark.parametrize("status", ClosingStatus)
@pytest.mark.parametrize("verb", ClosingVerb)
@pytest.mark.parametrize("by", ["one", "other"])
def test_a_closing_moves_by_its_table_and_by_two_persons(status: ClosingStatus, verb: ClosingVerb, by: str) -> None:
    before = closing(status=status, version=4)

    if verb not in MOVES[status]:
        with pytest.raises(IllegalMove):
            VERBS[verb](before, by)
    elif verb in SECOND_PERSON and by == "one":
        with pytest.raises(SamePerson):
            VERBS[verb](before, by)
    else:
        after = VERBS[verb](before, by)
        assert (after.status, after.version) == (MOVES[status][verb], 5)
        assert after.proposed_by == (by if verb is ClosingVerb.PROPOSE_REVERSAL else "one")


def test_it_is_confirmed_on_its_day_or_later() -> None:
    rules.confirm(closing(), by="other", today=TODAY + timedelta(days=9))
    with pytest.raises(ClosingAhead) as refused:
        rules.confirm(closing(), by="other", today=TODAY - timedelta(days=1))

    assert refused.value.facts == {"possible_from": TODAY.isoformat()}


ONE = institution(id=UUID(int=2), owner_mark=UUID(int=7))
OTHER = institution(id=UUID(int=3), owner_mark=UUID(int=7))


@pytest.mark.parametrize(
    ("kind", "one", "other", "refused"),
    [
        (ClosingKind.CLOSURE, ONE, None, None),
        (ClosingKind.CLOSURE, ONE, OTHER, SuccessorNeeded),
        (ClosingKind.MERGER, ONE, OTHER, None),
        (ClosingKind.MERGER, ONE, None, SuccessorNeeded),
        (ClosingKind.MERGER, ONE, replace(OTHER, owner_mark=UUID(int=8)), OwnersDiffer),
        (ClosingKind.MERGER, replace(ONE, owner_mark=None), replace(OTHER, owner_mark=None), OwnersDiffer),
        (ClosingKind.SUCCESSION, ONE, replace(OTHER, owner_mark=None), None),
        (ClosingKind.SUCCESSION, ONE, ONE, SuccessorClosed),
        (ClosingKind.SUCCESSION, ONE, replace(OTHER, closed_from=date(2025, 1, 1)), SuccessorClosed),
        (ClosingKind.CLOSURE, replace(ONE, closed_from=date(2025, 1, 1)), None, ClosedAlready),
    ],
)
def test_who_may_succeed_whom(kind: ClosingKind, one: Any, other: Any, refused: type[Exception] | None) -> None:
    if refused is None:
        rules.require_possible(kind, one, other)
    else:
        with pytest.raises(refused):
            rules.require_possible(kind, one, other)


def test_open_classes_are_named() -> None:
    rules.require_none_open([])
    with pytest.raises(ClassesOpen) as refused:
        rules.require_none_open([UUID(int=5)])

    assert refused.value.facts == {"classes": [str(UUID(int=5))]}


def test_what_was_carried_is_read_as_it_was_written() -> None:
    carried = Carried({"a": "2025-12-31", "b": None}, {"c": None}, ["d"], ["e"])

    assert Carried(**carried.as_json()) == carried
