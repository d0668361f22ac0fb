"""Workbooks and CSV files as clerks make them, well and badly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlwt
from xlrd.compdoc import CompDoc
from xlsxwriter import Workbook
from xlwt.CompoundDoc import XlsDoc

from tests.registry.school import trainee

HEADINGS = ("班级编号", "学员编号", "姓名", "证件号码", "手机号")
FULL = (*HEADINGS, "就业状态", "同意日期")
"""All that a subsidised class asks for."""


def line(number: int, **changes: Any) -> list[Any]:
    """The cells of an invented trainee under HEADINGS."""
    row = trainee(number)
    usual = {"班级编号": "2025-001", "学员编号": row["local_id"], "姓名": row["name"], "手机号": f"139{number:08d}"}
    usual["证件号码"] = row["document_number"]
    return [(usual | changes)[heading] for heading in HEADINGS]


def full_line(number: int, **changes: Any) -> list[Any]:
    """The same under FULL."""
    usual = {"就业状态": "在职", "同意日期": "2025-01-02"}
    return [*line(number, **changes), *((usual | changes)[heading] for heading in FULL[len(HEADINGS) :])]


def workbook(
    *lines: Sequence[Any],
    headings: Sequence[Any] | None = HEADINGS,
    sheet: str = "Sheet1",
    finish: Callable[[Workbook, Any], None] | None = None,
) -> bytes:
    """A workbook of one sheet; `finish` does to it what else is to be done."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for number, cells in enumerate([headings, *lines] if headings else lines):
            page.write_row(number, 0, cells)
        if finish is not None:
            finish(book, page)
    return file.getvalue()


def workbook_97(
    *lines: Sequence[Any],
    headings: Sequence[Any] | None = HEADINGS,
    sheet: str = "Sheet1",
    finish: Callable[[xlwt.Workbook, Any], None] | None = None,
) -> bytes:
    """The same as an Excel 97 workbook (.xls)."""
    book = xlwt.Workbook()
    page = book.add_sheet(sheet, cell_overwrite_ok=True)
    for row, cells in enumerate([headings, *lines] if headings else lines):
        for column, cell in enumerate(cells):
            if cell != "":
                page.write(row, column, cell)
    if finish is not None:
        finish(book, page)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def rewritten_97(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with its records changed."""
    held_in, begins, length = CompDoc(content).locate_named_stream("Workbook")
    file = BytesIO()
    XlsDoc().save(file, change(held_in[begins : begins + length]))
    return file.getvalue()


def csv_file(*lines: Sequence[Any], headings: Sequence[str] = HEADINGS, separator: str = ",") -> str:
    return "".join(separator.join(map(str, cells)) + "\r\n" for cells in (headings, *lines))


def zipped(**parts: bytes) -> bytes:
    """A zip archive; "__" in a name stands for "/", "_" for "."."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_", "."), content)
    return file.getvalue()


def rewritten(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    file = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(file, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(before.read(name)) if name == part else before.read(name))
    return file.getvalue()
