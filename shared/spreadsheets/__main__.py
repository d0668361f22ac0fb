"""The process that reads one file: it contains whatever a hostile or broken file does.

    python -m shared.spreadsheets <request >frames

A request is a line of JSON (`ReadingRequest`), then the file. Memory and time are bounded by the system, so a file that
expands too much ends this process only. Its output is compressed, because a whole file waits in the worker's
memory until it is decided: first the approximate number of rows, then the rows, a chunk at a time; or a refusal.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Final

import orjson

from shared.kernel.refusals import Invalid
from shared.spreadsheets.file_faults import SpreadsheetTooLarge
from shared.spreadsheets.file_rows import FileRows
from shared.spreadsheets.frames import LAST, ReadingRequest, pack
from shared.spreadsheets.reader import read

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Bytes of address space, which is more than the memory used: a full roster takes about a quarter of it."""
SECONDS_MAX: Final = 20
"""Seconds of CPU time; a full roster takes about five."""
OUTPUT_BYTES_MAX: Final = 192 * 1024 * 1024
"""Bytes of JSON for all rows together; a full roster with every column filled has about half of it."""


def main() -> None:
    """Read standard input, write frames to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    request = ReadingRequest.parsed(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    if len(content) != request.size:
        # The parent process has ended.
        sys.exit(1)
    try:
        for frame in frames(request, content):
            sys.stdout.buffer.write(frame)
            sys.stdout.buffer.flush()
    except MemoryError:
        # As the system ends a process that can no longer raise an error.
        os.abort()


def frames(request: ReadingRequest, content: bytes, *, output_bytes_max: int = OUTPUT_BYTES_MAX) -> Iterator[bytes]:
    """The answer: the approximate number of rows and then the rows, or a refusal.

    Only SpreadsheetTooLarge can follow the first rows.
    """
    try:
        rows = read(request.format, content, request.table)
        yield pack(orjson.dumps({"about": rows.about, "hidden": rows.hidden}))
        yield from _chunks(rows, request.chunk_rows, output_bytes_max)
    except Invalid as refusal:
        yield pack(orjson.dumps({"refusal": refusal.slug, "facts": refusal.facts}))
    yield LAST


def _chunks(rows: FileRows, chunk_rows: int, bytes_left: int) -> Iterator[bytes]:
    while chunk := list(islice(rows.rows, chunk_rows)):
        content = orjson.dumps([list(row) for row in chunk])
        bytes_left -= len(content)
        if bytes_left < 0:
            raise SpreadsheetTooLarge
        yield pack(content)


if __name__ == "__main__":
    main()
