"""What becomes of the rows of a batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

from shared.kernel.refusals import Refusal

Verdict = Literal["accepted", "repeated", "refused"]


class RowWarning(NamedTuple):
    """What looks odd about a row that was taken all the same, in the words of a refusal."""

    code: str
    check: str
    title_en: str
    title_zh: str
    facts: Mapping[str, Any]
    pointer: str | None = None


class RowOutcome(NamedTuple):
    """What became of one row. `row` is its place in the request, from 0; `row_id` the caller's own name for it.

    `refusal` is the first reason for which it was refused, `also` are the others.
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
        """Every reason for which it was refused."""
        return () if self.refusal is None else (self.refusal, *self.also)


def refused(row: int, row_id: str | None, refusals: Sequence[Refusal]) -> RowOutcome:
    """The outcome of a row that something speaks against: all of `refusals`, of which there is at least one."""
    return RowOutcome(row, "refused", row_id, refusal=refusals[0], also=tuple(refusals[1:]))


def without_ids(outcomes: Iterable[RowOutcome], never_stored: Collection[UUID]) -> list[RowOutcome]:
    """`outcomes` of a dry run: an id that was thought up for a record, and then not stored, is not told."""
    return [outcome._replace(id=None) if outcome.id in never_stored else outcome for outcome in outcomes]
