"""A file as rows of values: checks from outside, rows by format, headings, cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final

from shared.kernel.refusals import Refusal
from shared.spreadsheets import cells, csv_rows, ndjson_rows, packages, xls_rows, xlsx_rows
from shared.spreadsheets.cell_faults import CellMissing, CellTooLong, ExtraCells
from shared.spreadsheets.file_faults import SpreadsheetEmpty, TooManyRows
from shared.spreadsheets.file_rows import FileRow, FileRows
from shared.spreadsheets.headings import ROWS_LOOKED_AT, Layout, SheetRow, layout
from shared.spreadsheets.sheet_scan import letters_of
from shared.spreadsheets.tables import CELL_LENGTH_MAX, ROWS_MAX, Column, FileFormat, Table

_SHEETS: Final = {
    FileFormat.XLSX: xlsx_rows.found,
    FileFormat.XLS: xls_rows.found,
    FileFormat.CSV: csv_rows.found,
}


def read(format_: FileFormat, content: bytes, table: Table) -> FileRows:
    """The rows of a file with the columns of `table`.

    Raises the refusals of file_faults, all of them before the first row.
    """
    packages.check(format_, content)
    if not content:
        raise SpreadsheetEmpty
    if format_ is FileFormat.NDJSON:
        return _checked(ndjson_rows.found(content, table))
    found = _SHEETS[format_](content)
    first = list(islice(found.rows, ROWS_LOOKED_AT))
    plan = layout(first, table)
    headings = 1 + plan.has_second_row
    rows = (_row(row, plan, table.required) for row in chain(first[headings:], found.rows))
    hidden = sum(headings < row <= found.last_row for row in found.hidden)
    return _checked(FileRows(found.last_row - headings, hidden, (row for row in rows if row is not None)))


def _checked(rows: FileRows) -> FileRows:
    """The same rows. Raises TooManyRows, SpreadsheetEmpty."""
    if rows.about > ROWS_MAX:
        raise TooManyRows(rows_max=ROWS_MAX)
    begun = list(islice(rows.rows, 1))
    if not begun:
        raise SpreadsheetEmpty
    return rows._replace(rows=chain(begun, rows.rows))


def _row(row: SheetRow, plan: Layout, required: Sequence[Column]) -> FileRow | None:
    """The row's values; None if only columns that are not read have content."""
    columns = plan.columns
    faults = [*_by_field(row, columns), *_extra(row, plan)]
    bad = {field for field, _ in faults}
    values: dict[str, Any] = {}
    given: dict[str, str] = {}
    for column, raw in zip(columns, row.cells, strict=False):
        if column is None or raw == "":
            continue
        shown = cells.shown(raw)
        given[column.field] = shown
        if len(shown) > CELL_LENGTH_MAX:
            given[column.field] = shown[:CELL_LENGTH_MAX]
            if column.field not in bad:
                faults.append((column.field, CellTooLong.slug))
            continue
        if column.field in bad:
            continue
        try:
            value = cells.read(column, raw)
        except Refusal as refusal:
            faults.append((column.field, refusal.slug))
            continue
        if value not in ("", []):
            values[column.field] = value
    if not values and not faults:
        return None
    return FileRow(row.row, values, faults + _missing(values, faults, required), given)


def _by_field(row: SheetRow, columns: Sequence[Column | None]) -> Iterator[tuple[str | None, str]]:
    for place, slug in row.faults:
        column = columns[place] if place is not None and place < len(columns) else None
        if place is None or column is not None:
            yield (None if column is None else column.field), slug


def _extra(row: SheetRow, plan: Layout) -> list[tuple[str | None, str]]:
    """Content in columns without a heading, by their letters: such a row may be shifted."""
    width = len(row.cells)
    places = [*plan.nameless, *range(len(plan.columns), width)]
    places = [place for place in places if place < width and _is_filled(row.cells[place])] if places else places
    return [(",".join(map(letters_of, places)), ExtraCells.slug)] if places else []


def _is_filled(raw: cells.Raw) -> bool:
    return raw != "" and cells.shown(raw).strip() != ""


def _missing(
    values: Mapping[str, Any], faults: Sequence[tuple[str | None, str]], required: Sequence[Column]
) -> list[tuple[str | None, str]]:
    bad = {field for field, _ in faults}
    if None in bad:
        # Nothing more is known of a row that could not be split into cells.
        return []
    lacking = (column.field for column in required if column.field not in values)
    return [(field, CellMissing.slug) for field in lacking if field not in bad]
