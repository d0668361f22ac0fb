"""The rows of a batch before decisions: read from JSON or NDJSON, and parsed one by one.

A row that is unreadable or does not match the API description affects only itself. This module does not depend on
HTTP: rows of requests and files are parsed the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared import instruments, json_text
from shared.entries import entry
from shared.form_errors import Entry, MalformedRequest, MalformedRow, malformed, told
from shared.json_text import NotJson
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Invalid

ROWS_MAX: Final = 1000
NAME_LENGTH_MAX: Final = 64

_ROWS: Final = "rows"
_NO_FAULTS: Final[Mapping[int, Sequence[Entry]]] = MappingProxyType({})

R = TypeVar("R", bound=BaseModel)

Words = Callable[[Entry], Entry]
"""Rewords a form error for the person who filled in the form; code and pointer stay."""


class BrokenLine(Invalid):
    """Facts: `line`, from 1."""

    slug = "broken-line"
    title_en = "This line is not valid JSON."
    title_zh = "该行不是有效的 JSON。"
    cure_en = "Correct line {line} and send it again: one JSON object per line, in UTF-8. Other lines are not affected."
    cure_zh = "请更正第 {line} 行后重新提交：每行一个 JSON 对象，UTF-8 编码；其他行不受影响。"


class Posted(NamedTuple):
    """Rows with their places, from 0; a refusal for each line that could not be read; and, by the places of their rows,
    errors of values that no row may have (half a character, NaN, U+0000).
    """

    rows: Sequence[tuple[int, object]]
    broken: Sequence[RowOutcome] = ()
    faults: Mapping[int, Sequence[Entry]] = _NO_FAULTS

    def refusing(self, errors: Mapping[int, Sequence[Entry]]) -> Posted:
        """The same rows, of which those with `errors` are refused."""
        if not errors:
            return self
        places = {*self.faults, *errors}
        return self._replace(faults={row: [*self.faults.get(row, ()), *errors.get(row, ())] for row in places})


def rows_of_json(text: bytes) -> Posted:
    """The rows of `{"rows": […]}`. Raises MalformedRequest."""
    _require_countable(text)
    try:
        content, faults = json_text.read(text)
    except NotJson:
        raise MalformedRequest([told("json_invalid", ())]) from None
    rows = _rows_in(content)
    of_rows: defaultdict[int, list[Entry]] = defaultdict(list)
    elsewhere: list[Entry] = []
    for place, type_ in faults:
        match place:
            case (str(member), int(row), *inside) if member == _ROWS:
                of_rows[row].append(told(type_, inside))
            case _:
                elsewhere.append(told(type_, place))
    if elsewhere:
        raise MalformedRequest(elsewhere)
    return Posted(list(enumerate(rows)), (), of_rows)


def _require_countable(text: bytes) -> None:
    """Raises MalformedRequest for a text with more members than can be held in memory."""
    if json_text.too_many_members(text):
        raise MalformedRequest([told("too_many_members", ())])


def _rows_in(content: object) -> list[object]:
    if not isinstance(content, dict):
        raise MalformedRequest([told("model_type", ())])
    errors = [
        told("extra_forbidden", (name,), en="Extra inputs are not permitted") for name in content if name != _ROWS
    ]
    rows = content.get(_ROWS)
    if _ROWS not in content:
        errors.insert(0, told("missing", (_ROWS,), en="Field required"))
    elif not isinstance(rows, list):
        errors.insert(0, told("list_type", (_ROWS,)))
    elif len(rows) > ROWS_MAX:
        errors.insert(0, told("too_long", (_ROWS,), context={"max_length": ROWS_MAX}))
    if errors:
        raise MalformedRequest(errors)
    assert isinstance(rows, list), "anything else was refused above"
    return rows


def rows_of_lines(text: bytes) -> Posted:
    """The rows of NDJSON: each line that is not blank by itself. Its place is its line's, so that blank lines move
    nothing. Raises MalformedRequest.
    """
    _require_countable(text)
    lines = enumerate(text.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    filled = [(place, line) for place, line in lines if line.strip()]
    if len(filled) > ROWS_MAX:
        raise MalformedRequest([told("too_long", (_ROWS,), context={"max_length": ROWS_MAX})])
    rows: list[tuple[int, object]] = []
    broken: list[RowOutcome] = []
    faults: dict[int, list[Entry]] = {}
    for place, line in filled:
        try:
            content, found = json_text.read(line)
        except NotJson:
            broken.append(RowOutcome(place, "refused", refusal=BrokenLine(line=place + 1)))
            continue
        rows.append((place, content))
        if found:
            faults[place] = [told(type_, inside) for inside, type_ in found]
    return Posted(rows, broken, faults)


def parse_posted(
    adapter: TypeAdapter[R], posted: Posted, *, row_id: str = "local_id", in_words: Words | None = None
) -> tuple[list[tuple[int, R]], list[RowOutcome]]:
    """The well-formed rows with their places, and a refusal for each of the others.

    `row_id` names the field with the caller's own id of the row. `in_words` words the errors for who knows the
    rows by another form than JSON, such as a spreadsheet.
    """
    places = [place for place, _ in posted.rows]
    faults = {index: posted.faults[place] for index, place in enumerate(places) if place in posted.faults}
    contents = [content for _, content in posted.rows]
    parsed, refused = parse_rows(adapter, contents, row_id=row_id, in_words=in_words, faults=faults)
    return (
        [(places[index], row) for index, row in parsed],
        [*posted.broken, *(outcome._replace(row=places[outcome.row]) for outcome in refused)],
    )


def parse_rows(
    adapter: TypeAdapter[R],
    rows: Sequence[object],
    *,
    row_id: str,
    in_words: Words | None = None,
    faults: Mapping[int, Sequence[Entry]] = _NO_FAULTS,
) -> tuple[list[tuple[int, R]], list[RowOutcome]]:
    """Parse `rows` one by one: the well-formed ones with their places, and a refusal for each of the others.

    `row_id` and `in_words` as in `parse_posted`; `faults` are errors known already, by the places of their rows.
    """
    parsed: list[tuple[int, R]] = []
    refused: list[RowOutcome] = []
    for row, content in enumerate(rows):
        errors = list(faults.get(row, ()))
        try:
            request = adapter.validate_python(content)
        except ValidationError as error:
            known = {each["pointer"] for each in errors}
            found = malformed(error.errors(include_url=False, include_input=False))
            errors += (each for each in found if each["pointer"] not in known)
        else:
            if not errors:
                parsed.append((row, request))
                continue
        refusal = MalformedRow(errors if in_words is None else [in_words(each) for each in errors])
        refused.append(RowOutcome(row, "refused", _name(content, row_id, errors), refusal=refusal))
    return parsed, refused


def _name(content: object, row_id: str, errors: Sequence[Entry]) -> str | None:
    """The caller's own name for the row; one that was itself refused is not repeated, for it may be just what must not
    be shown."""
    named: Any = content.get(row_id) if isinstance(content, dict) else None
    is_refused = any(str(error["pointer"]).split("/")[1:2] == [row_id] for error in errors)
    return named if isinstance(named, str) and len(named) <= NAME_LENGTH_MAX and not is_refused else None


def errors_of(outcome: RowOutcome) -> list[Entry]:
    """The entries of a refused row, one for each reason."""
    errors: list[Entry] = []
    instruments.of_refusals(outcome.refusals)
    for refusal in outcome.refusals:
        errors += refusal.errors if isinstance(refusal, MalformedRequest) else [entry(refusal)]
    return errors
