"""The protocol between a service and the process that reads a file: a request, then frames of compressed JSON."""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from shared.spreadsheets.file_faults import SpreadsheetTooLarge
from shared.spreadsheets.tables import FileFormat, Table

LENGTH_BYTES: Final = 4
CONTENT_BYTES_MAX: Final = 8 * 1024 * 1024
"""Bytes of JSON. A chunk of a full roster has a tenth of it; shared strings can expand a small file much more."""

LAST: Final = (0).to_bytes(LENGTH_BYTES, "big")
"""An empty frame: the end."""


@dataclass(frozen=True)
class ReadingRequest:
    """What to read: a file of `size` bytes by the columns of `table`, answered `chunk_rows` rows at a time.

    The table travels as data, so that the process needs to import nothing of the service that owns it.
    """

    format: FileFormat
    table: Table
    size: int
    chunk_rows: int

    def serialised(self) -> bytes:
        """One line of JSON."""
        return orjson.dumps(asdict(self)) + b"\n"

    @classmethod
    def parsed(cls, line: bytes) -> ReadingRequest:
        """The request in a `line` of `serialised`."""
        fields = orjson.loads(line)
        return cls(FileFormat(fields["format"]), Table.of(fields["table"]), fields["size"], fields["chunk_rows"])


def pack(content: bytes) -> bytes:
    """`content` as one frame. Raises SpreadsheetTooLarge."""
    if len(content) > CONTENT_BYTES_MAX:
        raise SpreadsheetTooLarge
    packed = zlib.compress(content, 1)
    return len(packed).to_bytes(LENGTH_BYTES, "big") + packed


def unpack(packed: bytes) -> Any:
    """The content of a frame. Raises SpreadsheetTooLarge before more is unpacked than a frame may contain."""
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, CONTENT_BYTES_MAX)
    if unpacking.unconsumed_tail:
        raise SpreadsheetTooLarge
    return orjson.loads(content)
