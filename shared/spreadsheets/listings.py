"""Lists to take away: a heading in two languages and rows, as CSV or XLSX."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
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
    """In Chinese and English, or a code alone in place of the English."""

    zh: str
    en: str

    def text(self, between: str) -> str:
        return between.join(filter(None, self))


Cells = Sequence[str | int]


class Sheet(NamedTuple):
    name: str
    headings: Sequence[Heading]
    rows: Iterable[Cells]


def listing(format_: SheetFormat, sheet: str, headings: Sequence[Heading], rows: Iterable[Cells]) -> bytes:
    """The file. Texts are kept as texts: no cell is calculated, rounded or made a date."""
    return workbook(format_, Sheet(sheet, headings, rows))


def workbook(format_: SheetFormat, first: Sheet, *beside: Sheet, created: datetime | None = None) -> bytes:
    """The same of several sheets; CSV has room for the first one only.

    With the time at which it was `created`, the same sheets are the same bytes; by default that is now.
    """
    return _xlsx((first, *beside), created) if format_ is SheetFormat.XLSX else _csv(first)


def _csv(sheet: Sheet) -> bytes:
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow([each.text(" ") for each in sheet.headings])
    for row in sheet.rows:
        writer.writerow([cell if isinstance(cell, int) else harmless(cell) for cell in row])
    return (BYTE_ORDER_MARK + lines.getvalue()).encode()


def _xlsx(sheets: Sequence[Sheet], created: datetime | None) -> bytes:
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        if created is not None:
            book.set_properties({"created": created})
        head = book.add_format({"bold": True, "text_wrap": True})
        for sheet in sheets:
            written = book.add_worksheet(sheet.name)
            for place, heading in enumerate(sheet.headings):
                written.set_column(place, place, 22)
                written.write_string(0, place, heading.text("\n"), head)
            for number, row in enumerate(sheet.rows, 1):
                for place, cell in enumerate(row):
                    if isinstance(cell, int):
                        written.write_number(number, place, cell)
                    else:
                        written.write_string(number, place, cell)
            written.freeze_panes(1, 0)
    return file.getvalue()
