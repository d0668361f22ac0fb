"""Transient errors, how long to wait for them, and the loop of all endless work."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final
from weakref import WeakSet

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

_PASSING_STATES = ("08", "53", "57", "58", "40", "55P03")
"""SQLSTATE classes: connection, resources, operator intervention, system, rollback (deadlock), lock not available."""


LOCK_NOT_AVAILABLE: Final = "55P03"


def state_of(error: BaseException) -> str | None:
    """The SQLSTATE of a database error: the driver's own error, or SQLAlchemy's around it."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return None if state is None else str(state)


def is_passing(error: BaseException) -> bool:
    """Whether the error is transient: caused by the network, the broker or the database, not by the event."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        state = getattr(error.orig, "sqlstate", None)
        return state is None or state.startswith(_PASSING_STATES)
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "08").startswith(_PASSING_STATES)
    return isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError)


def reason_of(error: Exception) -> str:
    """The reason of a failure, without any value of the event: names of errors and constraints only."""
    cause: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        cause = error.orig.__cause__ or error.orig
    constraint = getattr(cause, "constraint_name", None)
    slug = getattr(error, "slug", None)
    return ": ".join(filter(None, (type(cause).__name__, slug, constraint)))


class Backoff:
    """Waits longer after each consecutive failure, up to five seconds, and logs once per change of state.

    When the database or the broker is away, every worker of a process fails: the first of them says so for all, and
    the last that works again says that it is over.
    """

    _interrupted: Final[WeakSet[Backoff]] = WeakSet()
    """Those whose last attempt met an outage. Weak, because a worker that was cancelled meets nothing any more."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._failures = 0

    async def wait(self, error: BaseException) -> None:
        """Return when it is time for another attempt. Raises CancelledError in a cancelled task."""
        # If the connection is dead, the clean-up during a cancellation fails as well, and that failure hides
        # the cancellation: without this check a cancelled worker would never end.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        self._failures += 1
        is_news = self._failures == 1
        if is_passing(error):
            is_news = not self._interrupted
            self._interrupted.add(self)
        report = log.warning if is_news else log.debug
        report("worker.attempt.failed", worker=self._worker, failures=self._failures, error=type(error).__name__)
        # Jitter, so that competing workers do not retry at the same moment; nothing here is secret.
        await asyncio.sleep(min(5.0, 0.1 * 2 ** min(self._failures, 6)) * random.uniform(0.5, 1))  # noqa: S311

    def reset(self) -> None:
        """An attempt has succeeded."""
        if self._failures:
            self._interrupted.discard(self)
            report = log.debug if self._interrupted else log.info
            report("worker.attempt.recovered", worker=self._worker, failures=self._failures)
        self._failures = 0


async def forever(
    worker: str,
    step: Callable[[], Awaitable[bool]],
    *,
    pause_seconds: float,
    is_retried: Callable[[Exception], bool] = lambda _: True,
) -> None:
    """Repeat `step` for ever: at once after one that did something, else after `pause_seconds`.

    `step` returns whether it did something, and leaves nothing half done when it raises: it is retried after a
    wait that grows with each consecutive failure. Raises errors for which `is_retried` is false.
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
