"""Reads files in separate processes, a few at a time, and returns their rows a chunk at a time."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from shared.kernel.refusals import Refusal
from shared.spreadsheets.file_faults import FILE_FAULTS, SpreadsheetDamaged, SpreadsheetTooLarge
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.frames import CONTENT_BYTES_MAX, LENGTH_BYTES, ReadingRequest, unpack
from shared.spreadsheets.tables import FileFormat, Table
from shared.turns import Turns

CHUNK_ROWS: Final = 1_000
"""Rows that are passed on, decided and stored together."""
PROCESSES_MAX: Final = 2
"""Files that a worker reads at the same time; each takes a processor and up to a quarter of a gigabyte."""
SECONDS_MAX: Final = 90
"""Seconds until the first rows of a file must arrive; a full one takes about three."""

_AT_ONCE_BYTES: Final = 256 * 1024
"""Bytes up to which a frame is unpacked at once; a longer one in a thread, so that requests are answered meanwhile."""
_TOO_MUCH: Final = frozenset({-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT})
"""Exit codes of a process that exceeded its time or memory."""

_ROOT = Path(__file__).resolve().parents[2]
# Whoever waits for an answer to a small question goes first, also where there are as many readers as processors.
_COMMAND: Final = ("nice", "-n", "10", sys.executable, "-m", "shared.spreadsheets")


class OpenFile:
    """A file that is being read. `rows_total` is approximate at first, and exact once everything has been read;
    `rows_hidden` of them are not seen in the sheet.

    Its rows wait here, compressed, so that reading continues while the first of them are decided.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._waiting: asyncio.Queue[bytes | Refusal] = asyncio.Queue()
        self.rows_total = 0
        self.rows_hidden = 0

    async def begin(self) -> None:
        """Return when the first rows are available. Raises the refusals of file_faults."""
        counts = await _decoded(await self._frame())
        self.rows_total, self.rows_hidden = counts["about"], counts["hidden"]

    async def listen(self) -> None:
        """Receive the output of the process until it is done or has ended."""
        try:
            while frame := await self._frame():
                self._waiting.put_nowait(frame)
            self._waiting.put_nowait(b"")
        except Refusal as refusal:
            self._waiting.put_nowait(refusal)

    async def chunks(self) -> AsyncIterator[list[FileRow]]:
        """The rows, in chunks of the requested size.

        Raises SpreadsheetDamaged and SpreadsheetTooLarge, also after the first rows.
        """
        count = 0
        while (frame := await self._waiting.get()) != b"":
            if isinstance(frame, Refusal):
                raise frame
            rows = [FileRow(*row) for row in await _decoded(frame)]
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


class ReaderPool:
    """Starts the processes that read files: at most as many at a time as there are `places`, callers in turn.

    One for each service process, and one for its worker, which reads one file at a time.
    """

    def __init__(self, places: Turns | None = None, *, command: Sequence[str] = _COMMAND) -> None:
        self._places = places or Turns("files", places=PROCESSES_MAX, waiting_max=100, wait_seconds=SECONDS_MAX)
        self._command = tuple(command)

    @asynccontextmanager
    async def open(
        self,
        format_: FileFormat,
        content: bytes,
        table: Table,
        *,
        chunk_rows: int = CHUNK_ROWS,
        caller: Hashable = None,
    ) -> AsyncGenerator[OpenFile]:
        """The file, being read by the columns of `table` while the context lasts.

        Raises Busy, the refusals of file_faults, TimeoutError.
        """
        request = ReadingRequest(format_, table, len(content), chunk_rows)
        async with self._places.place(caller), self._process() as process:
            file = OpenFile(process)
            async with asyncio.timeout(SECONDS_MAX):
                assert process.stdin is not None
                await _send(process.stdin, request.serialised(), content)
                del content
                await file.begin()
            listening = asyncio.create_task(file.listen())
            try:
                yield file
            finally:
                listening.cancel()

    @asynccontextmanager
    async def _process(self) -> AsyncGenerator[asyncio.subprocess.Process]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, cwd=_ROOT
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()


async def _send(stdin: asyncio.StreamWriter, *parts: bytes) -> None:
    # A process that died early is noticed by its missing output.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for part in parts:
            stdin.write(part)
        await stdin.drain()
        stdin.close()
        await stdin.wait_closed()


async def _decoded(frame: bytes) -> Any:
    """The content of a frame. Raises the refusal in it, and SpreadsheetTooLarge."""
    message = unpack(frame) if len(frame) <= _AT_ONCE_BYTES else await asyncio.to_thread(unpack, frame)
    if isinstance(message, dict) and "refusal" in message:
        raise FILE_FAULTS[message["refusal"]](**message["facts"])
    return message
