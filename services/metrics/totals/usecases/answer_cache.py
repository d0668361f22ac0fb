"""Answers kept ready as bytes, recomputed when totals have changed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Hashable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.totals import store
from services.metrics.totals.rules.positions import MinPosition
from services.metrics.totals.usecases.freshness import wait_for
from services.metrics.totals.usecases.sums import KeptCells
from services.metrics.totals.usecases.totals import one_snapshot
from shared.faults import Backoff
from shared.kernel.refusals import Refusal

ANSWERS_MAX: Final = 256
"""Queries kept ready; a query without a request during the last IDLE_SECONDS is dropped."""
SPELLINGS_MAX: Final = 1024
"""Ways of writing queries that are known without parsing them."""
SPELLING_BYTES_MAX: Final = 512
IDLE_SECONDS: Final = 30.0
OF_ONE_NETWORK_MAX: Final = 32
"""Queries kept ready for one network alone; more of its own make room for each other, not for other readers'."""


class Asked(NamedTuple):
    """A question as it was written, and the network from which it came."""

    path: str
    query: bytes
    network: str


Make = Callable[[AsyncConnection], Coroutine[Any, Any, Any]]


@dataclass
class _Answer:
    """`value` as `make` worked it out, and as JSON in `body`."""

    make: Make
    value: Any
    body: bytes
    asked_at: float
    network: str | None
    """The only one from which it was asked; None once others asked as well, or a stream shows it."""
    is_asked_again: bool = False


class WorkedOut(NamedTuple):
    """An answer, and the same as JSON."""

    value: Any
    body: bytes


