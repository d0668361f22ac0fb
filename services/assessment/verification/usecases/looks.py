"""Who looked, written in batches beside the requests, so that no answer to the public waits for a commit.

Looks wait in the memory of an HTTP process for about a second. A process that is asked to end writes them first; one
that is killed loses those that wait. An answer does not depend on them, and a revocation shows without them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from services.assessment.verification.store import Look
from shared.kernel.ids import new_id

log = structlog.get_logger()

WRITE_SECONDS: Final = 1.0
BATCH_MAX: Final = 1_000
WAITING_MAX: Final = 10_000
"""Looks that wait; whoever comes then waits until they are written."""

Write = Callable[[Sequence[Look]], Awaitable[None]]


class Looks:
    """Looks that wait to be written. Used by one event loop."""

    def __init__(self, write: Write, *, waiting_max: int = WAITING_MAX) -> None:
        self._write = write
        self._waiting_max = waiting_max
        self._waiting: list[Look] = []
        self._batch: list[Look] = []
        """What is being written, or is written again because nobody knows whether it arrived."""
        self._writing = asyncio.Lock()

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._batch)

    async def keep(self, look: Look) -> None:
        """Take `look`; if too many wait already, after these are written. Raises the errors of the database then."""
        if self.waiting >= self._waiting_max:
            await self.write()
        self._waiting.append(look)

    async def write(self) -> None:
        """Write all that wait; a look that could not be written goes on waiting. Raises the errors of the database."""
        async with self._writing:
            while self._batch or self._waiting:
                if not self._batch:
                    # Ids are given here, so that their order is that of writing: a list that goes on after an id
                    # misses none.
                    self._batch = [look._replace(id=new_id()) for look in self._waiting[:BATCH_MAX]]
                    del self._waiting[:BATCH_MAX]
                await self._write(self._batch)
                self._batch = []

    @asynccontextmanager
    async def written_beside(self) -> AsyncGenerator[None]:
        """Write what waits again and again while the context lasts, and once more at its end."""
        ended = asyncio.Event()

        async def work() -> None:
            while not ended.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), WRITE_SECONDS)
                await self._try_to_write()

        # It is asked to end and not cancelled, so that the batch on its way arrives.
        task = asyncio.create_task(work())
        try:
            yield
        finally:
            ended.set()
            await task
            await self._try_to_write()

    async def _try_to_write(self) -> None:
        try:
            await self.write()
        except Exception as error:  # noqa: BLE001
            # Whatever it was, the looks wait for the next time.
            log.warning("looks.unwritten", error=type(error).__name__, waiting=self.waiting)
