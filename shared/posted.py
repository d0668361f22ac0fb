"""The rows of a request, posted as JSON or as NDJSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeVar

import orjson
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from shared.batches import batch_of
from shared.forms import Batch
from shared.kernel.outcomes import RowOutcome
from shared.rows import ROWS_MAX, BrokenLine, Posted

NDJSON: Final = "application/x-ndjson"

R = TypeVar("R", bound=BaseModel)


async def read_posted(request: Request) -> Posted:
    """The rows of a JSON or NDJSON body. Raises RequestValidationError."""
    body = await request.body()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == NDJSON:
        return _lines(body)
    try:
        return Posted(list(enumerate(Batch.model_validate(orjson.loads(body)).rows)), ())
    except ValidationError as error:
        raise RequestValidationError(_in_body(error.errors(include_url=False, include_input=False))) from None
    except orjson.JSONDecodeError:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",), "msg": "JSON decode error"}]) from None


PostedRows = Annotated[Posted, Depends(read_posted)]


def _in_body(errors: Sequence[Any]) -> list[dict[str, Any]]:
    return [{**error, "loc": ("body", *error["loc"])} for error in errors]


def _lines(body: bytes) -> Posted:
    """Each line that is not blank by itself; its place is its line's, so that blank lines move nothing."""
    lines = enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    filled = [(place, line) for place, line in lines if line.strip()]
    if len(filled) > ROWS_MAX:
        message = f"At most {ROWS_MAX} rows"
        raise RequestValidationError([{"type": "too_long", "loc": ("body", "rows"), "msg": message}])
    rows: list[tuple[int, object]] = []
    broken: list[RowOutcome] = []
    for place, line in filled:
        try:
            rows.append((place, orjson.loads(line)))
        except orjson.JSONDecodeError:
            broken.append(RowOutcome(place, "refused", refusal=BrokenLine(line=place + 1)))
    return Posted(rows, broken)


def posting(row: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI text for a route that takes rows as JSON or NDJSON."""
    described = batch_of(row)
    content = described["requestBody"]["content"]
    content[NDJSON] = {"schema": content["application/json"]["schema"]["properties"]["rows"]["items"]}
    return described
