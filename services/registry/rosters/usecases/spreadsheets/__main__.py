"""The process that reads one file and ends: whatever a hostile or broken file does, it does it here.

    python -m services.registry.rosters.usecases.spreadsheets FORM BYTES NAMES_CLASS TABLE <file >frames

Memory and time are bounded by the system, so a file that bursts ends this process and nothing else. What it tells is
packed, because a whole file waits in the worker's memory until it is decided: first how many rows there are about, then
the rows, a chunk at a time; or a refusal.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from pkgutil import resolve_name
from typing import Final

import orjson

from services.registry.rosters.rules.file_faults import SpreadsheetTooLarge
from services.registry.rosters.rules.files import CHUNK_ROWS, RosterFileForm
from services.registry.rosters.usecases.spreadsheets.columns import ROSTER, Table
from services.registry.rosters.usecases.spreadsheets.frames import LAST, framed
from services.registry.rosters.usecases.spreadsheets.reader import FileRows, read
from shared.kernel.refusals import Invalid

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Of address space, which is more than is used: a full roster takes about a quarter of it."""
SECONDS_MAX: Final = 20
"""Of computing; a full roster takes about five."""
OUTPUT_BYTES_MAX: Final = 192 * 1024 * 1024
"""Of JSON, for all rows together; a full roster with every column filled has about half of it."""


def main() -> None:
    """Read standard input, write frames to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    form, size, names_class, table = sys.argv[1:]
    content = sys.stdin.buffer.read()
    if len(content) != int(size):
        # Whoever started this is gone.
        sys.exit(1)
    try:
        for frame in frames(RosterFileForm(form), content, names_class=names_class == "1", table=resolve_name(table)):
            sys.stdout.buffer.write(frame)
            sys.stdout.buffer.flush()
    except MemoryError:
        # As the system ends a process in which no error can be raised any more.
        os.abort()


def frames(form: RosterFileForm, content: bytes, *, names_class: bool, table: Table = ROSTER) -> Iterator[bytes]:
    """What there is to tell: about how many rows there are and then the rows, or a refusal.

    Only that it is too large may turn out behind the first rows.
    """
    try:
        found = read(form, content, names_class=names_class, table=table)
        yield framed(orjson.dumps({"about": found.about, "hidden": found.hidden}))
        yield from _chunks(found)
    except Invalid as refusal:
        yield framed(orjson.dumps({"refusal": refusal.slug, "facts": refusal.facts}))
    yield LAST


def _chunks(found: FileRows) -> Iterator[bytes]:
    left = OUTPUT_BYTES_MAX
    while chunk := list(islice(found.rows, CHUNK_ROWS)):
        content = orjson.dumps([list(row) for row in chunk])
        left -= len(content)
        if left < 0:
            raise SpreadsheetTooLarge
        yield framed(content)


if __name__ == "__main__":
    main()
