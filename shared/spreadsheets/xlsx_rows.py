"""The rows of an Excel workbook: read fast, and only after its inside has been looked over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from shared.spreadsheets import packages
from shared.spreadsheets.cell_faults import ErrorCell, FormulaCell
from shared.spreadsheets.file_faults import (
    HiddenSheets,
    NotASpreadsheet,
    SeveralSheets,
    SpreadsheetDamaged,
    SpreadsheetEmpty,
)
from shared.spreadsheets.headings import SheetContent, SheetRow
from shared.spreadsheets.sheet_scan import Scan, scan, verify

EXPLANATIONS: Final = "说明"
"""What the template's second sheet is called, which is not read."""

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_STANDS_FOR_SOMETHING = {FormulaCell.slug, ErrorCell.slug}
"""Marks of cells that the reader gives back as empty, and that are not."""


def found(content: bytes) -> SheetContent:
    """The rows of the one sheet that is filled in, without those that are empty.

    Raises SpreadsheetDamaged, TooManyRows, TooManyColumns, HiddenSheets, SeveralSheets, SpreadsheetEmpty,
    FormulasEverywhere, MergedEverywhere, NotASpreadsheet where it is locked; afterwards nothing.
    """
    try:
        with ZipFile(BytesIO(content)) as package:
            _verify_parts(package)
            workbook = CalamineWorkbook.from_filelike(BytesIO(content))
            name, marks = _chosen(workbook, package)
        sheet = workbook.get_sheet_by_name(name)
    except PasswordError:
        looks_like, looks_like_zh = packages.LOCKED
        raise NotASpreadsheet(form="xlsx", looks_like=looks_like, looks_like_zh=looks_like_zh) from None
    except (CalamineError, BadZipFile, KeyError, ValueError):
        # What these say may quote a cell.
        raise SpreadsheetDamaged from None
    last_row = sheet.end[0] + 1 if sheet.end else 0
    return SheetContent(max(last_row, *marks.marks, 0), _rows(sheet, marks), marks.hidden)


def _rows(sheet: CalamineSheet, found: Scan) -> Iterator[SheetRow]:
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for number, read in enumerate(sheet.iter_rows(), start=1):
        cells = left + read if left else read
        marks = found.marks.get(number, ())
        if any(cell != "" for cell in cells) or any(slug in _STANDS_FOR_SOMETHING for _, slug in marks):
            yield SheetRow(number, cells, sorted(marks))
    # The reader ends with the last cell that it found a value in.
    below = sheet.end[0] + 1 if sheet.end else 0
    for number, marks in sorted(found.marks.items()):
        if number > below and any(slug in _STANDS_FOR_SOMETHING for _, slug in marks):
            yield SheetRow(number, [], sorted(marks))


def _chosen(workbook: CalamineWorkbook, package: ZipFile) -> tuple[str, Scan]:
    """The one sheet that is filled in, by its name, and what its XML says of it."""
    sheets = workbook.sheets_metadata
    if hidden := sum(sheet.visible is not SheetVisibleEnum.Visible for sheet in sheets):
        raise HiddenSheets(count=hidden)
    parts = _parts(package)
    places = {sheet.name: place for place, sheet in enumerate(sheets, start=1)}
    names = [sheet.name for sheet in sheets if sheet.typ is SheetTypeEnum.WorkSheet and sheet.name in parts]
    scans = {name: scan(package, parts[name]) for name in names if name != EXPLANATIONS or len(names) == 1}
    filled = [name for name, found in scans.items() if not found.is_empty]
    if len(filled) > 1:
        raise SeveralSheets(sheets=[places[name] for name in filled])
    if not filled:
        raise SpreadsheetEmpty
    return filled[0], scans[filled[0]]


def _parts(package: ZipFile) -> dict[str, str]:
    """The part of the package that holds each sheet, by the sheet's name."""
    relations = {}
    for tag in _RELATION.findall(_text(package, "xl/_rels/workbook.xml.rels")):
        attributes = _attributes(tag)
        relations[attributes.get("Id", "")] = attributes.get("Target", "")
    found = {}
    for tag in _SHEET.findall(_text(package, "xl/workbook.xml")):
        attributes = _attributes(tag)
        relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        target = relations.get(relation, "").removeprefix("./")
        found[attributes.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    names = frozenset(package.namelist())
    return {name: part for name, part in found.items() if part in names}


def _text(package: ZipFile, part: str) -> str:
    return package.read(part).decode("utf-8", "replace")


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _verify_parts(package: ZipFile) -> None:
    # All but the sheets, which are looked at more closely when one is chosen.
    for part in package.namelist():
        if part.endswith((".xml", ".rels")) and not part.startswith("xl/worksheets/"):
            verify(package, part)