class AnswerCache:
    """Answers from memory. When totals have changed, the queries in use are recomputed, once each.

    A dashboard's load is many readers of few queries: a reader costs a dictionary look-up, and the cost of a change
    does not grow with the readers. An answer is behind the database by one refresh and the time of working it out.
    Answers are kept by what is meant, however it is written. Those that were asked for once make room for others, and
    one network has its share: made-up questions neither push out what a dashboard asks for again and again nor keep out
    what another network begins to ask. A question that is being worked out is not worked out a second time beside it.
    """

    def __init__(
        self, engine: AsyncEngine, *, board: AsyncEngine, refresh_seconds: float, today: Callable[[], date]
    ) -> None:
        """Questions are worked out with `engine`; with `board`, which no question can take, answers are kept fresh."""
        self._engine = engine
        self._board = board
        self.today = today
        self.cells = KeptCells()
        """What totals are worked out from, kept by the process as well."""
        self._refresh_seconds = refresh_seconds
        self._revision: object = None
        self._next = asyncio.Event()
        self._refreshes = 0
        self._answers: dict[Hashable, _Answer] = {}
        self._held: Counter[Hashable] = Counter()
        self._working: dict[Hashable, asyncio.Task[WorkedOut]] = {}
        self._meant: dict[tuple[str, bytes], Hashable] = {}

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Keep the answers fresh while the context lasts; outside of it each question is worked out when asked."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._revision = None

    async def _watch(self) -> None:
        backoff = Backoff("answers")
        while True:
            started = time.monotonic()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001  (the next look may find the database again)
                self._revision = None
                await backoff.wait(error)
                continue
            backoff.reset()
            # At most half of the time goes into refreshing, however many cells there are.
            await asyncio.sleep(max(self._refresh_seconds, time.monotonic() - started))

    async def _look(self) -> None:
        async with self._board.connect() as connection:
            # All answers see one state of the database, so that its cells are read once.
            await one_snapshot(connection)
            # The plan and the map that are meant by default change with the day.
            revision = (await store.revision(connection), self.today())
            if revision == self._revision:
                return
            unused_since = time.monotonic() - IDLE_SECONDS
            for key, answer in list(self._answers.items()):
                if answer.asked_at < unused_since and not self._held[key]:
                    self._answers.pop(key, None)
                else:
                    await self._renew(connection, key, answer)
        self._revision = revision
        self._refreshes += 1
        refreshed, self._next = self._next, asyncio.Event()
        refreshed.set()

    async def _renew(self, connection: AsyncConnection, key: Hashable, answer: _Answer) -> None:
        try:
            answer.value, answer.body = await _read(connection, answer.make)
        except Refusal:
            # What was asked is not there any more: whoever asks next is told so.
            self._answers.pop(key, None)

    async def refreshed(self, *, since: int) -> int:
        """The number of the latest refresh, once it is another one than `since`."""
        while self._revision is None or self._refreshes == since:
            await self._next.wait()
        return self._refreshes

    @contextmanager
    def holding(self, key: Hashable) -> Generator[None]:
        """Keep the answer to `key` ready while the context lasts, asked for or not."""
        self._held[key] += 1
        try:
            yield
        finally:
            self._held[key] -= 1
            if not self._held[key]:
                del self._held[key]

    async def value(self, key: Hashable, make: Make) -> Any:
        """The answer to `key` itself, for those who are told of changes."""
        return (await self._answer(self._board, key, make, network=None)).value

    def kept(self, asked: Asked) -> bytes | None:
        """The answer to what was written as JSON, if it is kept ready and was written so before."""
        answer = self._kept(self._meant.get(asked[:2]), asked.network)
        return None if answer is None else answer.body

    async def answer(self, key: Hashable, make: Make, *, asked: Asked) -> bytes:
        """The answer to `key` as JSON; `make` works it out, now if it is new and again whenever totals change."""
        answer = await self._answer(self._engine, key, make, network=asked.network)
        if key in self._answers and len(asked.query) <= SPELLING_BYTES_MAX:
            if len(self._meant) >= SPELLINGS_MAX:
                del self._meant[next(iter(self._meant))]
            self._meant[asked[:2]] = key
        return answer.body

    async def once(self, make: Make, position: MinPosition | None) -> bytes:
        """An answer worked out once what is in `position` has been applied; it is not kept. Raises NotAppliedYet."""
        if position is not None:
            await wait_for(self._engine, position)
        _, body = await _worked_out(self._engine, make)
        return body

    def _kept(self, key: Hashable, network: str | None) -> _Answer | None:
        answer = self._answers.get(key)
        if answer is None or self._revision is None:
            return None
        answer.asked_at = time.monotonic()
        answer.is_asked_again = True
        if answer.network != network:
            answer.network = None
        return answer

    async def _answer(self, engine: AsyncEngine, key: Hashable, make: Make, *, network: str | None) -> _Answer:
        answer = self._kept(key, network)
        if answer is None:
            value, body = await self._once(engine, key, make)
            # Whoever waited for the same has it from the first to come.
            answer = self._answers.get(key)
            if answer is None or answer.value is not value:
                answer = _Answer(make, value, body, time.monotonic(), network)
                self._keep(key, answer)
        return answer

    async def _once(self, engine: AsyncEngine, key: Hashable, make: Make) -> WorkedOut:
        working = self._working.get(key)
        if working is None:
            working = self._working[key] = asyncio.create_task(_worked_out(engine, make))
            working.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(working)

    def _done(self, key: Hashable, working: asyncio.Task[WorkedOut]) -> None:
        del self._working[key]
        if not working.cancelled():
            working.exception()  # those who waited have it; if they left, nobody needs it

    def _keep(self, key: Hashable, answer: _Answer) -> None:
        own = [each for each, kept in self._answers.items() if kept.network == answer.network and not self._held[each]]
        if answer.network is not None and len(own) >= OF_ONE_NETWORK_MAX:
            del self._answers[min(own, key=lambda each: self._answers[each].asked_at)]
        if len(self._answers) >= ANSWERS_MAX and not self._held[key]:
            once = [each for each, kept in self._answers.items() if not kept.is_asked_again]
            if not once:
                return
            del self._answers[min(once, key=lambda each: self._answers[each].asked_at)]
        self._answers[key] = answer


async def _worked_out(engine: AsyncEngine, make: Make) -> WorkedOut:
    async with engine.connect() as connection:
        return await _read(connection, make)


async def _read(connection: AsyncConnection, make: Make) -> WorkedOut:
    value = await make(connection)
    return WorkedOut(value, orjson.dumps(value, default=str))
