"""Batches over HTTP: the rows of a request and whether it is a dry run, as parameters of every batch route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, create_model

from shared.edge.bodies import OpenRequests
from shared.edge.lanes import Limits
from shared.edge.routes import JSON, media_type_of
from shared.form_errors import Place, told
from shared.rows import ROWS_MAX, Posted, rows_of_json, rows_of_lines

NDJSON: Final = "application/x-ndjson"


async def _posted(request: Request) -> Posted:
    """The rows of a JSON or NDJSON body; those of a dry run are counted. Raises MalformedRequest."""
    open_requests: OpenRequests = request.app.state.open_requests
    read = rows_of_lines if media_type_of(request) == NDJSON else rows_of_json
    posted = await open_requests.parsed(read, await request.body())
    if not hasattr(request.state, "posted"):
        limits: Limits = request.app.state.limits
        limits.count_rows(request, len(posted.rows) + len(posted.broken))
    request.state.posted = posted
    named: Mapping[int, Sequence[Place]] = getattr(request.state, "rows_with_names", {})
    return posted.refusing({row: [told("personal_name", place) for place in places] for row, places in named.items()})


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


class Posting(dict[str, Any]):
    """The OpenAPI text for a route that takes rows as JSON or NDJSON; the models of a `row`, and of the `batch` that it
    names.
    """

    def __init__(self, row: type[BaseModel]) -> None:
        self.row = row
        self.batch = create_model(
            row.__name__.removesuffix("Request") + "Batch",
            __doc__="Rows that are read one by one, so that a bad one spoils nothing but itself.",
            __config__=ConfigDict(extra="forbid"),
            rows=(list[row], Field(max_length=ROWS_MAX)),  # type: ignore[valid-type]
        )
        content = {
            JSON: {"schema": {"$ref": f"#/components/schemas/{self.batch.__name__}"}},
            NDJSON: {"schema": {"type": "string", "description": f"One JSON object a line, each a {row.__name__}"}},
        }
        super().__init__(requestBody={"required": True, "content": content})


def posting(row: type[BaseModel]) -> Posting:
    """The OpenAPI text for a route that takes rows of this form."""
    return Posting(row)
