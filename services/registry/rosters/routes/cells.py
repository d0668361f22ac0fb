"""Rows of a file brought to the form of the JSON route's, so that one validator decides both; and words for cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic import Field, TypeAdapter

from services.registry.rosters.routes.rests import with_rests
from services.registry.rosters.routes.row import ClassNumber, RosterRowRequest, form_fault, in_words, roster_row
from services.registry.rosters.rules.cell_faults import CELL_FAULTS, CellTooLong, CellUnfit, UnknownChoice
from services.registry.rosters.rules.files import CELL_LENGTH_MAX
from services.registry.rosters.usecases.row import RosterRow
from services.registry.rosters.usecases.spreadsheets.columns import BY_FIELD, column_of
from services.registry.rosters.usecases.spreadsheets.reader import FileRow
from shared.entries import entry
from shared.form_errors import MalformedRow
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Invalid, Refusal
from shared.rows import errors_of, parse_rows


class CellsRequest(RosterRowRequest):
    """One trainee out of a file, which may be posted for one class."""

    class_: ClassNumber | None = Field(default=None, alias="class")


CELLS: Final = TypeAdapter(CellsRequest)


def read(rows: Sequence[FileRow]) -> tuple[list[RosterRow], list[RowOutcome]]:
    """The rows by their places in `rows`, with the flaws of their form; refusals of those that cannot be read at all.

    The flaws are everything that is wrong with the form of the row, so that it is mended once.
    """
    contents = [_content(row) for row in rows]
    parsed, malformed = parse_rows(CELLS, contents, row_id="local_id")
    refused = {outcome.row: outcome for outcome in malformed}
    good = []
    for place, request in parsed:
        if rows[place].faults:
            refused[place] = RowOutcome(place, "refused", request.local_id)
        else:
            good.append(_taken(place, request))
    reworded = [_reworded(rows[place], outcome) for place, outcome in refused.items()]
    readable = {place: contents[place] for place in refused if not _may_have_slipped(rows[place])}
    return with_rests(good, reworded, readable, adapter=CELLS, take=_taken)


def _taken(place: int, request: CellsRequest) -> RosterRow:
    return roster_row(place, request)._replace(class_local_id=request.class_)


def _may_have_slipped(row: FileRow) -> bool:
    """Whether nothing can be said of what stands in its columns."""
    return any(field not in BY_FIELD for field, _ in row.faults)


def _content(row: FileRow) -> dict[str, Any]:
    """The row as JSON would have it."""
    content: dict[str, Any] = {}
    for field, value in row.values.items():
        if "/" in field:
            # "groups/1/group" stands in the second of a list, "consent/on" in an object.
            name, *places, last = field.split("/")
            entries = content.setdefault(name, [] if places else {})
            for place in map(int, places):
                entries += ({} for _ in range(len(entries), place + 1))
                entries = entries[place]
            entries[last] = value
        else:
            content[field] = value
    return content


def _reworded(row: FileRow, outcome: RowOutcome) -> RowOutcome:
    errors = [entry(_fault(field, slug)) for field, slug in row.faults]
    told = {field for field, _ in row.faults}
    if isinstance(outcome.refusal, MalformedRow) and not _may_have_slipped(row):
        for error in outcome.refusal.errors:
            column = column_of(str(error.get("pointer", "")))
            if column is None:
                errors.append(in_words(error))
            elif column.field not in told:
                errors.append(entry(form_fault(column, error)))
    return RowOutcome(outcome.row, "refused", outcome.row_id, refusal=MalformedRow(errors))


def _fault(field: str | None, slug: str) -> Invalid:
    fault = CELL_FAULTS[slug]
    column = BY_FIELD.get(field or "")
    if column is None:
        return fault() if field is None else fault(columns=field.split(","))
    facts: dict[type[Invalid], dict[str, object]] = {
        UnknownChoice: {"choices": list(column.choices)},
        CellUnfit: {"expected": column.expected_en, "expected_zh": column.expected_zh},
        CellTooLong: {"length_max": CELL_LENGTH_MAX},
    }
    return fault(pointer=f"/{column.field}", **facts.get(fault, {}))


def told(outcome: RowOutcome) -> list[dict[str, Any]]:
    """What is reported of a refused row: each error with the headings of its column, and of those that it misses."""
    if outcome.refusal is not None:
        also = tuple(_in_headings(refusal) for refusal in outcome.also)
        outcome = outcome._replace(refusal=_in_headings(outcome.refusal), also=also)
    return [error | _headings(error) for error in errors_of(outcome)]


def _headings(error: dict[str, Any]) -> dict[str, str]:
    column = column_of(str(error.get("pointer", "")))
    return {} if column is None else {"column": column.en, "column_zh": column.zh}


def _in_headings(refusal: Refusal) -> Refusal:
    """`refusal` with the fields that are `missing` named as who looks at a sheet knows them."""
    missing = refusal.facts.get("missing")
    if not isinstance(missing, list) or "missing_zh" in refusal.facts:
        return refusal
    columns = [BY_FIELD.get(field) or column_of(field) for field in missing]
    en = [column.en if column else field for column, field in zip(columns, missing, strict=True)]
    zh = [column.zh if column else field for column, field in zip(columns, missing, strict=True)]
    return type(refusal)(pointer=refusal.pointer, **refusal.facts | {"missing": en, "missing_zh": zh})
