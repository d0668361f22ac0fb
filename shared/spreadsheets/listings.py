"""Lists to take away: a heading in two languages and rows, as CSV or XLSX."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Final, NamedTuple

from xlsxwriter import Workbook

from shared.spreadsheets.failed_rows import harmless
from shared.spreadsheets.tables import SheetFormat
from shared.spreadsheets.templates import BYTE_ORDER_MARK

MEDIA_TYPES: Final = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Heading(NamedTuple):
    zh: str
    en: str


Cells = Sequence[str | int]


def listing(format_: SheetFormat, sheet: str, headings: Sequence[Heading], rows: Iterable[Cells]) -> bytes:
    """The file. Texts are kept as texts: no cell is calculated, rounded or made a date."""
    return _xlsx(sheet, headings, rows) if format_ is SheetFormat.XLSX else _csv(headings, rows)


def _csv(headings: Sequence[Heading], rows: Iterable[Cells]) -> bytes:
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow([f"{each.zh} {each.en}" for each in headings])
    for row in rows:
        writer.writerow([cell if isinstance(cell, int) else harmless(cell) for cell in row])
    return (BYTE_ORDER_MARK + lines.getvalue()).encode()


def _xlsx(sheet: str, headings: Sequence[Heading], rows: Iterable[Cells]) -> bytes:
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        head = workbook.add_format({"bold": True, "text_wrap": True})
        written = workbook.add_worksheet(sheet)
        for place, heading in enumerate(headings):
            written.set_column(place, place, 22)
            written.write_string(0, place, f"{heading.zh}\n{heading.en}", head)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int):
                    written.write_number(number, place, cell)
                else:
                    written.write_string(number, place, cell)
        written.freeze_panes(1, 0)
    return file.getvalue()
