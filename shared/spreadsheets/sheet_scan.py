"""What the fast reader does not report of a worksheet's XML: formulas, errors, merged cells, and its extent.

The XML is searched in pieces and never held as a whole. A piece without any of the patterns is not parsed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from zipfile import BadZipFile, ZipFile

from shared.spreadsheets.cell_faults import ErrorCell, FormulaCell, MergedCell
from shared.spreadsheets.file_faults import (
    FormulasEverywhere,
    MergedEverywhere,
    SpreadsheetDamaged,
    TooManyColumns,
    TooManyRows,
)
from shared.spreadsheets.tables import ROWS_MAX

COLUMNS_MAX: Final = 60

_PIECE_BYTES: Final = 1 << 20
_KEPT_BYTES: Final = 1 << 16
"""Bytes of a piece that are read again with the next one, because a tag may be cut at its end."""
_LAST_ROW: Final = ROWS_MAX + 10
"""With titles, empty rows and headings above the rows."""
_MERGED_MAX: Final = 2 * ROWS_MAX
"""The maximum of merged cells that are listed one by one: two columns of a full roster."""

# Every pattern is anchored at "<", ends before the next "<", and never backtracks: the time
# is linear in the length of the sheet, whatever it contains.
_NAME = rb"<(?:[A-Za-z0-9_]+:)?"
_ROW = re.compile(_NAME + rb"""row\s(?:[^<>]*?\s)?r=["'](\d+)["']""")
_OPENED_ROW = re.compile(_NAME + rb"row(\s[^<>]*+)")
_HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']""")
_FULL_CELL = re.compile(_NAME + rb"""c\s(?>(?:[^<>]*?\s)?r=["']([A-Z]{1,3})(\d{1,7})["'])[^<>]*+(?<!/)>""")
_FORMULA = re.compile(_NAME + rb"""c(\s[^<>]*+)?(?<!/)>\s*+""" + _NAME + rb"""f[\s/>]""")
_ERROR = re.compile(_NAME + rb"""c((?>\s[^<>]*?\bt=["']e["'])[^<>]*+)>""")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_MERGED = re.compile(_NAME + rb"""mergeCell\s(?:[^<>]*?\s)?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_FORMULA_SIGN = re.compile(rb"<(?:[A-Za-z0-9_]+:)?f[\s/>]")
_VALUE_SIGN = re.compile(rb"<(?:[A-Za-z0-9_]+:)?(?:v|is|t)[\s>]")


@dataclass
class Scan:
    """Columns (from 0) by row (from 1) and by what they contain. `is_empty` if no cell of the sheet has a value.

    `merged` counts the merged cells; `hidden` are the rows hidden by a filter or by hand.
    """

    marks: dict[int, set[tuple[int, str]]] = field(default_factory=dict)
    merged: int = 0
    hidden: set[int] = field(default_factory=set)
    is_empty: bool = True

    def mark(self, row: int, column: int, fault: str) -> None:
        self.marks.setdefault(row, set()).add((column, fault))

    def mark_merged(self, rows: range, columns: range) -> None:
        """Mark the cells of a merged range as far as the sheet may reach. Raises MergedEverywhere."""
        rows = range(rows.start, min(rows.stop, _LAST_ROW + 1))
        columns = range(columns.start, min(columns.stop, COLUMNS_MAX + 1))
        self.merged += len(rows) * len(columns)
        if self.merged > _MERGED_MAX:
            raise MergedEverywhere
        for row in rows:
            for column in columns:
                self.mark(row, column, MergedCell.slug)


def scan(package: ZipFile, part: str) -> Scan:
    """The scan of the worksheet in `part`.

    Raises TooManyRows, TooManyColumns, FormulasEverywhere, MergedEverywhere, SpreadsheetDamaged.

    Everything is unpacked and checked against its declared size and checksum, so that a file with false ones
    is refused.
    """
    found = Scan()
    for piece in _pieces(package, part):
        _check_reach(piece)
        if found.is_empty and _VALUE_SIGN.search(piece):
            found.is_empty = False
        if _FORMULA_SIGN.search(piece):
            _mark(found, _FORMULA, piece, FormulaCell.slug)
        if b't="e"' in piece or b"t='e'" in piece:
            _mark(found, _ERROR, piece, ErrorCell.slug)
        if b"hidden=" in piece:
            found.hidden.update(row for row in map(int, _hidden(piece)) if row <= _LAST_ROW)
        if b"mergeCell" in piece:
            _mark_merged(found, piece)
    return found


def verify(package: ZipFile, part: str) -> None:
    """Unpack and discard `part`, to check its declared length. Raises SpreadsheetDamaged."""
    for _ in _pieces(package, part):
        pass


def number_of(letters: str) -> int:
    """The number of a column from its letters: "A" is 0, "AA" is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def letters_of(number: int) -> str:
    """The letters of column `number`, from 0, as shown above the sheet."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _pieces(package: ZipFile, part: str) -> Iterator[bytes]:
    """The part's content in pieces, each beginning with the end of the previous one."""
    kept = b""
    try:
        with package.open(part) as content:
            while read := content.read(_PIECE_BYTES):
                piece = kept + read
                yield piece
                cut = piece.rfind(b"</", max(0, len(piece) - _KEPT_BYTES))
                kept = piece[cut:] if cut >= 0 else piece[-_KEPT_BYTES:]
    except (KeyError, BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise SpreadsheetDamaged from None


def _check_reach(piece: bytes) -> None:
    # The fast reader allocates a table from the first to the last filled cell, so the extent is checked first.
    # The last row of a piece is its highest, unless a hostile file has unordered rows, so all are read.
    rows = max(map(int, _ROW.findall(piece)), default=0)
    if rows > _LAST_ROW:
        for match in _FULL_CELL.finditer(piece):
            if int(match[2]) > _LAST_ROW:
                raise TooManyRows(rows_max=ROWS_MAX)
    for letters in set(_COLUMN_LETTERS.findall(piece)):
        if number_of(letters.decode()) >= COLUMNS_MAX:
            _refuse_wide(piece)
            break


_COLUMN_LETTERS = re.compile(rb"""\br=["']([A-Z]{2,3})\d""")
"""Matches columns after the 26th: almost no roster has any, which makes the search cheap."""


def _refuse_wide(piece: bytes) -> None:
    # Cells that only have a colour or a border are normal.
    for match in _FULL_CELL.finditer(piece):
        if number_of(match[1].decode()) >= COLUMNS_MAX:
            raise TooManyColumns(columns_max=COLUMNS_MAX)


def _mark(found: Scan, pattern: re.Pattern[bytes], piece: bytes, fault: str) -> None:
    for match in pattern.finditer(piece):
        place = _PLACE.search(match[1] or b"")
        if place is None:
            raise FormulasEverywhere
        found.mark(int(place[2]), number_of(place[1].decode()), fault)


def _hidden(piece: bytes) -> Iterator[bytes]:
    for match in _OPENED_ROW.finditer(piece):
        if _HIDDEN.search(match[1]) and (row := _ROW.match(match[0])):
            yield row[1]


def _mark_merged(found: Scan, piece: bytes) -> None:
    for match in _MERGED.finditer(piece):
        first, last = number_of(match[1].decode()), number_of(match[3].decode())
        found.mark_merged(range(int(match[2]), int(match[4]) + 1), range(first, last + 1))
