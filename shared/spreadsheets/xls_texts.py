"""The shared texts of an Excel 97 workbook, where xlrd would refuse the file for half a character.

They stand in records of at most 8,224 bytes, and a text goes on in the next where one is full: also between the two
halves of a rare character, which xlrd decodes one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Final

_HEADER_BYTES: Final = 8
"""Of the first record: how often texts are used, and how many there are."""
_WIDE: Final = 1
"""Two bytes for each unit of UTF-16; otherwise one."""
_PHONETIC: Final = 4
_FONTS: Final = 8
_FONT_BYTES: Final = 4

_TEXT = Struct("<HB")
_FONT_COUNT = Struct("<H")
_PHONETIC_BYTES = Struct("<I")


def shared_texts(records: Sequence[bytes], count: int) -> list[str]:
    """The texts in an SST record and the CONTINUE records after it ([MS-XLS] 2.4.265).

    Half a character becomes U+FFFD, so that only the rows that hold it are refused. Raises IndexError and struct.error
    if the records are too short.
    """
    reader = _Reader(records)
    return [reader.text() for _ in range(count)]


class _Reader:
    def __init__(self, records: Sequence[bytes]) -> None:
        self._records = records
        self._number = 0
        self._record = records[0]
        self._place = _HEADER_BYTES

    def text(self) -> str:
        """The next text."""
        # What is skipped may end in a later record.
        while self._place >= len(self._record):
            rest = self._place - len(self._record)
            self._next()
            self._place = rest
        units, options = self._field(_TEXT)
        skipped = 0
        if options & _FONTS:
            skipped += _FONT_BYTES * self._field(_FONT_COUNT)[0]
        if options & _PHONETIC:
            skipped += self._field(_PHONETIC_BYTES)[0]
        text = self._units(units, options)
        self._place += skipped
        return text

    def _units(self, count: int, options: int) -> str:
        found = self._taken(count, options)
        while len(found) < 2 * count:
            self._next()
            (options,) = self._record[:1]
            self._place = 1
            found += self._taken(count - len(found) // 2, options)
        return found.decode("utf-16-le", "replace")

    def _taken(self, count: int, options: int) -> bytes:
        """Units of UTF-16, as many as this record has of them."""
        size = 2 if options & _WIDE else 1
        count = min(count, (len(self._record) - self._place) // size)
        units = self._record[self._place : self._place + size * count]
        self._place += size * count
        return units if options & _WIDE else units.decode("latin-1").encode("utf-16-le")

    def _next(self) -> None:
        self._number += 1
        self._record = self._records[self._number]

    def _field(self, field: Struct) -> tuple[int, ...]:
        found = field.unpack_from(self._record, self._place)
        self._place += field.size
        return found
