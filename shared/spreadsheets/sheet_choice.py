"""The one sheet of a workbook that is read, and its rows with what the scan found in them, for both formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import Final, NamedTuple

from shared.spreadsheets.cell_faults import ErrorCell, FormulaCell
from shared.spreadsheets.cells import Raw
from shared.spreadsheets.file_faults import HiddenSheets, SeveralSheets, SpreadsheetEmpty, VeryHiddenSheets
from shared.spreadsheets.headings import SheetContent, SheetRow
from shared.spreadsheets.sheet_scan import Scan

EXPLANATIONS: Final = "说明"
"""The name of the template's second sheet, which is not read."""

_STANDS_FOR_SOMETHING: Final = {FormulaCell.slug, ErrorCell.slug}
"""Kinds of cells that the readers may return as empty although they are not."""


class Visibility(Enum):
    VISIBLE = auto()
    HIDDEN = auto()
    VERY_HIDDEN = auto()
    """Hidden by a program, so that Excel does not offer to unhide it."""


class Sheet(NamedTuple):
    """A sheet of the workbook. `scan` is None if it is no table, such as a chart."""

    name: str
    visibility: Visibility
    scan: Callable[[], Scan] | None


def chosen(sheets: Sequence[Sheet]) -> tuple[int, Scan]:
    """The place from 0, and the scan, of the one sheet with content.

    Raises HiddenSheets, VeryHiddenSheets, SeveralSheets, SpreadsheetEmpty, and what the scans raise.
    """
    _require_none_hidden(sheets)
    visible = {place: each for place, each in enumerate(sheets) if each.visibility is Visibility.VISIBLE}
    tables = {place: each.scan for place, each in visible.items() if each.scan is not None}
    scans = {place: scan() for place, scan in tables.items() if sheets[place].name != EXPLANATIONS or len(tables) == 1}
    filled = [place for place, found in scans.items() if not found.is_empty]
    if len(filled) > 1:
        raise SeveralSheets(sheets=[place + 1 for place in filled])
    if not filled:
        raise SpreadsheetEmpty
    return filled[0], scans[filled[0]]


def content(rows: Iterable[Sequence[Raw]], last_row: int, found: Scan) -> SheetContent:
    """The rows that are not empty, of a sheet whose reader returns `rows` from the first to `last_row`."""
    return SheetContent(max(last_row, *found.marks, 0), _marked(rows, last_row, found), found.hidden)


def _marked(rows: Iterable[Sequence[Raw]], last_row: int, found: Scan) -> Iterator[SheetRow]:
    for number, cells in enumerate(rows, start=1):
        marks = found.marks.get(number, ())
        if any(cell != "" for cell in cells) or any(slug in _STANDS_FOR_SOMETHING for _, slug in marks):
            yield SheetRow(number, cells, sorted(marks))
    # Readers end with the last cell that has a value.
    for number, marks in sorted(found.marks.items()):
        if number > last_row and any(slug in _STANDS_FOR_SOMETHING for _, slug in marks):
            yield SheetRow(number, [], sorted(marks))


def _require_none_hidden(sheets: Sequence[Sheet]) -> None:
    """Hidden sheets are empty; programs that make workbooks leave such sheets. Raises VeryHiddenSheets, HiddenSheets.

    A sheet that is no table counts as one with content.
    """
    for visibility, fault in ((Visibility.VERY_HIDDEN, VeryHiddenSheets), (Visibility.HIDDEN, HiddenSheets)):
        hidden = [sheet for sheet in sheets if sheet.visibility is visibility]
        if count := sum(sheet.scan is None or not sheet.scan().is_empty for sheet in hidden):
            raise fault(count=count)
