"""What becomes of one row of a batch."""

from __future__ import annotations

from dataclasses import dataclass
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
