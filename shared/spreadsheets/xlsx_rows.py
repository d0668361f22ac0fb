"""Rows of an Excel workbook: scanned first, then read by a fast reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
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
    VeryHiddenSheets,
)
from shared.spreadsheets.headings import SheetContent, SheetRow
from shared.spreadsheets.sheet_scan import Scan, scan, verify

EXPLANATIONS: Final = "说明"
"""The name of the template's second sheet, which is not read."""

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_STANDS_FOR_SOMETHING = {FormulaCell.slug, ErrorCell.slug}
"""Kinds of cells that the reader returns as empty although they are not."""


def found(content: bytes) -> SheetContent:
    """The rows of the one sheet with content, without the empty ones.

    Raises SpreadsheetDamaged, TooManyRows, TooManyColumns, HiddenSheets, VeryHiddenSheets, SeveralSheets,
    SpreadsheetEmpty, FormulasEverywhere, MergedEverywhere, NotASpreadsheet if it is locked; all before the first row.
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
        # The texts of these errors may quote a cell.
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
    # The reader ends with the last cell that has a value.
    below = sheet.end[0] + 1 if sheet.end else 0
    for number, marks in sorted(found.marks.items()):
        if number > below and any(slug in _STANDS_FOR_SOMETHING for _, slug in marks):
            yield SheetRow(number, [], sorted(marks))


def _chosen(workbook: CalamineWorkbook, package: ZipFile) -> tuple[str, Scan]:
    """The name and the scan of the one sheet with content."""
    sheets, parts = workbook.sheets_metadata, _parts(package)
    _require_none_hidden(sheets, parts, package)
    places = {sheet.name: place for place, sheet in enumerate(sheets, start=1)}
    visible = [sheet for sheet in sheets if sheet.visible is SheetVisibleEnum.Visible]
    names = [sheet.name for sheet in visible if sheet.typ is SheetTypeEnum.WorkSheet and sheet.name in parts]
    scans = {name: scan(package, parts[name]) for name in names if name != EXPLANATIONS or len(names) == 1}
    filled = [name for name, found in scans.items() if not found.is_empty]
    if len(filled) > 1:
        raise SeveralSheets(sheets=[places[name] for name in filled])
    if not filled:
        raise SpreadsheetEmpty
    return filled[0], scans[filled[0]]


def _require_none_hidden(sheets: Sequence[SheetMetadata], parts: Mapping[str, str], package: ZipFile) -> None:
    """Hidden sheets are empty; programs that make workbooks leave such sheets. Raises VeryHiddenSheets, HiddenSheets.

    A sheet that is no table, such as a chart, counts as one with content.
    """
    for visible, fault in ((SheetVisibleEnum.VeryHidden, VeryHiddenSheets), (SheetVisibleEnum.Hidden, HiddenSheets)):
        hidden = [sheet for sheet in sheets if sheet.visible is visible]
        tables = [sheet.name for sheet in hidden if sheet.typ is SheetTypeEnum.WorkSheet and sheet.name in parts]
        if count := len(hidden) - sum(scan(package, parts[name]).is_empty for name in tables):
            raise fault(count=count)


def _parts(package: ZipFile) -> dict[str, str]:
    """The package parts of the sheets, by sheet name."""
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
    # All parts but the sheets, which are scanned when one is chosen.
    for part in package.namelist():
        if part.endswith((".xml", ".rels")) and not part.startswith("xl/worksheets/"):
            verify(package, part)
