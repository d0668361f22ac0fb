"""The refused rows as a file that can be corrected and sent again."""

from __future__ import annotations

import csv
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from io import BytesIO, RawIOBase, StringIO
from typing import Any, Final, NamedTuple, Protocol
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from shared.spreadsheets.sheet_scan import letters_of
from shared.spreadsheets.tables import REASON, SheetFormat, Table
from shared.spreadsheets.templates import BYTE_ORDER_MARK, xlsx

_SHEET: Final = "xl/worksheets/sheet1.xml"
_COMMENTS: Final = "xl/comments1.xml"
_SHAPES: Final = "xl/drawings/vmlDrawing1.vml"
COMMENTS_MAX: Final = 900
"""Cells that get a comment: the numbers of their shapes are one block of 1,024, and headings have some. Others are
marked, and the reasons stand at the end of each row."""
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
                if part.filename not in (_SHEET, _COMMENTS, _SHAPES):
                    self._package.writestr(part, template.read(part))
            content = template.read(_SHEET)
            self._comments = _Comments(template.read(_COMMENTS).decode(), template.read(_SHAPES).decode())
        self._styles = _styles(content)
        self._marked = _style_of_cell(content, f"{letters_of(len(self._table.columns))}1")
        before, end, after = content.partition(b"</sheetData>")
        self._after = end + after
        self._sheet = self._package.open(_SHEET, "w")
        self._sheet.write(before)
        return self._made.taken()

    def add(self, rows: Iterable[FailedRow]) -> bytes:
        for row in rows:
            wrong = _wrong_cells(row, self._table)
            styles = self._styles | dict.fromkeys(wrong, self._marked)
            self._sheet.write(_row(self._next_row, _line(row, self._table), styles, shown=wrong))
            self._comments.add(self._next_row, wrong)
            self._next_row += 1
        return self._made.taken()

    def end(self) -> bytes:
        self._sheet.write(self._after)
        self._sheet.close()
        self._package.writestr(_COMMENTS, self._comments.texts())
        self._package.writestr(_SHAPES, self._comments.shapes())
        self._package.close()
        return self._made.taken()


class _Comments:
    """The template's comments on its headings, and those on wrong cells: their texts, and the shapes that show them."""

    def __init__(self, texts: str, shapes: str) -> None:
        self._texts, self._texts_end = _before(texts, "</commentList>")
        self._shapes, self._shapes_end = _before(shapes, "</xml>")
        self._first_shape = 1025 + texts.count("<comment ")
        self._count = 0
        self._added_texts: list[str] = []
        self._added_shapes: list[str] = []

    def add(self, row: int, words: Mapping[int, str]) -> None:
        """Comment cells of `row`, from 1, by their columns, from 0; after COMMENTS_MAX no more."""
        for place, text in sorted(words.items())[: COMMENTS_MAX - self._count]:
            self._added_texts.append(
                f'<comment ref="{letters_of(place)}{row}" authorId="0"><text><t xml:space="preserve">'
                f"{escape(_NOT_IN_XML.sub('', text))}</t></text></comment>"
            )
            self._added_shapes.append(_shape(self._first_shape + self._count, row - 1, place))
            self._count += 1

    def texts(self) -> str:
        return self._texts + "".join(self._added_texts) + self._texts_end

    def shapes(self) -> str:
        return self._shapes + "".join(self._added_shapes) + self._shapes_end


def _before(text: str, end: str) -> tuple[str, str]:
    """`text` divided before the last `end`."""
    at = text.rindex(end)
    return text[:at], text[at:]


def _shape(number: int, row: int, column: int) -> str:
    """A hidden note beside a cell; `row` and `column` are from 0."""
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;width:240pt;height:80pt;'
        'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
        f"<x:SizeWithCells/><x:Anchor>{column + 1}, 15, {row}, 2, {column + 4}, 15, {row + 5}, 2</x:Anchor>"
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


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


def _style_of_cell(sheet: bytes, cell: str) -> str:
    found = re.search(rf'<c r="{cell}" s="(\d+)"'.encode(), sheet)
    assert found is not None, "the template has headings for the reasons"
    return found[1].decode()


def _wrong_cells(row: FailedRow, table: Table) -> dict[int, str]:
    """What is wrong with each cell, in both languages, by its column from 0."""
    places = {column.field: place for place, column in enumerate(table.columns)}
    words: dict[int, list[str]] = {}
    for error in row.errors:
        column = table.column_of(str(error.get("pointer", "")))
        if column is not None and column.field in places:
            said = words.setdefault(places[column.field], [])
            said += [_words(error, "_zh"), _words(error, "")]
    return {place: "\n".join(filter(None, said)) for place, said in words.items()}


def _row(number: int, line: Sequence[str], styles: Mapping[int, str], *, shown: Container[int] = ()) -> bytes:
    """The cells of a row; of the empty ones, those in `shown` alone."""
    cells = "".join(
        f'<c r="{letters_of(place)}{number}" s="{styles.get(place, "0")}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(_NOT_IN_XML.sub("", cell)[:_CELL_LENGTH_MAX])}</t></is></c>'
        for place, cell in enumerate(line)
        if cell or place in shown
    )
    return f'<row r="{number}">{cells}</row>'.encode()


def _line(row: FailedRow, table: Table) -> list[str]:
    cells = [row.cells.get(column.field, "") for column in table.columns]
    return [*cells, _reason(row.errors, "_zh"), _reason(row.errors, "")]


def _reason(errors: Sequence[Mapping[str, Any]], language: str) -> str:
    return "\n".join(_sentence(error, language) for error in errors)


def _sentence(error: Mapping[str, Any], language: str) -> str:
    column, said = error.get(f"column{language}"), _words(error, language)
    return f"{column}：{said}" if column and language else f"{column}: {said}" if column else said


def _words(error: Mapping[str, Any], language: str) -> str:
    words = [str(error[name]) for name in (f"title{language}", f"cure{language}") if error.get(name)]
    return ("" if language else " ").join(words)
