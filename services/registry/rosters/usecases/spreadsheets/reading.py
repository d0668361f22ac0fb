"""Reads a file in a process of its own, and hands its rows on a chunk at a time."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from services.registry.rosters.rules.file_faults import FILE_FAULTS, SpreadsheetDamaged, SpreadsheetTooLarge
from services.registry.rosters.rules.files import RosterFileForm
from services.registry.rosters.usecases.spreadsheets.frames import CONTENT_BYTES_MAX, LENGTH_BYTES, unpacked
from services.registry.rosters.usecases.spreadsheets.reader import FileRow
from shared.kernel.refusals import Refusal

SECONDS_MAX: Final = 90
"""How long a file may take until its first rows come; a full one takes about three."""

_IN_PASSING_BYTES: Final = 256 * 1024
"""A frame up to so long is unpacked at once; a longer one in a thread, so that requests are answered meanwhile."""
_TOO_MUCH: Final = frozenset({-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT})
"""How a process ends that takes more time or memory than it may."""

_ROOT = Path(__file__).resolve().parents[5]
_COMMAND: Final = (sys.executable, "-m", "services.registry.rosters.usecases.spreadsheets")


_ROSTER: Final = "services.registry.rosters.usecases.spreadsheets.columns:ROSTER"


class Opened:
    """A file that is being read. `rows_total` is about right at first, and exact once all has been read;
    `rows_hidden` of them are not seen in the sheet.

    Its rows wait here, packed, so that reading goes on while the first of them are decided.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._waiting: asyncio.Queue[bytes | Refusal] = asyncio.Queue()
        self.rows_total = 0
        self.rows_hidden = 0

    async def begin(self) -> None:
        """Return when there are rows to be had. Raises what is in roster_file_faults."""
        told = await _told(await self._frame())
        self.rows_total, self.rows_hidden = told["about"], told["hidden"]

    async def listen(self) -> None:
        """Take in what the process writes, until it says that it is done or is gone."""
        try:
            while frame := await self._frame():
                self._waiting.put_nowait(frame)
            self._waiting.put_nowait(b"")
        except Refusal as refusal:
            self._waiting.put_nowait(refusal)

    async def chunks(self) -> AsyncIterator[list[FileRow]]:
        """The rows, as many at a time as are decided in one transaction.

        Raises SpreadsheetDamaged and SpreadsheetTooLarge, also behind the first rows.
        """
        count = 0
        while (frame := await self._waiting.get()) != b"":
            if isinstance(frame, Refusal):
                raise frame
            rows = [FileRow(*row) for row in await _told(frame)]
            count += len(rows)
            yield rows
        self.rows_total = count

    async def _frame(self) -> bytes:
        """The next frame; an empty one is the last. Raises SpreadsheetDamaged, SpreadsheetTooLarge."""
        assert self._process.stdout is not None
        try:
            length = int.from_bytes(await self._process.stdout.readexactly(LENGTH_BYTES), "big")
            if length > CONTENT_BYTES_MAX:
                raise SpreadsheetTooLarge
            return await self._process.stdout.readexactly(length)
        except asyncio.IncompleteReadError:
            pass
        raise SpreadsheetTooLarge if await self._process.wait() in _TOO_MUCH else SpreadsheetDamaged


@asynccontextmanager
async def opened(
    form: RosterFileForm, content: bytes, *, names_class: bool, table: str = _ROSTER
) -> AsyncGenerator[Opened]:
    """The file, with the columns of `table` ("module:NAME"), being read while the context lasts.

    Raises what is in roster_file_faults, TimeoutError.
    """
    process = await asyncio.create_subprocess_exec(
        *_COMMAND, form.value, str(len(content)), str(int(names_class)), table,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, cwd=_ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    listening: asyncio.Task[None] | None = None
    try:
        file = Opened(process)
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


async def _told(frame: bytes) -> Any:
    """What a frame says. Raises the refusal that it tells, and SpreadsheetTooLarge."""
    told = unpacked(frame) if len(frame) <= _IN_PASSING_BYTES else await asyncio.to_thread(unpacked, frame)
    if isinstance(told, dict) and "refusal" in told:
        raise FILE_FAULTS[told["refusal"]](**told["facts"])
    return told
