"""Where the records of a CSV file end, and what their cells are: RFC 4180, and no guess about a stray quote.

A quote opens only as the first character of a cell and closes only before a separator or the end of the line. A line
with a quote anywhere else is broken, and broken alone: two stray quotes never make one row of what stands between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

LINES_A_CELL_MAX: Final = 20
"""A quote that is still open after so many lines was never meant to be one."""

_INSIDE: Final = '[^"]*+(?:""[^"]*+)*+'


class Quotes:
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
    def of(separator: str) -> Quotes:
        return Quotes(separator)

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
