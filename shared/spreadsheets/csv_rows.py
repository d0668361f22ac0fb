"""The rows of a CSV file: whatever its encoding and separator, each by itself: a bad one spoils no other.

A quote opens only as the first character of a cell and closes only before a separator or the end of the line (RFC
4180, and no guess about a stray quote). A line with a quote anywhere else is broken, and broken alone: two stray quotes
never make one row of what stands between.
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
"""The second stands where a program before us could not read what it found."""

LINES_A_CELL_MAX: Final = 20
"""A quote that is still open after so many lines was never meant to be one."""

_INSIDE: Final = '[^"]*+(?:""[^"]*+)*+'


class _Record(NamedTuple):
    """A row's bytes; `is_broken` if its quotes stand where none can."""

    content: bytes
    is_broken: bool = False


def found(content: bytes) -> SheetContent:
    """The rows of the file, without those that are empty."""
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
    if _NO_TEXT.search(text):
        text, fault = _NO_TEXT.sub("", text), fault or UnreadableRow.slug
    if record.is_broken:
        # The cells are given back as far as they can be separated.
        return SheetRow(number, text.replace('"', "").split(separator), [(None, QuoteNotClosed.slug)])
    cells = _Quotes.of(separator).cells(text) if '"' in text else text.split(separator)
    faults: list[tuple[int | None, str]] = [(None, fault)] if fault else []
    if "=" in text:
        cells = [unheld(cell) for cell in cells]
        faults += [(place, FormulaCell.slug) for place, cell in enumerate(cells) if cell.startswith("=")]
    return SheetRow(number, cells, faults)


def _decoded(content: bytes, main: str) -> tuple[str, str | None]:
    """The text, and the fault if it is written in another encoding than the file's."""
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
    """How a row is written; None if it is no text.

    Two characters of GB18030 may pass for UTF-8, but then for letters of European and Near Eastern alphabets, which
    two bytes hold there; Chinese takes three. So two-byte letters alone decide nothing where GB18030 reads them too.
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
    """What the headings are kept apart by."""
    return max(_SEPARATORS, key=lambda each: head.count(each.encode()))


class _Quotes:
    """The quotes of a file whose cells are kept apart by one separator."""

    def __init__(self, separator: str) -> None:
        # ="…" is what programs write so that Excel keeps a number as text.
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

        A line that could be a row by itself is never taken for the inside of a cell, and neither are lines that
        together would have other cells than the headings: so no row takes over what belongs to another.
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
        """How many cells a record has."""
        return len(self.cells(record.decode("latin-1")))


def _of_bytes(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())
