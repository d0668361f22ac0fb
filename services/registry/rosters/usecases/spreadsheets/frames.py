"""The frames in which the process that reads a file hands its rows to the worker: a length, and packed JSON."""

from __future__ import annotations

import zlib
from typing import Any, Final

import orjson

from services.registry.rosters.rules.file_faults import SpreadsheetTooLarge

LENGTH_BYTES: Final = 4
CONTENT_BYTES_MAX: Final = 8 * 1024 * 1024
"""Of JSON. A chunk of a full roster has a tenth of it; shared texts can make much more out of a small file."""

LAST: Final = (0).to_bytes(LENGTH_BYTES, "big")
"""An empty frame: nothing more comes."""


def framed(content: bytes) -> bytes:
    """`content` as one frame. Raises SpreadsheetTooLarge."""
    if len(content) > CONTENT_BYTES_MAX:
        raise SpreadsheetTooLarge
    packed = zlib.compress(content, 1)
    return len(packed).to_bytes(LENGTH_BYTES, "big") + packed


def unpacked(packed: bytes) -> Any:
    """What a frame holds. Raises SpreadsheetTooLarge before more is unpacked than a frame may hold."""
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, CONTENT_BYTES_MAX)
    if unpacking.unconsumed_tail:
        raise SpreadsheetTooLarge
    return orjson.loads(content)
