"""Batches answered row by row: what a caller gets back for each row it sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel
from pydantic_core import to_json

from shared.kernel.outcomes import RowOutcome, RowWarning, Verdict
from shared.rows import ROWS_MAX, errors_of


class RowAnswer(BaseModel):
    """One row's answer, as the API describes it."""

    row: int
    row_id: str | None
    outcome: Verdict
    id: UUID | None = None
    errors: list[dict[str, Any]] | None = None
    """Every reason for which the row was refused."""
    warnings: list[dict[str, Any]] | None = None
    """What looks odd about a row that was taken: an officer will look at it."""


class BatchAnswer(BaseModel):
    """A batch's answer: the counts, then every row in the order in which it came."""

    accepted: int
    repeated: int
    refused: int
    dry_run: bool = False
    rows: list[RowAnswer]


def answer(outcomes: Sequence[RowOutcome], *, dry_run: bool = False) -> Response:
    """The HTTP answer for a batch: 200 whatever became of its rows, because each row says so itself."""
    counts = Counter(outcome.outcome for outcome in outcomes)
    rows = [_row(outcome) for outcome in sorted(outcomes, key=lambda outcome: outcome.row)]
    verdicts: tuple[Verdict, ...] = ("accepted", "repeated", "refused")
    body = {verdict: counts[verdict] for verdict in verdicts} | {"dry_run": dry_run, "rows": rows}
    return Response(to_json(body), media_type="application/json")


def _row(outcome: RowOutcome) -> dict[str, object]:
    row: dict[str, object] = {"row": outcome.row, "row_id": outcome.row_id, "outcome": outcome.outcome}
    if outcome.id is not None:
        row["id"] = outcome.id
    if outcome.refusal is not None:
        row["errors"] = errors_of(outcome)
    if outcome.warnings:
        row["warnings"] = [_told(warning) for warning in outcome.warnings]
    return row


def _told(warning: RowWarning) -> dict[str, object]:
    words: dict[str, object] = {
        "code": warning.code,
        "pointer": warning.pointer,
        "title": warning.title_en,
        "title_zh": warning.title_zh,
        "check": warning.check,
    }
    return {key: value for key, value in words.items() if value} | dict(warning.facts)


def batch_of(row: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI text for a route that reads its rows one by one: what a row looks like."""
    schema = row.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    rows = {"type": "array", "maxItems": ROWS_MAX, "items": schema}
    content = {"type": "object", "required": ["rows"], "properties": {"rows": rows}}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": content}}}}
