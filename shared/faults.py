"""Which errors pass by themselves, how long to wait for them, and the loop of all work that goes on for ever."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

_PASSING_STATES = ("08", "53", "57", "58", "40", "55P03")
"""SQLSTATE classes: connection, resources, operator intervention, system, rollback (deadlock), lock not available."""


LOCK_NOT_AVAILABLE: Final = "55P03"


def state_of(error: BaseException) -> str | None:
    """The SQLSTATE of a database's error. Statements given to the bare driver raise its own, others SQLAlchemy's."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return None if state is None else str(state)


def is_passing(error: BaseException) -> bool:
    """True if trying again later may help: the network, the broker or the database, not the event."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        state = getattr(error.orig, "sqlstate", None)
        return state is None or state.startswith(_PASSING_STATES)
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "08").startswith(_PASSING_STATES)
    return isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError)


class Backoff:
    """Waits longer after each failure in a row, up to five seconds, and says so once per state."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._failures = 0

    async def wait(self, error: BaseException) -> None:
        """Return when it is time for another attempt. Raises CancelledError in a task that was told to end."""
        # Where the connection is dead, what cleans up during a cancellation fails in its turn, and that failure hides
        # the cancellation: without this look a worker that was told to end would go on for ever.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        self._failures += 1
        report = log.warning if self._failures == 1 else log.debug
        report("worker.attempt.failed", worker=self._worker, failures=self._failures, error=type(error).__name__)
        # Jitter, so that rivals do not come back in step; nothing here is secret.
        await asyncio.sleep(min(5.0, 0.1 * 2 ** min(self._failures, 6)) * random.uniform(0.5, 1))  # noqa: S311

    def reset(self) -> None:
        if self._failures:
            log.info("worker.attempt.recovered", worker=self._worker, failures=self._failures)
        self._failures = 0


async def forever(
    worker: str,
    step: Callable[[], Awaitable[bool]],
    *,
    pause_seconds: float,
    is_retried: Callable[[Exception], bool] = lambda _: True,
) -> None:
    """Do `step` again and again: at once after one that did something, else after a pause of `pause_seconds`.

    `step` answers whether it did something, and leaves nothing half done when it raises: it is tried again after a
    wait that grows with each failure in a row. Raises what `is_retried` does not hold for.
    """
    backoff = Backoff(worker)
    while True:
        try:
            did_something = await step()
        except Exception as error:
            if not is_retried(error):
                raise
            await backoff.wait(error)
            continue
        backoff.reset()
        if not did_something:
            await asyncio.sleep(pause_seconds)
