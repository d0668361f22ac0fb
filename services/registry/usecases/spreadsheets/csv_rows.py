"""The rows of a CSV file: whatever its encoding and separator, each by itself: a bad one spoils no other."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from services.registry.domain.roster_cell_faults import FormulaCell, MixedEncoding, QuoteNotClosed, UnreadableRow
from services.registry.usecases.spreadsheets.headings import Found, SheetRow

LINES_A_CELL_MAX: Final = 20
"""A quote that is still open after so many lines was never meant to be one."""

_MARK = b"\xef\xbb\xbf"
_SEPARATORS: Final = (",", ";", "\t")


class _Record(NamedTuple):
    """A row's bytes; `is_open` if its quote never closes."""

    content: bytes
    is_open: bool = False


def found(content: bytes) -> Found:
    """The rows of the file, without those that are empty."""
    has_mark = content.startswith(_MARK)
    body = content[len(_MARK) :] if has_mark else content
    main = "utf-8" if has_mark else _main_encoding(body)
    filled = [(number, record) for number, record in enumerate(_records(body), start=1) if record.content.strip()]
    told = _told_separator(filled[0][1].content) if filled else None
    if told is not None:
        # Excel hides this line, so the clerk counts from the next.
        filled = [(number - 1, record) for number, record in filled[1:]]
    if not filled:
        return Found(0, iter(()))
    separator = told or _separator(filled[0][1].content)
    return Found(filled[-1][0], (_row(number, record, main, separator) for number, record in filled))


def _row(number: int, record: _Record, main: str, separator: str) -> SheetRow:
    text, fault = _decoded(record.content, main)
    if record.is_open:
        # The cells are given back as well as they can be told apart.
        return SheetRow(number, text.replace('"', "").split(separator), [(None, QuoteNotClosed.slug)])
    if "\0" in text:
        text, fault = text.replace("\0", ""), fault or UnreadableRow.slug
    try:
        cells = next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return SheetRow(number, [], [(None, UnreadableRow.slug)])
    faults: list[tuple[int | None, str]] = [(None, fault)] if fault else []
    if "=" in text:
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


def _records(body: bytes) -> Iterator[_Record]:
    """The rows' bytes. Neither encoding uses the bytes of quotes, separators or line ends inside a character."""
    lines = iter(_Lines(body))
    for line in lines:
        record, count = line, 1
        while record.count(b'"') % 2 and count < LINES_A_CELL_MAX:
            following = lines.ahead(count)
            if following is None:
                break
            record, count = record + b"\n" + following, count + 1
        if record.count(b'"') % 2:
            yield _Record(line, is_open=True)
            continue
        lines.skip(count - 1)
        yield _Record(record)


class _Lines:
    """Lines by turns, with a look at those to come."""

    def __init__(self, body: bytes) -> None:
        self._lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._next = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> bytes:
        if self._next >= len(self._lines):
            raise StopIteration
        self._next += 1
        return self._lines[self._next - 1]

    def ahead(self, count: int) -> bytes | None:
        """The line `count` - 1 after the next."""
        place = self._next + count - 1
        return self._lines[place] if place < len(self._lines) else None

    def skip(self, count: int) -> None:
        self._next += count


def _told_separator(first: bytes) -> str | None:
    """The separator of a first line "sep=;", as Excel writes and hides it."""
    told = first.decode("ascii", "ignore").strip()
    return told[4:] if told[:4].casefold() == "sep=" and told[4:] in _SEPARATORS else None


def _separator(head: bytes) -> str:
    """What the headings are kept apart by."""
    return max(_SEPARATORS, key=lambda each: head.count(each.encode()))
