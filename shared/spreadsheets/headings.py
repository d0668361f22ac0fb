"""The columns of a sheet, found by the headings in its first row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from shared.spreadsheets.cells import Raw
from shared.spreadsheets.file_faults import (
    HeadingsMissing,
    HeadingsNotFound,
    HeadingsTwice,
    SpreadsheetEmpty,
    UnknownColumns,
)
from shared.spreadsheets.sheet_scan import letters_of
from shared.spreadsheets.tables import IGNORED, Column, Table, plain

ROWS_LOOKED_AT: Final = 10
"""Rows in which misplaced headings are looked for, only to report them."""
_ENOUGH: Final = 2
"""The number of known headings that makes a row of headings."""


class SheetRow(NamedTuple):
    """A row as a reader returns it. `row` is its number in the sheet, from 1; `faults` are (column or None, slug).

    Columns count from 0; None means the row as a whole.
    """

    row: int
    cells: Sequence[Raw]
    faults: Sequence[tuple[int | None, str]] = ()


class SheetContent(NamedTuple):
    """The content of a sheet: the number of the last row, headings included, and the rows that are not empty.

    `hidden` are the numbers of rows that are hidden in the sheet.
    """

    last_row: int
    rows: Iterator[SheetRow]
    hidden: Collection[int] = ()


class Layout(NamedTuple):
    """The columns of the sheet by position; None if one is not read. `nameless` are the positions without a heading."""

    columns: tuple[Column | None, ...]
    nameless: tuple[int, ...]
    has_second_row: bool
    """Whether the row below repeats the headings in the other language, as the template's does."""


def layout(first_rows: Sequence[SheetRow], table: Table) -> Layout:
    """The layout of a sheet, by its first rows.

    Raises SpreadsheetEmpty, HeadingsNotFound, HeadingsTwice, UnknownColumns, HeadingsMissing.
    """
    if not first_rows:
        raise SpreadsheetEmpty
    head = first_rows[0]
    if head.row != 1 or _known(head, table) < _ENOUGH:
        raise HeadingsNotFound(row=1, found_in_row=_found_in(first_rows[:ROWS_LOOKED_AT], table))
    columns = _columns(head, table)
    _refuse_missing({column.field for column in columns if column}, table.required)
    below = first_rows[1] if len(first_rows) > 1 else None
    nameless = tuple(place for place, cell in enumerate(head.cells) if cell == "" or plain(str(cell)) == "")
    return Layout(columns, nameless, below is not None and below.row == 2 and _repeats(below, columns, table))


def _known(row: SheetRow, table: Table) -> int:
    return sum(plain(cell) in table.by_heading for cell in row.cells if isinstance(cell, str))


def _found_in(rows: Sequence[SheetRow], table: Table) -> int | None:
    return next((row.row for row in rows if _known(row, table) >= _ENOUGH), None)


def _columns(head: SheetRow, table: Table) -> tuple[Column | None, ...]:
    found: list[Column | None] = []
    unknown, twice = [], []
    for place, cell in enumerate(head.cells):
        heading = plain(cell) if isinstance(cell, str) else "?"
        column = table.by_heading.get(heading)
        if column is None and heading and heading not in IGNORED and not table.passes_over_others:
            unknown.append(letters_of(place))
        if column is not None and column in found:
            twice.append(letters_of(place))
        found.append(column)
    if unknown:
        raise UnknownColumns(columns=unknown)
    if twice:
        raise HeadingsTwice(columns=twice)
    return tuple(found)


def _refuse_missing(found: set[str], needed: Sequence[Column]) -> None:
    missing = [column for column in needed if column.field not in found]
    if missing:
        raise HeadingsMissing(missing=[each.en for each in missing], missing_zh=[each.zh for each in missing])


def _repeats(row: SheetRow, columns: Sequence[Column | None], table: Table) -> bool:
    cells = [table.by_heading.get(plain(cell)) if isinstance(cell, str) else None for cell in row.cells]
    return sum(cell is not None for cell in cells) >= _ENOUGH and all(
        cell is column for cell, column in zip(cells, columns, strict=False) if cell or column
    )
