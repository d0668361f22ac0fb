"""Batches over HTTP: the rows of a request and whether it is a dry run, as parameters of every batch route."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from shared.edge import JSON, media_type_of
from shared.rows import ROWS_MAX, Posted, rows_of_json, rows_of_lines

NDJSON: Final = "application/x-ndjson"


async def _posted(request: Request) -> Posted:
    """The rows of a JSON or NDJSON body. Raises MalformedRequest."""
    body = await request.body()
    return rows_of_lines(body) if media_type_of(request) == NDJSON else rows_of_json(body)


PostedRows = Annotated[Posted, Depends(_posted)]
"""The rows as a batch route's parameter; the route is described by `posting`."""


def _dry_run(
    mode: Annotated[
        Literal["store", "validate"],
        Query(description="`validate` is a dry run: it decides by the same rules and stores nothing"),
    ] = "store",
) -> bool:
    return mode == "validate"


DryRun = Annotated[bool, Depends(_dry_run)]
"""Whether a route decides and stores nothing: `?mode=validate`."""


def posting(row: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI text for a route that takes rows as JSON or NDJSON: what a row looks like."""
    schema = row.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    rows = {"type": "array", "maxItems": ROWS_MAX, "items": schema}
    batch = {"type": "object", "required": ["rows"], "properties": {"rows": rows}}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": batch}, NDJSON: {"schema": schema}}}}
