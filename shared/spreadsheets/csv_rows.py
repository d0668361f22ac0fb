"""Rows of a CSV file in any of its usual encodings and separators; a broken row does not affect the others.

A quote opens only as the first character of a cell and closes only before a separator or the end of the line (RFC
4180, without guesses about a stray quote). A line with a quote elsewhere is a broken row by itself: two stray quotes
never join the lines between them into one row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from shared.spreadsheets.cell_faults import FormulaCell, MixedEncoding, QuoteNotClosed, UnreadableRow
from shared.spreadsheets.cells import unheld
from shared.spreadsheets.headings import SheetContent, SheetRow

_MARK = b"\xef\xbb\xbf"
_MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS: Final = (",", ";", "\t")
_NO_TEXT = re.compile("[\0\ufffd]")
"""The second takes the place of what could not be decoded here; one that is in the file belongs to its cell."""

LINES_A_CELL_MAX: Final = 20
"""Lines after which an open quote counts as a stray one."""

_INSIDE: Final = '[^"]*+(?:""[^"]*+)*+'


class _Record(NamedTuple):
    """The bytes of a row; `is_broken` if its quotes are misplaced."""

    content: bytes
    is_broken: bool = False


def found(content: bytes) -> SheetContent:
    """The rows of the file, without the empty ones."""
    if content.startswith(_MARKS_OF_UTF_16):
        content = _MARK + content.decode("utf-16", "replace").encode()
    has_mark = content.startswith(_MARK)
    body = content[len(_MARK) :] if has_mark else content
    main = "utf-8" if has_mark else _main_encoding(body)
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    named = _named_separator(next(filter(bytes.strip, lines), b""))
    if named is not None:
        # Excel hides this line, so the clerk counts from the next.
        del lines[: 1 + next(place for place, line in enumerate(lines) if line.strip())]
    head = next(filter(bytes.strip, lines), None)
    if head is None:
        return SheetContent(0, iter(()))
    separator = named or _separator(head)
    filled = [(number, each) for number, each in enumerate(_records(lines, separator), start=1) if each.content.strip()]
    return SheetContent(filled[-1][0], (_row(number, record, main, separator) for number, record in filled))


def _row(number: int, record: _Record, main: str, separator: str) -> SheetRow:
    text, fault = _decoded(record.content, main)
    if fault == UnreadableRow.slug or "\0" in text:
        text, fault = _NO_TEXT.sub("", text), fault or UnreadableRow.slug
    if record.is_broken:
        # The cells are returned as far as they can be separated.
        return SheetRow(number, text.replace('"', "").split(separator), [(None, QuoteNotClosed.slug)])
    cells = _Quotes.of(separator).cells(text) if '"' in text else text.split(separator)
    faults: list[tuple[int | None, str]] = [(None, fault)] if fault else []
    if "=" in text:
        cells = [unheld(cell) for cell in cells]
        faults += [(place, FormulaCell.slug) for place, cell in enumerate(cells) if cell.startswith("=")]
    return SheetRow(number, cells, faults)


def _decoded(content: bytes, main: str) -> tuple[str, str | None]:
    """The text, and a fault if its encoding differs from the file's."""
    encoding = _encoding(content)
    if encoding in (main, "ascii"):
        return content.decode(main), None
    if encoding is None:
        return content.decode(main, "replace"), UnreadableRow.slug
    return content.decode(encoding), MixedEncoding.slug


def _main_encoding(body: bytes) -> str:
    """The encoding of most rows that are not plain ASCII."""
    found = Counter(_encoding(line) for line in body.splitlines() if not line.isascii())
    return "gb18030" if found["gb18030"] > found["utf-8"] else "utf-8"


def _encoding(content: bytes) -> str | None:
    """The encoding of a row; None if it is not text.

    Two characters of GB18030 may be valid UTF-8, but only as letters of European and Near Eastern alphabets, which
    take two bytes; Chinese takes three. So two-byte letters alone are ambiguous if they are valid GB18030, too.
    """
    if content.isascii():
        return "ascii"
    as_utf8, as_gb = _try(content, "utf-8"), _try(content, "gb18030")
    if as_utf8 is not None and (as_gb is None or max(as_utf8) >= "\u0800"):
        return "utf-8"
    return "gb18030" if as_gb is not None else None


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _records(lines: Sequence[bytes], separator: str) -> Iterator[_Record]:
    """The rows' bytes. Neither encoding uses the bytes of quotes, separators or line ends inside a character."""
    quotes, place, width = _Quotes.of(separator), 0, 0
    while place < len(lines):
        content, count = lines[place], 1
        if b'"' in content:
            count = quotes.lines_of_record(lines, place, width)
            content = b"\n".join(lines[place : place + count]) if count else content
        if not width and content.strip():
            width = quotes.width_of(content)
        yield _Record(content, is_broken=count == 0)
        place += count or 1


def _named_separator(first: bytes) -> str | None:
    """The separator of a first line "sep=;", as Excel writes and hides it."""
    line = first.decode("ascii", "ignore").strip()
    return line[4:] if line[:4].casefold() == "sep=" and line[4:] in _SEPARATORS else None


def _separator(head: bytes) -> str:
    """The separator of the headings."""
    return max(_SEPARATORS, key=lambda each: head.count(each.encode()))


class _Quotes:
    """Quotes in a file with a given separator."""

    def __init__(self, separator: str) -> None:
        # Programs write ="…" so that Excel keeps a number as text.
        cell = f'(?:="[^"]*+"(?=[{separator}]|\\Z)|"{_INSIDE}"(?=[{separator}]|\\Z)|[^"{separator}]*+(?!"))'
        rest = f"(?:{separator}{cell})*+"
        self._separator = separator.encode()
        self._whole = _of_bytes(f"{cell}{rest}")
        self._opens = _of_bytes(f'(?:{cell}{rest}{separator})?+"{_INSIDE}')
        self._stays_open = _of_bytes(_INSIDE)
        self._closes = _of_bytes(f'{_INSIDE}"{rest}')
        self._closes_and_opens = _of_bytes(f'{_INSIDE}"{rest}{separator}"{_INSIDE}')
        self._cells = re.compile(f'{separator}(?:"({_INSIDE})"|([^{separator}]*+))')

    @staticmethod
    @cache
    def of(separator: str) -> _Quotes:
        return _Quotes(separator)

    def cells(self, record: str) -> list[str]:
        """The cells of a record that is not broken."""
        found = self._cells.finditer(f"{self._separator.decode()}{record}")
        return [each[2] if each[1] is None else each[1].replace('""', '"') for each in found]

    def lines_of_record(self, lines: Sequence[bytes], place: int, width: int) -> int:
        """How many lines, from `place` on, are one record of `width` cells (0: of any); 0 if the line is broken.

        A line that could be a row by itself is never read as the inside of a cell, and neither are lines that
        together would have a different number of cells from the headings: so no row absorbs another.
        """
        if self._whole.fullmatch(lines[place]):
            return 1
        if not self._opens.fullmatch(lines[place]):
            return 0
        for count, line in enumerate(lines[place + 1 : place + LINES_A_CELL_MAX], start=2):
            if width and line.count(self._separator) >= width - 1:
                return 0
            if self._closes.fullmatch(line):
                record = b"\n".join(lines[place : place + count])
                return count if width in (0, self.width_of(record)) else 0
            if not (self._stays_open.fullmatch(line) or self._closes_and_opens.fullmatch(line)):
                return 0
        return 0

    def width_of(self, record: bytes) -> int:
        """The number of cells of a record."""
        return len(self.cells(record.decode("latin-1")))


def _of_bytes(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())
