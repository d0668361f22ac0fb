"""Reads a file in a process of its own, and hands its rows on a chunk at a time."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from services.registry.domain.roster_file_faults import FILE_FAULTS, SpreadsheetDamaged
from services.registry.domain.roster_files import RosterFileForm
from services.registry.usecases.spreadsheets.reader import FileRow

SECONDS_MAX: Final = 90
"""How long a file may take until its first rows come; a full one takes about three."""

_ROOT = Path(__file__).resolve().parents[4]
_PROGRAM = "services.registry.usecases.spreadsheets"


class Opened:
    """A file that is being read. `rows_total` is about right at first, and exact once all has been read.

    Its rows wait here, packed, so that reading goes on while the first of them are decided.
    """

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.rows_total = 0

    async def begin(self) -> None:
        """Return when there are rows to be had. Raises what is in roster_file_faults."""
        told = _unpacked(await self._frame())
        if "refusal" in told:
            raise FILE_FAULTS[told["refusal"]](**told["facts"])
        self.rows_total = told["about"]

    async def listen(self) -> None:
        """Take in what the process writes, until it says that it is done or is gone."""
        try:
            while True:
                frame = await self._frame()
                self._waiting.put_nowait(frame)
                if not frame:
                    return
        except SpreadsheetDamaged:
            self._waiting.put_nowait(None)

    async def chunks(self) -> AsyncIterator[list[FileRow]]:
        """The rows, as many at a time as are decided in one transaction. Raises SpreadsheetDamaged."""
        count = 0
        while (frame := await self._waiting.get()) != b"":
            if frame is None:
                raise SpreadsheetDamaged
            rows = [FileRow(*row) for row in _unpacked(frame)]
            count += len(rows)
            yield rows
        self.rows_total = count

    async def _frame(self) -> bytes:
        """The next frame; an empty one is the last. Raises SpreadsheetDamaged where the process is gone before it."""
        try:
            length = int.from_bytes(await self._stream.readexactly(4), "big")
            return await self._stream.readexactly(length)
        except asyncio.IncompleteReadError:
            raise SpreadsheetDamaged from None


@asynccontextmanager
async def opened(
    form: RosterFileForm, content: bytes, *, names_class: bool, table: str = "roster"
) -> AsyncGenerator[Opened]:
    """The file, with the columns of `table` in TABLES, being read while the context lasts.

    Raises what is in roster_file_faults, TimeoutError.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", _PROGRAM, form.value, str(len(content)), str(int(names_class)), table,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=_ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    listening: asyncio.Task[None] | None = None
    try:
        file = Opened(process.stdout)
        async with asyncio.timeout(SECONDS_MAX):
            await _give(process.stdin, content)
            await file.begin()
        listening = asyncio.create_task(file.listen())
        yield file
    finally:
        if listening is not None:
            listening.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def _give(stdin: asyncio.StreamWriter, content: bytes) -> None:
    # A process that died early is told by what it did not write.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(content)
        await stdin.drain()
        stdin.close()
        await stdin.wait_closed()


def _unpacked(frame: bytes) -> Any:
    return orjson.loads(zlib.decompress(frame))
