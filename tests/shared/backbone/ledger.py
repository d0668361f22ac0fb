"""A ledger: the smallest publisher and consumer there can be, in one database, to try the backbone with.

The consumer appends every fact it is given to a table without any constraint against repeats, so that what is in the
table is exactly what was applied, in the order in which it was applied.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.backbone import consumer, dead_letters, outbox
from shared.backbone.consumer import Consumer, unprepared
from shared.backbone.log import Batch, EventLog, Record, Start, TopicPartition
from shared.backbone.relay import relay_batch
from shared.contracts.fact import _TYPES, Fact, encode
from shared.database import make_engine
from shared.kernel.refusals import Conflict
from shared.migrations import backbone

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)

_TABLES = (
    """
    CREATE TABLE entry (
        place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject text NOT NULL,
        version integer NOT NULL,
        amount integer NOT NULL CONSTRAINT entry_amount CHECK (amount >= 0)
    )
    """,
    "CREATE TABLE frozen (subject text PRIMARY KEY)",
)
_FROZEN = "SELECT subject FROM frozen WHERE subject = ANY(:subjects)"
_ENTER = """
INSERT INTO entry (subject, version, amount)
SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:versions AS integer[]), CAST(:amounts AS integer[]))
"""


class Posted(Fact):
    """An amount for an account. A subclass per ledger gives it a topic of its own."""

    amount: int


class AccountFrozen(Conflict):
    slug = "account-frozen"


@dataclass(frozen=True)
class Ledger:
    """`post` and `relay` publish, `catch_up` consumes; the rest looks at what became of it."""

    engine: AsyncEngine
    log: EventLog
    fact: type[Posted]
    name: str = "ledger"
    parked_in_a_row_max: int = 100
    interruptions: list[Callable[[AsyncConnection], Awaitable[None]]] = field(default_factory=list)
    """Each is run once, in mid-batch: after the entries were made, before anything is committed."""

    def posted(self, account: str, version: int, amount: int = 1) -> Posted:
        return self.fact(subject=f"accounts/{account}", version=version, at=NOON, amount=amount)

    @property
    def consumer(self) -> Consumer:
        return Consumer(
            self.name, frozenset({self.fact}), unprepared(self._apply), parked_in_a_row_max=self.parked_in_a_row_max
        )

    async def _apply(self, connection: AsyncConnection, facts: Sequence[Fact]) -> None:
        posted = [fact for fact in facts if isinstance(fact, Posted)]
        subjects = [fact.subject for fact in posted]
        if (await connection.scalars(text(_FROZEN), {"subjects": subjects})).first() is not None:
            raise AccountFrozen
        versions, amounts = [fact.version for fact in posted], [fact.amount for fact in posted]
        await connection.execute(text(_ENTER), {"subjects": subjects, "versions": versions, "amounts": amounts})
        if self.interruptions:
            await self.interruptions.pop()(connection)

    async def post(self, *facts: Fact) -> None:
        """Record `facts` in one committed transaction."""
        async with self.engine.begin() as connection:
            await outbox.record(connection, *facts)

    async def relay(self, log: EventLog | None = None, *, limit: int = 5000) -> int:
        return await relay_batch(self.engine, log or self.log, limit=limit)

    async def waiting(self) -> int:
        async with self.engine.connect() as connection:
            count: int = await connection.scalar(text("SELECT count(*) FROM outbox"))
            return count

    async def append(self, *facts: Fact) -> None:
        """Append `facts` to the log as they are, past the outbox."""
        await self.log.append(self.fact.topic, [Record(fact.subject, encode(fact)) for fact in facts])

    async def append_bytes(self, account: str, value: bytes) -> None:
        await self.log.append(self.fact.topic, [Record(f"accounts/{account}", value)])

    async def catch_up(self, log: EventLog | None = None, *, limit: int = 20_000) -> None:
        await consumer.catch_up(self.consumer, engine=self.engine, event_log=log or self.log, limit=limit)

    async def retry(self, account: str) -> tuple[int, int]:
        return await consumer.retry(self.consumer, self.engine, f"accounts/{account}")

    async def execute(self, statement: str, **values: object) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), values)

    async def freeze(self, *accounts: str) -> None:
        for account in accounts:
            await self.execute("INSERT INTO frozen VALUES (:subject)", subject=f"accounts/{account}")

    async def thaw(self) -> None:
        await self.execute("DELETE FROM frozen")

    async def entries(self) -> dict[str, list[int]]:
        """The versions applied to each account, in the order in which they were."""
        found: dict[str, list[int]] = {}
        async with self.engine.connect() as connection:
            for subject, version in await connection.execute(text("SELECT subject, version FROM entry ORDER BY place")):
                found.setdefault(subject.removeprefix("accounts/"), []).append(version)
        return found

    async def parked(self) -> dict[str, tuple[int, str]]:
        """The accounts that wait: how many events, and the reason of the first."""
        async with self.engine.connect() as connection:
            letters = await dead_letters.parked(connection)
        return {each.subject.removeprefix("accounts/"): (each.events, each.reason) for each in letters}

    async def position(self) -> int:
        """How many records of the topic the consumer has passed."""
        async with self.engine.connect() as connection:
            total = await connection.scalar(text("SELECT coalesce(sum(next_offset), 0)::integer FROM position"))
            assert isinstance(total, int)
            return total


@asynccontextmanager
async def opened(url: str, event_log: EventLog) -> AsyncGenerator[Ledger]:
    """A ledger in the bare database at `url`, with a topic of its own in `event_log`."""
    topic_name = f"ledger-{uuid4().hex[:12]}"

    class PostedHere(Posted):
        topic: ClassVar[str] = topic_name
        type: ClassVar[str] = f"{topic_name}.posted.v1"

    engine = make_engine(url, name="ledger")
    try:
        async with engine.begin() as connection:
            for statement in (*_TABLES, *backbone.PUBLISHER, *backbone.CONSUMER):
                await connection.execute(text(statement))
        await event_log.prepare([topic_name])
        yield Ledger(engine, event_log, PostedHere, name=f"consumer-of-{topic_name}")
    finally:
        # Other tests look at all the facts there are.
        del _TYPES[PostedHere.type]
        await engine.dispose()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return once `condition` holds; what it asks is in a database, which has no event to wait for."""
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@dataclass(frozen=True)
class Wrapped:
    """An EventLog that passes everything on; subclasses make one thing go wrong."""

    inner: EventLog

    async def prepare(self, topics: Collection[str]) -> None:
        await self.inner.prepare(topics)

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        await self.inner.append(topic, records)

    def read(self, group: str, topics: Collection[str], start: Start, *, limit: int) -> AsyncGenerator[Batch]:
        return self.inner.read(group, topics, start, limit=limit)

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        return await self.inner.ends(topics)

    async def close(self) -> None:
        await self.inner.close()


class Crash(Exception):
    """The process died here."""


@dataclass(frozen=True)
class CrashingAfterAppend(Wrapped):
    """The records reach the log, the transaction that took them from the outbox never commits."""

    crashes: Callable[[], bool] = lambda: True

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        await self.inner.append(topic, records)
        if self.crashes():
            raise Crash


@dataclass(frozen=True)
class HeldInAppend(Wrapped):
    """An append that has begun and does not end until `go_on` is set."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        self.begun.set()
        await self.go_on.wait()
        await self.inner.append(topic, records)


@dataclass(frozen=True)
class Zombie(Wrapped):
    """A reader whose group does not know of the others: it is given every partition, as they are."""

    suffix: str = "zombie"

    def read(self, group: str, topics: Collection[str], start: Start, *, limit: int) -> AsyncGenerator[Batch]:
        return self.inner.read(f"{group}-{self.suffix}", topics, start, limit=limit)
