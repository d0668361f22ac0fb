"""The rows of a batch, decided one by one."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from shared.kernel.outcomes import Change, Repeat, RowOutcome, decide_each, read_each
from shared.kernel.refusals import Conflict


class Name(NamedTuple):
    row: int
    local_id: str


def test_what_is_stored_and_what_is_answered_keep_the_order_of_the_rows() -> None:
    known = {"a": UUID(int=1)}

    def decide(row: Name) -> Change[str] | Repeat:
        if row.local_id == "x":
            raise refusal
        if row.local_id in known:
            return Repeat(known[row.local_id])
        known[row.local_id] = UUID(int=10 + row.row)
        return Change(known[row.local_id], row.local_id.upper())

    refusal = Conflict()

    changes, outcomes = decide_each([Name(place, name) for place, name in enumerate("bxabc")], decide)

    assert changes == ["B", "C"]
    assert outcomes == [
        RowOutcome(0, "accepted", "b", UUID(int=10)),
        RowOutcome(1, "refused", "x", refusal=refusal),
        RowOutcome(2, "repeated", "a", UUID(int=1)),
        RowOutcome(3, "repeated", "b", UUID(int=10)),
        RowOutcome(4, "accepted", "c", UUID(int=14)),
    ]


def test_rows_that_cannot_be_read_are_refused_and_the_others_go_on() -> None:
    refusal = Conflict()

    def read(row: Name) -> str:
        if row.local_id == "x":
            raise refusal
        return row.local_id.upper()

    found, refused = read_each([Name(place, name) for place, name in enumerate("axb")], read)

    assert (found, refused) == (["A", "B"], [RowOutcome(1, "refused", "x", refusal=refusal)])
