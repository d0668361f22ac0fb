"""Errors of rows of a file in terms of the table's columns, and conversion of rows to the JSON form.

One form decides whether a row is well-formed, from JSON or from a file; faults of cells have their own texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter

from shared.entries import entry
from shared.form_errors import MalformedRow
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Invalid, Refusal
from shared.rows import errors_of, parse_rows
from shared.spreadsheets.cell_faults import CELL_FAULTS, CellMissing, CellTooLong, CellUnfit, UnknownChoice
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import CELL_LENGTH_MAX, Column, Table

M = TypeVar("M", bound=BaseModel)


def parse_file_rows(
    adapter: TypeAdapter[M], rows: Sequence[FileRow], table: Table, *, row_id: str
) -> tuple[list[tuple[int, M]], list[RowOutcome]]:
    """The well-formed rows with their places in `rows`, and a refusal for each of the others.

    A refusal reports everything that is wrong with the row, so that it can be corrected in one go. `row_id`
    names the field with the caller's own id of the row.
    """
    parsed, malformed = parse_rows(adapter, [json_content(row) for row in rows], row_id=row_id)
    refused = {outcome.row: outcome for outcome in malformed}
    good = []
    for place, request in parsed:
        if rows[place].faults:
            refused[place] = RowOutcome(place, "refused", getattr(request, row_id))
        else:
            good.append((place, request))
    return good, [_refused(rows[place], outcome, table) for place, outcome in refused.items()]


def json_content(row: FileRow) -> dict[str, Any]:
    """The row as JSON would have it."""
    content: dict[str, Any] = {}
    for field, value in row.values.items():
        if "/" in field:
            # "groups/1/group" is in the second element of a list, "consent/on" in an object.
            name, *places, last = field.split("/")
            entries = content.setdefault(name, [] if places else {})
            for place in map(int, places):
                entries += ({} for _ in range(len(entries), place + 1))
                entries = entries[place]
            entries[last] = value
        else:
            content[field] = value
    return content


def may_have_slipped(row: FileRow, table: Table) -> bool:
    """Whether the row's columns cannot be judged, because its cells may be shifted."""
    return any(field not in table.by_field for field, _ in row.faults)


def in_words(error: dict[str, Any], table: Table) -> dict[str, Any]:
    """A form error of a JSON row in terms of the field's column, with the same code."""
    column = table.column_of(str(error.get("pointer", "")))
    if column is None:
        return error
    return entry(_form_fault(column, error)) | {"code": error["code"], "pointer": error["pointer"]}


def column_errors(outcome: RowOutcome, table: Table) -> list[dict[str, Any]]:
    """The errors of a refused row, each with the headings of its column or of the missing columns."""
    if outcome.refusal is not None:
        also = tuple(_in_headings(refusal, table) for refusal in outcome.also)
        outcome = outcome._replace(refusal=_in_headings(outcome.refusal, table), also=also)
    return [error | headings(error, table) for error in errors_of(outcome)]


def _refused(row: FileRow, outcome: RowOutcome, table: Table) -> RowOutcome:
    errors = [entry(_cell_fault(field, slug, table)) for field, slug in row.faults]
    if isinstance(outcome.refusal, MalformedRow) and not may_have_slipped(row, table):
        errors += _form_errors(outcome.refusal.errors, {field for field, _ in row.faults}, table)
    return outcome._replace(refusal=MalformedRow(errors))


def _form_errors(errors: Sequence[dict[str, Any]], at_fault: set[str | None], table: Table) -> list[dict[str, Any]]:
    """Form errors of the columns that are not `at_fault`; of the row as a whole, if no column is at fault."""
    found = []
    for error in errors:
        column = table.column_of(str(error.get("pointer", "")))
        if column is not None and column.field not in at_fault:
            found.append(entry(_form_fault(column, error)))
        if column is None and not at_fault:
            found.append(in_words(error, table))
    return found


def _cell_fault(field: str | None, slug: str, table: Table) -> Invalid:
    fault = CELL_FAULTS[slug]
    column = table.by_field.get(field or "")
    if column is None:
        return fault() if field is None else fault(columns=field.split(","))
    facts: dict[type[Invalid], dict[str, object]] = {
        UnknownChoice: {"choices": list(column.choices)},
        CellUnfit: {"expected": column.expected_en, "expected_zh": column.expected_zh},
        CellTooLong: {"length_max": CELL_LENGTH_MAX},
    }
    return fault(pointer=f"/{column.field}", **facts.get(fault, {}))


def _form_fault(column: Column, error: dict[str, Any]) -> Invalid:
    """The form error of the field of `column`."""
    pointer = f"/{column.field}"
    if error["code"] == "missing":
        return CellMissing(pointer=pointer)
    return CellUnfit(pointer=pointer, reason=error["code"], expected=column.expected_en, expected_zh=column.expected_zh)


def headings(error: dict[str, Any], table: Table) -> dict[str, str]:
    """The headings of the column that the error points to, if it is one's."""
    column = table.column_of(str(error.get("pointer", "")))
    return {} if column is None else {"column": column.en, "column_zh": column.zh}


def _in_headings(refusal: Refusal, table: Table) -> Refusal:
    """`refusal` with the `missing` fields named by their headings."""
    missing = refusal.facts.get("missing")
    if not isinstance(missing, list) or "missing_zh" in refusal.facts:
        return refusal
    columns = [(field, table.by_field.get(field) or table.column_of(field)) for field in missing]
    en = [column.en if column else field for field, column in columns]
    zh = [column.zh if column else field for field, column in columns]
    return type(refusal)(pointer=refusal.pointer, **refusal.facts | {"missing": en, "missing_zh": zh})
