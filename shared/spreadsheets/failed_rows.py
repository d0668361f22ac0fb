"""The refused rows as a file that can be corrected and sent again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, RawIOBase, StringIO
from typing import Any, Final, NamedTuple, Protocol
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from shared.spreadsheets.sheet_scan import letters_of
from shared.spreadsheets.tables import REASON, SheetFormat, Table
from shared.spreadsheets.templates import BYTE_ORDER_MARK, xlsx

_SHEET: Final = "xl/worksheets/sheet1.xml"
_STYLE_OF_COLUMN = re.compile(rb'<col min="(\d+)" max="(\d+)"[^>]*? style="(\d+)"')
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Formulas, also those of East Asian systems; numbers that would lose zeros or last digits; dates; 1E5.
_TEMPTING = re.compile(r"[=+\-@＝＋－＠]|(?:0\d+|\d{12,}|\d{1,4}(?:[-/.]\d{1,4}){1,2}|\d+[Ee]\d+)$")
_CELL_LENGTH_MAX: Final = 32_767
"""The longest cell that Excel opens, in characters."""


class FailedRow(NamedTuple):
    """The cells of a row, by the columns' fields, and its errors."""

    cells: Mapping[str, str]
    errors: Sequence[Mapping[str, Any]]


class FailedRowsFile(Protocol):
    """A file that is produced piece by piece, so that it is never held in memory as a whole.

    `begin`, then `add` as often as needed, then `end` return its bytes.
    """

    def begin(self) -> bytes: ...
    def add(self, rows: Iterable[FailedRow]) -> bytes: ...
    def end(self) -> bytes: ...


def failed_rows_file(format_: SheetFormat, table: Table) -> FailedRowsFile:
    """The template, to be filled with rows and their errors in Chinese and English."""
    return _Xlsx(table) if format_ is SheetFormat.XLSX else _Csv(table)


def write(format_: SheetFormat, rows: Iterable[FailedRow], table: Table) -> bytes:
    """The whole file at once, for few rows."""
    made = failed_rows_file(format_, table)
    return made.begin() + made.add(rows) + made.end()


class _Csv:
    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self) -> bytes:
        return BYTE_ORDER_MARK.encode() + _csv([[*(column.zh for column in self._table.columns), *REASON]])

    def add(self, rows: Iterable[FailedRow]) -> bytes:
        return _csv([harmless(cell) for cell in _line(row, self._table)] for row in rows)

    def end(self) -> bytes:
        return b""


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    made = StringIO()
    csv.writer(made).writerows(lines)
    return made.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell protected from the spreadsheet: one that would be calculated, rounded or made a date begins with a
    tab, which is ignored when the file is sent again.
    """
    return f"\t{cell}" if _TEMPTING.match(cell) else cell


class _Xlsx:
    """Writes the rows into the template's own sheet, without a temporary file."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._made = _PieceBuffer()
        self._package = ZipFile(self._made, "w", ZIP_DEFLATED)
        self._next_row = 3

    def begin(self) -> bytes:
        with ZipFile(BytesIO(xlsx(self._table, with_reasons=True))) as template:
            for part in template.infolist():
                if part.filename != _SHEET:
                    self._package.writestr(part, template.read(part))
            content = template.read(_SHEET)
        self._styles = _styles(content)
        before, end, after = content.partition(b"</sheetData>")
        self._after = end + after
        self._sheet = self._package.open(_SHEET, "w")
        self._sheet.write(before)
        return self._made.taken()

    def add(self, rows: Iterable[FailedRow]) -> bytes:
        for row in rows:
            self._sheet.write(_row(self._next_row, _line(row, self._table), self._styles))
            self._next_row += 1
        return self._made.taken()

    def end(self) -> bytes:
        self._sheet.write(self._after)
        self._sheet.close()
        self._package.close()
        return self._made.taken()


class _PieceBuffer(RawIOBase):
    """The output of a zip archive, taken piece by piece while it is written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _styles(sheet: bytes) -> dict[int, str]:
    """The style of each column, from 0: without it the cells of a row would not be text."""
    return {
        place - 1: style.decode()
        for first, last, style in _STYLE_OF_COLUMN.findall(sheet)
        for place in range(int(first), int(last) + 1)
    }


def _row(number: int, line: Sequence[str], styles: Mapping[int, str]) -> bytes:
    cells = "".join(
        f'<c r="{letters_of(place)}{number}" s="{styles.get(place, "0")}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(_NOT_IN_XML.sub("", cell)[:_CELL_LENGTH_MAX])}</t></is></c>'
        for place, cell in enumerate(line)
        if cell
    )
    return f'<row r="{number}">{cells}</row>'.encode()


def _line(row: FailedRow, table: Table) -> list[str]:
    cells = [row.cells.get(column.field, "") for column in table.columns]
    return [*cells, _reason(row.errors, "_zh"), _reason(row.errors, "")]


def _reason(errors: Sequence[Mapping[str, Any]], language: str) -> str:
    return "\n".join(_sentence(error, language) for error in errors)


def _sentence(error: Mapping[str, Any], language: str) -> str:
    words = [str(error[name]) for name in (f"title{language}", f"cure{language}") if error.get(name)]
    column = error.get(f"column{language}")
    said = ("" if language else " ").join(words)
    return f"{column}：{said}" if column and language else f"{column}: {said}" if column else said
