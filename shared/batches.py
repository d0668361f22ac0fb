"""Batches answered row by row: what a caller gets back for each row it sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared.kernel.outcomes import RowOutcome, RowWarning, Verdict
from shared.problems import MalformedRequest, entry, malformed

ROWS_MAX = 1000
NAME_LENGTH_MAX = 64

M = TypeVar("M", bound=BaseModel)


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


class MalformedRow(MalformedRequest):
    """A row that does not have the form the API describes; the other rows are not affected."""

    slug = "malformed-row"

    def __init__(self, errors: Sequence[dict[str, object]] = ()) -> None:
        super().__init__()
        self.errors = list(errors)


def parse_rows(
    adapter: TypeAdapter[M], rows: Sequence[object], *, row_id: str
) -> tuple[list[tuple[int, M]], list[RowOutcome]]:
    """Each of `rows` by itself: the well-formed with their places, and a refusal for each of the others.

    `row_id` names the field that holds the caller's own name for the row.
    """
    parsed: list[tuple[int, M]] = []
    refused: list[RowOutcome] = []
    for row, content in enumerate(rows):
        try:
            parsed.append((row, adapter.validate_python(content)))
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            # A name that was itself refused is not repeated: it may be just what must not be shown.
            is_refused = any(line["loc"][:1] == (row_id,) for line in details)
            named = content.get(row_id) if isinstance(content, dict) and not is_refused else None
            name = named if isinstance(named, str) and len(named) <= NAME_LENGTH_MAX else None
            refusal = MalformedRow(malformed(details))
            refused.append(RowOutcome(row, "refused", name, refusal=refusal))
    return parsed, refused


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


def errors_of(outcome: RowOutcome) -> list[dict[str, object]]:
    """What is told of a refused row: an entry for everything that speaks against it."""
    errors: list[dict[str, object]] = []
    for refusal in outcome.refusals:
        errors += refusal.errors if isinstance(refusal, MalformedRow) else [entry(refusal)]
    return errors


def batch_of(row: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI text for a route that reads its rows one by one: what a row looks like."""
    schema = row.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    rows = {"type": "array", "maxItems": ROWS_MAX, "items": schema}
    content = {"type": "object", "required": ["rows"], "properties": {"rows": rows}}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": content}}}}
