"""What the reader of Excel 97 workbooks does not report: formulas, merged cells, hidden rows, and sheets of any kind.

The workbook is a stream of records: a kind, a length, and so many bytes ([MS-XLS] 2.1.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from struct import error as TooShort  # noqa: N812 - raised where a record ends before its fields do
from typing import Final, NamedTuple

from shared.spreadsheets import packages
from shared.spreadsheets.cell_faults import ErrorCell, FormulaCell
from shared.spreadsheets.file_faults import NotASpreadsheet, SpreadsheetDamaged, TooManyColumns
from shared.spreadsheets.sheet_choice import Visibility
from shared.spreadsheets.sheet_scan import COLUMNS_MAX, Scan

_BEGIN: Final = 0x0809
_END: Final = 0x000A
_ENCRYPTED: Final = 0x002F
_SHEET: Final = 0x0085
_ROW: Final = 0x0208
_FORMULA: Final = 0x0006
_BOOL_OR_ERROR: Final = 0x0205
_SEVERAL_NUMBERS: Final = 0x00BD
_MERGED: Final = 0x00E5
_VALUES: Final = frozenset({_FORMULA, _BOOL_OR_ERROR, _SEVERAL_NUMBERS, 0x0203, 0x0204, 0x027E, 0x00D6, 0x00FD})
"""Records of cells with a value: also a number, a text, a number in short, a text with fonts, a shared text."""

_EXCEL_97: Final = 0x0600
_VISIBILITIES: Final = (Visibility.VISIBLE, Visibility.HIDDEN, Visibility.VERY_HIDDEN)
_TABLE: Final = 0
_HIDDEN: Final = 0x20
_NO_NUMBER: Final = b"\xff\xff"
_ERROR: Final = 2

_HEAD = Struct("<HH")
_PLACE = Struct("<HH")
_NUMBER = Struct("<H")
_BOUNDS = Struct("<IBBBB")
_FLAGS_OF_ROW = Struct("<H10xI")
_RANGE = Struct("<HHHH")


class ListedSheet(NamedTuple):
    """A sheet in the workbook's list. Its records begin at `begins`; `is_table` unless it is a chart or macros."""

    name: str
    visibility: Visibility
    is_table: bool
    begins: int


class _Record(NamedTuple):
    """`begins` and `ends` are the places of its bytes, after its head."""

    kind: int
    begins: int
    ends: int


def sheets(stream: bytes) -> list[ListedSheet]:
    """The sheets of the workbook. Raises NotASpreadsheet if it is locked or older, SpreadsheetDamaged."""
    found = []
    try:
        for record in _records(stream, 0):
            if record.kind == _BEGIN and record.begins == _HEAD.size:
                _require_excel_97(stream, record)
            elif record.kind == _ENCRYPTED:
                raise _not_a_spreadsheet(packages.LOCKED_XLS)
            elif record.kind == _SHEET:
                found.append(_listed(stream, record))
    except (TooShort, IndexError):
        raise SpreadsheetDamaged from None
    return found


def scan(stream: bytes, begins: int) -> Scan:
    """The scan of the worksheet whose records begin there.

    Raises TooManyColumns, MergedEverywhere, SpreadsheetDamaged.
    """
    found = Scan()
    try:
        for record in _records(stream, begins):
            kind = record.kind
            if kind in _VALUES:
                found.is_empty = False
                _mark(found, stream, record)
            elif kind == _ROW:
                row, flags = _FLAGS_OF_ROW.unpack_from(stream, record.begins)
                if flags & _HIDDEN:
                    found.hidden.add(row + 1)
            elif kind == _MERGED:
                _mark_merged(found, stream[record.begins : record.ends])
    except (TooShort, IndexError):
        raise SpreadsheetDamaged from None
    return found


def _records(stream: bytes, place: int) -> Iterator[_Record]:
    """The records of the part of the stream that begins there, without those of parts inside it, such as charts.

    Raises SpreadsheetDamaged if the part has no end.
    """
    depth, size = 0, len(stream)
    while place + _HEAD.size <= size:
        kind, length = _HEAD.unpack_from(stream, place)
        begins = place + _HEAD.size
        place = begins + length
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        if depth == 1 and place <= size:
            yield _Record(kind, begins, place)
    raise SpreadsheetDamaged


def _require_excel_97(stream: bytes, record: _Record) -> None:
    (version,) = _NUMBER.unpack_from(stream, record.begins)
    if version != _EXCEL_97:
        raise _not_a_spreadsheet(packages.EXCEL_95)


def _not_a_spreadsheet(words: packages.Words) -> NotASpreadsheet:
    return NotASpreadsheet(form="xls", looks_like=words[0], looks_like_zh=words[1])


def _listed(stream: bytes, record: _Record) -> ListedSheet:
    begins, visibility, kind, length, is_wide = _BOUNDS.unpack_from(stream, record.begins)
    start = record.begins + _BOUNDS.size
    name = (
        stream[start : start + 2 * length].decode("utf-16-le", "replace")
        if is_wide & 1
        else stream[start : start + length].decode("latin-1")
    )
    return ListedSheet(name, _VISIBILITIES[visibility & 3], kind == _TABLE, begins)


def _mark(found: Scan, stream: bytes, record: _Record) -> None:
    row, column = _PLACE.unpack_from(stream, record.begins)
    last = column
    if record.kind == _SEVERAL_NUMBERS:
        (last,) = _NUMBER.unpack_from(stream, record.ends - _NUMBER.size)
    if max(column, last) >= COLUMNS_MAX:
        raise TooManyColumns(columns_max=COLUMNS_MAX)
    if record.kind == _FORMULA:
        found.mark(row + 1, column, FormulaCell.slug)
        # Eight bytes: a number, or what stands for a text, an error, …
        shown = stream[record.begins + 6 : record.begins + 14]
        if shown[6:] == _NO_NUMBER and shown[0] == _ERROR:
            found.mark(row + 1, column, ErrorCell.slug)
    elif record.kind == _BOOL_OR_ERROR and stream[record.begins + 7] == 1:
        found.mark(row + 1, column, ErrorCell.slug)


def _mark_merged(found: Scan, content: bytes) -> None:
    (count,) = _NUMBER.unpack_from(content)
    for number in range(count):
        top, bottom, left, right = _RANGE.unpack_from(content, _NUMBER.size + number * _RANGE.size)
        found.mark_merged(range(top + 1, bottom + 2), range(left, right + 1))
