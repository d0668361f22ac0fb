"""The rows that were refused, as a file that can be mended and posted again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from services.registry.domain.roster_files import RosterFileForm
from services.registry.usecases.spreadsheets.columns import REASON, ROSTER, Table
from services.registry.usecases.spreadsheets.sheet_scan import letters_of
from services.registry.usecases.spreadsheets.templates import BYTE_ORDER_MARK, xlsx

_SHEET: Final = "xl/worksheets/sheet1.xml"
_STYLE_OF_COLUMN = re.compile(rb'<col min="(\d+)" max="(\d+)"[^>]*? style="(\d+)"')
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL_LENGTH_MAX: Final = 32_767
"""Excel opens no cell that is longer."""


class FailedRow(NamedTuple):
    """What stood in the row, by the columns' fields, and what is wrong with it."""

    cells: Mapping[str, str]
    errors: Sequence[Mapping[str, Any]]


def write(form: RosterFileForm, rows: Iterable[FailedRow], table: Table = ROSTER) -> bytes:
    """The template with `rows` in it, and for each what is wrong, in Chinese and English."""
    return _xlsx(rows, table) if form is RosterFileForm.XLSX else _csv(rows, table)


def _csv(rows: Iterable[FailedRow], table: Table) -> bytes:
    lines = StringIO()
    lines.write(BYTE_ORDER_MARK)
    writer = csv.writer(lines)
    writer.writerow([*(column.zh for column in table.columns), *REASON])
    for row in rows:
        writer.writerow([_harmless(cell) for cell in _line(row, table)])
    return lines.getvalue().encode()


def _harmless(cell: str) -> str:
    # A spreadsheet would work out a cell that begins so. The tab stops it, and is not read when the file comes back.
    return f"\t{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def _xlsx(rows: Iterable[FailedRow], table: Table) -> bytes:
    """The rows are put into the template's own sheet, a row at a time, and never into a file in between."""
    made = BytesIO()
    with ZipFile(BytesIO(xlsx(table, with_reasons=True))) as template, ZipFile(made, "w", ZIP_DEFLATED) as package:
        for part in template.infolist():
            content = template.read(part)
            if part.filename != _SHEET:
                package.writestr(part, content)
                continue
            styles = _styles(content)
            before, end, after = content.partition(b"</sheetData>")
            with package.open(_SHEET, "w") as sheet:
                sheet.write(before)
                for number, row in enumerate(rows, start=3):
                    sheet.write(_row(number, _line(row, table), styles))
                sheet.write(end + after)
    return made.getvalue()


def _styles(sheet: bytes) -> dict[int, str]:
    """The style of each column, from 0: the cells of a row need to name it, or they would not be text."""
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
    # A sentence speaks of its facts by name, as in `seats`; here they are put in.
    said = re.sub("`([a-z_]+)`", lambda match: _fact(error, match[1]), said)
    return f"{column}：{said}" if column and language else f"{column}: {said}" if column else said


def _fact(error: Mapping[str, Any], name: str) -> str:
    value = error.get(name, name)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
