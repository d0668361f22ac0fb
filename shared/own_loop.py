"""An event loop in a thread of its own, so that long work does not keep the first loop from answering.

Python's threads take turns every few milliseconds, but what runs in one event loop runs until it waits. A roster is
parsed, decided and written in steps of many milliseconds each; in a loop of their own, such steps hold up one another,
and a small request in the first loop by a few milliseconds only.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import uvicorn

SWITCH_SECONDS: Final = 0.001
"""The longest that the first loop waits for this one to let it run; a small request waits a dozen times."""

T = TypeVar("T")


class OwnLoop:
    """Runs coroutines in a loop of its own, which begins with the first of them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_running_here(self) -> bool:
        """Whether this is called from within the loop."""
        return self._loop is not None and asyncio.get_running_loop() is self._loop

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns or raises, run in this loop with the caller's context variables."""
        context = contextvars.copy_context()

        async def within() -> T:
            return await asyncio.get_running_loop().create_task(work(), context=context)

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(within(), self._begun()))

    def _begun(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            # The kind of loop that the server has.
            make = uvicorn.Config(app="", log_config=None, access_log=False).get_loop_factory()
            sys.setswitchinterval(SWITCH_SECONDS)
            self._loop = asyncio.new_event_loop() if make is None else make()
            self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
            self._thread.start()
        return self._loop

    async def close(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """End the loop after `last`, if it ever began."""
        if self._loop is None or self._thread is None:
            return
        loop, thread = self._loop, self._thread
        with contextlib.suppress(asyncio.CancelledError):
            await self.run(last)
        await self.run(loop.shutdown_default_executor)
        loop.call_soon_threadsafe(loop.stop)
        await asyncio.to_thread(thread.join)
        loop.close()
        self._loop = self._thread = None
