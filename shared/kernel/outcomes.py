"""What becomes of the rows of a batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from shared.kernel.refusals import Refusal

Verdict = Literal["accepted", "repeated", "refused"]


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row. `row` is its place in the request, from 0; `row_id` the caller's own name for it."""

    row: int
    outcome: Verdict
    row_id: str | None = None
    id: UUID | None = None
    refusal: Refusal | None = None


def without_ids(outcomes: Iterable[RowOutcome], never_stored: Collection[UUID]) -> list[RowOutcome]:
    """`outcomes` of a dry run: an id that was thought up for a record, and then not stored, is not told."""
    return [replace(outcome, id=None) if outcome.id in never_stored else outcome for outcome in outcomes]
