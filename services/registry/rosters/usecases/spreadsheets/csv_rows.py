"""The rows of a CSV file: whatever its encoding and separator, each by itself: a bad one spoils no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from services.registry.rosters.rules.cell_faults import FormulaCell, MixedEncoding, QuoteNotClosed, UnreadableRow
from services.registry.rosters.usecases.spreadsheets.cells import unheld
from services.registry.rosters.usecases.spreadsheets.csv_quotes import Quotes
from services.registry.rosters.usecases.spreadsheets.headings import Found, SheetRow

_MARK = b"\xef\xbb\xbf"
_MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS: Final = (",", ";", "\t")
_NO_TEXT = re.compile("[\0\ufffd]")
"""The second stands where a program before us could not read what it found."""


class _Record(NamedTuple):
    """A row's bytes; `is_broken` if its quotes stand where none can."""

    content: bytes
    is_broken: bool = False


def found(content: bytes) -> Found:
    """The rows of the file, without those that are empty."""
    if content.startswith(_MARKS_OF_UTF_16):
        content = _MARK + content.decode("utf-16", "replace").encode()
    has_mark = content.startswith(_MARK)
    body = content[len(_MARK) :] if has_mark else content
    main = "utf-8" if has_mark else _main_encoding(body)
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    told = _told_separator(next(filter(bytes.strip, lines), b""))
    if told is not None:
        # Excel hides this line, so the clerk counts from the next.
        del lines[: 1 + next(place for place, line in enumerate(lines) if line.strip())]
    head = next(filter(bytes.strip, lines), None)
    if head is None:
        return Found(0, iter(()))
    separator = told or _separator(head)
    filled = [(number, each) for number, each in enumerate(_records(lines, separator), start=1) if each.content.strip()]
    return Found(filled[-1][0], (_row(number, record, main, separator) for number, record in filled))


def _row(number: int, record: _Record, main: str, separator: str) -> SheetRow:
    text, fault = _decoded(record.content, main)
    if _NO_TEXT.search(text):
        text, fault = _NO_TEXT.sub("", text), fault or UnreadableRow.slug
    if record.is_broken:
        # The cells are given back as well as they can be told apart.
        return SheetRow(number, text.replace('"', "").split(separator), [(None, QuoteNotClosed.slug)])
    cells = Quotes.of(separator).cells(text) if '"' in text else text.split(separator)
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
    quotes, place, width = Quotes.of(separator), 0, 0
    while place < len(lines):
        content, count = lines[place], 1
        if b'"' in content:
            count = quotes.lines_of_record(lines, place, width)
            content = b"\n".join(lines[place : place + count]) if count else content
        if not width and content.strip():
            width = quotes.width_of(content)
        yield _Record(content, is_broken=count == 0)
        place += count or 1


def _told_separator(first: bytes) -> str | None:
    """The separator of a first line "sep=;", as Excel writes and hides it."""
    told = first.decode("ascii", "ignore").strip()
    return told[4:] if told[:4].casefold() == "sep=" and told[4:] in _SEPARATORS else None


def _separator(head: bytes) -> str:
    """What the headings are kept apart by."""
    return max(_SEPARATORS, key=lambda each: head.count(each.encode()))
