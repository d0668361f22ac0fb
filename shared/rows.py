"""Rows that somebody sent: each is parsed by itself, and what is wrong with its form is said by place, never by value.

Knows no HTTP: the rows of a request and those of a file that a worker reads go the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Invalid, entry

ROWS_MAX: Final = 1000
"""Rows of one request."""
NAME_LENGTH_MAX: Final = 64

M = TypeVar("M", bound=BaseModel)


class MalformedRequest(Invalid):
    slug = "malformed-request"
    title_en = "The request does not have the form that the API describes."
    title_zh = "请求格式不符合接口说明。"
    cure_en = "`errors` says where and what; /docs shows the form."
    cure_zh = "`errors` 指明了位置和原因；接口格式见 /docs。"


class MalformedRow(MalformedRequest):
    """A row that does not have the form the API describes; the other rows are not affected."""

    slug = "malformed-row"

    def __init__(self, errors: Sequence[dict[str, object]] = ()) -> None:
        super().__init__()
        self.errors = list(errors)


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
            refused.append(RowOutcome(row, "refused", name, refusal=MalformedRow(malformed(details))))
    return parsed, refused


Words = Callable[[dict[str, Any]], dict[str, Any]]
"""Puts an error of the form into words for whoever filled in the row; code and pointer stay."""


def in_general_words(error: dict[str, Any]) -> dict[str, Any]:
    """Words that are right for the field of any row."""
    return entry(MalformedRow()) | error


def parse_posted(
    adapter: TypeAdapter[M], posted: Posted, *, row_id: str = "local_id", in_words: Words = in_general_words
) -> tuple[list[tuple[int, M]], list[RowOutcome]]:
    """The well-formed rows with their places, and a refusal for each of the others, told `in_words`."""
    places = [place for place, _ in posted.rows]
    parsed, refused = parse_rows(adapter, [content for _, content in posted.rows], row_id=row_id)
    return (
        [(places[index], row) for index, row in parsed],
        [*posted.broken, *(_told(outcome, in_words)._replace(row=places[outcome.row]) for outcome in refused)],
    )


def _told(outcome: RowOutcome, in_words: Words) -> RowOutcome:
    if not isinstance(outcome.refusal, MalformedRow):
        return outcome
    return outcome._replace(refusal=MalformedRow([in_words(error) for error in outcome.refusal.errors]))


def malformed(errors: Iterable[ErrorDetails], *, prefix: str = "") -> list[dict[str, object]]:
    """Validation errors as entries: where and what, never the value that was found there."""
    return [
        {"code": error["type"].replace("_", "-"), "pointer": prefix + _pointer(error), "title": error["msg"]}
        for error in errors
    ]


def errors_of(outcome: RowOutcome) -> list[dict[str, Any]]:
    """Every reason for which a row was refused, as entries."""
    errors: list[dict[str, Any]] = []
    for refusal in outcome.refusals:
        errors += refusal.errors if isinstance(refusal, MalformedRow) else [entry(refusal)]
    return errors


def _pointer(error: ErrorDetails) -> str:
    """RFC 6901, from the top of the body; of a body that is no JSON nothing can be pointed to."""
    place = error["loc"][1:] if error["loc"][:1] == ("body",) else error["loc"]
    if error["type"] == "json_invalid":
        return ""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)
