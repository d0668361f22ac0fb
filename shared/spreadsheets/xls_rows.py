"""Rows of an Excel 97 workbook (.xls): scanned first, then read by xlrd.

xlrd trusts a file and may fail anywhere in a broken one, with any error. It never runs what is in it: formulas are not
computed, macros and links not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from functools import partial
from io import StringIO
from struct import error as TooShort  # noqa: N812 - raised where the file ends before what it announces
from struct import unpack_from
from typing import Any, Final

import xlrd
from xlrd.biffh import XL_CONTINUE, XL_WORKBOOK_GLOBALS
from xlrd.book import Book
from xlrd.compdoc import CompDoc, CompDocError
from xlrd.xldate import xldate_as_datetime

from shared.spreadsheets import packages, sheet_choice, xls_scan
from shared.spreadsheets.cells import Raw
from shared.spreadsheets.file_faults import NotASpreadsheet, SpreadsheetDamaged
from shared.spreadsheets.headings import SheetContent
from shared.spreadsheets.sheet_choice import Sheet
from shared.spreadsheets.xls_texts import shared_texts

_BROKEN: Final = (
    xlrd.XLRDError, CompDocError, TooShort, ValueError, LookupError, ArithmeticError, AssertionError, TypeError,
    AttributeError, RecursionError,
)  # fmt: skip
_STREAM: Final = "Workbook"


class _Nowhere(StringIO):
    """xlrd prints warnings to standard output, where the frames of the reading process go."""

    def write(self, text: str, /) -> int:
        return len(text)


class _Workbook(Book):  # type: ignore[misc]  # has no types
    """xlrd's workbook, as `xlrd.open_workbook` opens one of Excel 97, but for its shared texts."""

    def __init__(self, stream: bytes) -> None:
        super().__init__()
        self.biff2_8_load(file_contents=stream, logfile=_Nowhere(), on_demand=True, ragged_rows=True)
        self.biff_version = self.getbof(XL_WORKBOOK_GLOBALS)
        self.parse_globals()
        self._sheet_list = [None] * len(self._sheet_names)

    def handle_sst(self, data: bytes) -> None:
        """Called where the shared texts begin; they end before the first record of another kind."""
        records = [data]
        while (record := self.get_record_parts_conditional(XL_CONTINUE))[0] is not None:
            records.append(record[2])
        (count,) = unpack_from("<I", data, 4)
        self._sharedstrings = shared_texts(records, count)


def found(content: bytes) -> SheetContent:
    """The rows of the one sheet with content, without the empty ones.

    Raises SpreadsheetDamaged, TooManyColumns, HiddenSheets, VeryHiddenSheets, SeveralSheets, SpreadsheetEmpty,
    MergedEverywhere, NotASpreadsheet if it is locked or older; all before the first row.
    """
    stream = _stream(content)
    listed = xls_scan.sheets(stream)
    sheets = [
        Sheet(each.name, each.visibility, partial(xls_scan.scan, stream, each.begins) if each.is_table else None)
        for each in listed
    ]
    place, scan = sheet_choice.chosen(sheets)
    try:
        book = _Workbook(stream)
        # xlrd counts tables only.
        sheet = book.get_sheet(sum(each.is_table for each in listed[:place]))
    except _BROKEN:
        # The texts of these errors may quote a cell.
        raise SpreadsheetDamaged from None
    return sheet_choice.content(_rows(sheet, book.datemode), sheet.nrows, scan)


def _stream(content: bytes) -> bytes:
    """The records of the workbook, out of the file system that the file is."""
    try:
        # Some programs write tables of sectors that overlap; Excel reads the workbook in them, and so does xlrd.
        files = CompDoc(content, logfile=_Nowhere(), ignore_workbook_corruption=True)
        held_in, begins, length = files.locate_named_stream(_STREAM)
    except _BROKEN:
        raise SpreadsheetDamaged from None
    if held_in is None:
        # The stream belongs to a workbook inside another document.
        looks_like, looks_like_zh = packages.UNKNOWN
        raise NotASpreadsheet(form="xls", looks_like=looks_like, looks_like_zh=looks_like_zh)
    return bytes(held_in[begins : begins + length])


def _rows(sheet: Any, datemode: int) -> Iterator[list[Raw]]:
    for row in range(sheet.nrows):
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        yield [_value(kind, value, datemode) for kind, value in zip(kinds, values, strict=True)]


def _value(kind: int, value: Any, datemode: int) -> Raw:
    match kind:
        case xlrd.XL_CELL_TEXT:
            return str(value)
        case xlrd.XL_CELL_NUMBER:
            return float(value)
        case xlrd.XL_CELL_DATE:
            return _moment(float(value), datemode)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(value)
    return ""


def _moment(value: float, datemode: int) -> Raw:
    """A number that the sheet shows as a date or time; the number itself if there is no such date."""
    try:
        moment: datetime = xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError):
        return value
    if value < 0:
        return value
    if value < 1:
        return moment.time()
    return moment.date() if moment.time() == time() else moment
