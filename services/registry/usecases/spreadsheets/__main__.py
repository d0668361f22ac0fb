"""The process that reads one file and ends: whatever a hostile or broken file does, it does it here.

    python -m services.registry.usecases.spreadsheets FORM BYTES NAMES_CLASS TABLE <file >frames

Memory and time are bounded by the system, so a file that bursts ends this process and nothing else. Frames are a
length of four bytes and as many of JSON, packed, because a whole file waits in the worker's memory until it is decided:
first a refusal or how many rows there are about, then the rows, a chunk at a time.
"""

from __future__ import annotations

import resource
import sys
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final

import orjson

from services.registry.domain.roster_files import CHUNK_ROWS, RosterFileForm
from services.registry.usecases.spreadsheets.columns import ROSTER, Table
from services.registry.usecases.spreadsheets.reader import FileRows, read
from services.registry.usecases.spreadsheets.tables import TABLES
from shared.kernel.refusals import Invalid

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Of address space, which is more than is used: a full roster takes about a quarter of it."""
SECONDS_MAX: Final = 60


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
    for frame in frames(RosterFileForm(form), content, names_class=names_class == "1", table=TABLES[table]):
        write(sys.stdout.buffer, zlib.compress(frame, 1))
    write(sys.stdout.buffer, b"")


def frames(form: RosterFileForm, content: bytes, *, names_class: bool, table: Table = ROSTER) -> Iterator[bytes]:
    """What there is to tell, as JSON: a refusal, or about how many rows there are and then the rows."""
    try:
        found = read(form, content, names_class=names_class, table=table)
    except Invalid as refusal:
        yield orjson.dumps({"refusal": refusal.slug, "facts": refusal.facts})
        return
    yield orjson.dumps({"about": found.about})
    yield from _chunks(found)


def _chunks(found: FileRows) -> Iterator[bytes]:
    while chunk := list(islice(found.rows, CHUNK_ROWS)):
        yield orjson.dumps([list(row) for row in chunk])


def write(out: BinaryIO, frame: bytes) -> None:
    """One frame; an empty one is the last."""
    out.write(len(frame).to_bytes(4, "big"))
    out.write(frame)
    out.flush()


if __name__ == "__main__":
    main()
