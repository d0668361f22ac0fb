"""Answers to batches, one for each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel
from pydantic_core import from_json, to_json

from shared.entries import ErrorEntry, warning_entry
from shared.kernel.outcomes import RowOutcome, Verdict
from shared.rows import errors_of


class RowAnswer(BaseModel):
    """One row's answer, as the API describes it."""

    row: int
    row_id: str | None
    outcome: Verdict
    id: UUID | None = None
    errors: list[ErrorEntry] | None = None
    """Every reason for which the row was refused."""
    warnings: list[ErrorEntry] | None = None
    """Warnings about an accepted row; an officer reviews them."""


class BatchAnswer(BaseModel):
    """A batch's answer: the counts, then every row in the order of the request."""

    accepted: int
    repeated: int
    refused: int
    dry_run: bool = False
    rows: list[RowAnswer]


def answer(outcomes: Sequence[RowOutcome], *, dry_run: bool = False) -> Response:
    """The HTTP answer for a batch: always 200, because each row has its own outcome."""
    counts = Counter(outcome.outcome for outcome in outcomes)
    rows = [_row(outcome) for outcome in sorted(outcomes, key=lambda outcome: outcome.row)]
    verdicts: tuple[Verdict, ...] = ("accepted", "repeated", "refused")
    body = {verdict: counts[verdict] for verdict in verdicts} | {"dry_run": dry_run, "rows": rows}
    return Response(to_json(body), media_type="application/json")


def accepted_rows(answered: Response) -> set[int]:
    """The rows that `answered`, a batch's answer, tells as accepted."""
    return {row["row"] for row in from_json(bytes(answered.body))["rows"] if row["outcome"] == "accepted"}


def _row(outcome: RowOutcome) -> dict[str, object]:
    row: dict[str, object] = {"row": outcome.row, "row_id": outcome.row_id, "outcome": outcome.outcome}
    if outcome.id is not None:
        row["id"] = outcome.id
    if outcome.refusal is not None:
        row["errors"] = errors_of(outcome)
    if outcome.warnings:
        row["warnings"] = [warning_entry(warning) for warning in outcome.warnings]
    return row
