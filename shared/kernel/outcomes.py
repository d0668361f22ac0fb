"""Outcomes of the rows of a batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID

from shared.kernel.refusals import Refusal

Verdict = Literal["accepted", "repeated", "refused"]

T = TypeVar("T")


class RowWarning(NamedTuple):
    """A warning about an accepted row, with texts like those of a refusal."""

    code: str
    check: str
    title_en: str
    title_zh: str
    facts: Mapping[str, Any]
    pointer: str | None = None


class RowOutcome(NamedTuple):
    """The outcome of one row. `row` is its place in the request, from 0; `row_id` is the caller's own id of it.

    `refusal` is the first reason for the refusal, `also` are the others.
    """

    row: int
    outcome: Verdict
    row_id: str | None = None
    id: UUID | None = None
    refusal: Refusal | None = None
    also: tuple[Refusal, ...] = ()
    warnings: tuple[RowWarning, ...] = ()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """All reasons for the refusal."""
        return () if self.refusal is None else (self.refusal, *self.also)


def refused(row: int, row_id: str | None, refusals: Sequence[Refusal]) -> RowOutcome:
    """The outcome of a refused row; `refusals` has at least one element."""
    return RowOutcome(row, "refused", row_id, refusal=refusals[0], also=tuple(refusals[1:]))


def without_ids(outcomes: Iterable[RowOutcome], never_stored: Collection[UUID]) -> list[RowOutcome]:
    """`outcomes` of a dry run, without the ids of records that were not stored."""
    return [outcome._replace(id=None) if outcome.id in never_stored else outcome for outcome in outcomes]


class Row(Protocol):
    """A row of a batch: its place in the request, from 0, and the caller's own id of it."""

    @property
    def row(self) -> int: ...

    @property
    def local_id(self) -> str: ...


R = TypeVar("R", bound=Row)


class Repeat(NamedTuple):
    """The decision on a row that changes nothing: the record `id` is already the same."""

    id: UUID


class Change(NamedTuple, Generic[T]):
    """The decision to accept a row: the record `id`, and the value to store."""

    id: UUID
    content: T


def decide_each(rows: Iterable[R], decide: Callable[[R], Change[T] | Repeat]) -> tuple[list[T], list[RowOutcome]]:
    """The values to store, and an outcome for each row, both in the order of `rows`.

    `decide` raises a Refusal for a row that cannot be accepted. It remembers its earlier decisions, so that each
    row is judged as if those before it had been stored.
    """
    changes: list[T] = []
    outcomes: list[RowOutcome] = []
    for row in rows:
        try:
            decision = decide(row)
        except Refusal as refusal:
            outcomes.append(RowOutcome(row.row, "refused", row.local_id, refusal=refusal))
            continue
        if isinstance(decision, Change):
            changes.append(decision.content)
        verdict: Verdict = "accepted" if isinstance(decision, Change) else "repeated"
        outcomes.append(RowOutcome(row.row, verdict, row.local_id, id=decision.id))
    return changes, outcomes


def read_each(rows: Iterable[R], read: Callable[[R], T]) -> tuple[list[T], list[RowOutcome]]:
    """The results of `read`, and a refused outcome for each row for which it raises a Refusal."""
    found: list[T] = []
    refused: list[RowOutcome] = []
    for row in rows:
        try:
            found.append(read(row))
        except Refusal as refusal:
            refused.append(RowOutcome(row.row, "refused", row.local_id, refusal=refusal))
    return found, refused
