"""Rows of an Excel workbook: scanned first, then read by a fast reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
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

from shared.spreadsheets import packages, sheet_choice, sheet_scan
from shared.spreadsheets.cells import Raw
from shared.spreadsheets.file_faults import NotASpreadsheet, SpreadsheetDamaged
from shared.spreadsheets.headings import SheetContent
from shared.spreadsheets.sheet_choice import Sheet, Visibility

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
# The reader's enumeration has no hash.
_VISIBILITIES: Final = (
    (SheetVisibleEnum.Hidden, Visibility.HIDDEN),
    (SheetVisibleEnum.VeryHidden, Visibility.VERY_HIDDEN),
)


def found(content: bytes) -> SheetContent:
    """The rows of the one sheet with content, without the empty ones.

    Raises SpreadsheetDamaged, TooManyRows, TooManyColumns, HiddenSheets, VeryHiddenSheets, SeveralSheets,
    SpreadsheetEmpty, FormulasEverywhere, MergedEverywhere, NotASpreadsheet if it is locked; all before the first row.
    """
    try:
        with ZipFile(BytesIO(content)) as package:
            _verify_parts(package)
            workbook = CalamineWorkbook.from_filelike(BytesIO(content))
            sheets = _sheets(workbook, package)
            place, scan = sheet_choice.chosen(sheets)
        sheet = workbook.get_sheet_by_name(sheets[place].name)
    except PasswordError:
        looks_like, looks_like_zh = packages.LOCKED
        raise NotASpreadsheet(form="xlsx", looks_like=looks_like, looks_like_zh=looks_like_zh) from None
    except (CalamineError, BadZipFile, KeyError, ValueError):
        # The texts of these errors may quote a cell.
        raise SpreadsheetDamaged from None
    return sheet_choice.content(_rows(sheet), sheet.end[0] + 1 if sheet.end else 0, scan)


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[Raw]]:
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for read in sheet.iter_rows():
        yield left + read if left else read


def _sheets(workbook: CalamineWorkbook, package: ZipFile) -> list[Sheet]:
    parts = _parts(package)
    return [
        Sheet(
            each.name,
            next((ours for theirs, ours in _VISIBILITIES if each.visible == theirs), Visibility.VISIBLE),
            partial(sheet_scan.scan, package, parts[each.name])
            if each.typ is SheetTypeEnum.WorkSheet and each.name in parts
            else None,
        )
        for each in workbook.sheets_metadata
    ]


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
            sheet_scan.verify(package, part)
