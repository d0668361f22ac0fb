"""Templates to fill in: headings in two languages, lists of choices, text columns."""

from __future__ import annotations

import csv
from functools import cache
from io import BytesIO, StringIO
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shared.spreadsheets.sheet_choice import EXPLANATIONS
from shared.spreadsheets.tables import ROWS_MAX, Column, Kind, SheetFormat, Table

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it Excel reads a CSV file in the system's encoding."""

_EXPLAINED: Final = ("列 / column", "必填 / required", "填写内容", "what belongs there", "可选项 / choices")


def template(format_: SheetFormat, table: Table) -> bytes:
    """An empty file to fill in."""
    return xlsx(table) if format_ is SheetFormat.XLSX else csv_text(table).encode()


@cache
def xlsx(table: Table, *, with_reasons: bool = False) -> bytes:
    """An empty workbook to fill in. `with_reasons` adds the columns for the errors of failed rows, whose
    headings are marked as wrong cells are.
    """
    file = BytesIO()
    # In memory, so that no temporary files are left behind.
    with Workbook(file, {"in_memory": True}) as workbook:
        head = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        needed = workbook.add_format({"bold": True, "bg_color": "#FCE4D6", "border": 1, "text_wrap": True})
        sheet = workbook.add_worksheet(table.sheet)
        for place, column in enumerate(table.columns):
            _lay_out(workbook, sheet, place, column, needed if column.is_required else head)
        if with_reasons:
            marked = workbook.add_format({"bold": True, "bg_color": "#FFC7CE", "border": 1, "num_format": "@"})
            _lay_out_reasons(sheet, len(table.columns), marked)
        sheet.freeze_panes(2, 0)
        _explain(workbook.add_worksheet(EXPLANATIONS), table, head)
    return file.getvalue()


@cache
def csv_text(table: Table) -> str:
    """The headings only: CSV has no lists of choices and no text columns."""
    lines = StringIO()
    csv.writer(lines).writerow([column.zh for column in table.columns])
    return BYTE_ORDER_MARK + lines.getvalue()


def _lay_out(workbook: Workbook, sheet: Worksheet, place: int, column: Column, head: Format) -> None:
    # "@" is the text format: what is typed stays unchanged.
    as_typed = workbook.add_format({"num_format": "yyyy-mm-dd" if column.kind is Kind.DATE else "@"})
    sheet.set_column(place, place, column.width, as_typed)
    sheet.write_string(0, place, column.zh, head)
    sheet.write_string(1, place, column.en, head)
    sheet.write_comment(0, place, f"{column.expected_zh}\n{column.expected_en}", {"x_scale": 2})
    if rule := _rule(column):
        sheet.data_validation(2, place, ROWS_MAX + 1, place, rule)


def _rule(column: Column) -> dict[str, Any] | None:
    if column.kind is Kind.CHOICE:
        return {"validate": "list", "source": list(column.choices), "error_message": column.expected_zh[:255]}
    return None


def _lay_out_reasons(sheet: Worksheet, place: int, head: Format) -> None:
    for number, (zh, en) in enumerate((("原因", "原因"), ("reason", "reason"))):
        sheet.set_column(place + number, place + number, 60)
        sheet.write_string(0, place + number, zh, head)
        sheet.write_string(1, place + number, en, head)


def _explain(sheet: Worksheet, table: Table, head: Format) -> None:
    rules = (
        f"请只在“{table.sheet}”工作表中填写，从第3行开始，每名{table.row_zh}一行；不要合并单元格，不要使用公式。",
        (
            f"Fill in the sheet {table.sheet} from row 3 on, one row for each {table.row_en}; "
            "merge no cells and use no formulas."
        ),
    )
    for number, rule in enumerate(rules):
        sheet.write_string(number, 0, rule)
    first = len(rules) + 1
    sheet.write_row(first, 0, _EXPLAINED, head)
    for number, column in enumerate(table.columns, start=first + 1):
        needed = "是 / yes" if column.is_required else "否 / no"
        choices = "、".join(column.choices)
        words = (f"{column.zh} / {column.en}", needed, column.expected_zh, column.expected_en, choices)
        sheet.write_row(number, 0, words)
    sheet.set_column(0, 0, 28)
    sheet.set_column(2, 3, 50)
    sheet.set_column(4, 4, 40)
