"""Rows of a roster as a request brings them, in JSON or as NDJSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple, TypeVar

import orjson
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.registry.usecases.roster_forms import RosterRowRequest, roster_row
from services.registry.usecases.roster_rests import with_rests
from services.registry.usecases.roster_rows import RosterRow
from services.registry.usecases.roster_table import ROSTER
from shared.batches import batch_of
from shared.forms import Batch
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Invalid
from shared.rows import ROWS_MAX, MalformedRow, parse_rows
from shared.spreadsheets.wording import in_words

NDJSON: Final = "application/x-ndjson"

R = TypeVar("R", bound=BaseModel)
P = TypeVar("P", bound=RosterRowRequest)


class BrokenLine(Invalid):
    """Facts: `line`, from 1."""

    slug = "broken-line"
    title_en = "This line is no JSON."
    title_zh = "该行不是有效的 JSON。"
    cure_en = "Mend line `line` and send it again: one object a line, in UTF-8; the other lines are not affected."
    cure_zh = "请更正第 `line` 行后重新提交：每行一个 JSON 对象，UTF-8 编码；其他行不受影响。"


class Posted(NamedTuple):
    """The rows of a request with their places, from 0, and a refusal for each line that could not be read."""

    rows: Sequence[tuple[int, object]]
    broken: Sequence[RowOutcome]


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


def read_rows(adapter: TypeAdapter[P], posted: Posted) -> tuple[list[RosterRow], list[RowOutcome]]:
    """The posted rows in order, with the flaws of their form; and refusals of those that cannot be read at all."""
    parsed, refused = parse_posted(adapter, posted)
    rows = [roster_row(place, row) for place, row in parsed]
    return with_rests(rows, refused, dict(posted.rows) if refused else {}, adapter=adapter, take=roster_row)


def parse_posted(
    adapter: TypeAdapter[R], posted: Posted, *, row_id: str = "local_id"
) -> tuple[list[tuple[int, R]], list[RowOutcome]]:
    """The well-formed rows with their places, and a refusal for each of the others, in words for clerks as well."""
    places = [place for place, _ in posted.rows]
    parsed, refused = parse_rows(adapter, [content for _, content in posted.rows], row_id=row_id)
    return (
        [(places[index], row) for index, row in parsed],
        [*posted.broken, *(_in_words(outcome)._replace(row=places[outcome.row]) for outcome in refused)],
    )


def _in_words(outcome: RowOutcome) -> RowOutcome:
    if not isinstance(outcome.refusal, MalformedRow):
        return outcome
    return outcome._replace(refusal=MalformedRow([in_words(error, ROSTER) for error in outcome.refusal.errors]))


def posting(row: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI text for a route that takes rows as JSON or NDJSON."""
    described = batch_of(row)
    content = described["requestBody"]["content"]
    content[NDJSON] = {"schema": content["application/json"]["schema"]["properties"]["rows"]["items"]}
    return described
