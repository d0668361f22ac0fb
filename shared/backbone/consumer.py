"""The consumer: reads batches, drops repeats, and applies new facts in the transaction that moves its position.

While the database applies one batch, the next ones are read, decoded and worked out as far as that needs no database.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from msgspec import Struct
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import instruments
from shared.backbone import dead_letters, positions
from shared.backbone.dead_letters import DeadLetter
from shared.backbone.inbox import Inbox, InboxTable, Steps, admit, steps
from shared.backbone.log import Batch, ConsumerRecord, EventLog, TopicPartition
from shared.contracts.fact import Fact, Malformed, UnknownType, decode
from shared.faults import forever, is_passing

log = structlog.get_logger()

AT_ONCE = 500
"""Records decoded or prepared between two turns of the event loop: a request in the same process waits milliseconds,
and the database gets its next statement as soon as it has done the last.
"""

_BATCHES_AHEAD = 2
"""With one, Python waits for the database after a batch that is read fast, and the database after one read slowly."""


class TooManyParked(Exception):
    """Too many consecutive subjects could not be applied: the fault is ours. The last batch was rolled back."""


@dataclass
class ConsecutiveFailures:
    """The number of consecutive subjects, over batches, that could not be applied; a success resets it."""

    limit: int
    count: int = 0

    def note(self, *, applied: int, refused: int) -> None:
        """Raises TooManyParked when there are more than `limit`."""
        self.count = 0 if applied else self.count + refused
        if self.count > self.limit:
            raise TooManyParked(f"{self.count} subjects in a row")


class DecodedRecord(Struct, frozen=True, gc=False):
    """A record of the log, its fact, and its partition."""

    fact: Fact
    partition: TopicPartition
    record: ConsumerRecord


Work = Callable[[AsyncConnection], Awaitable[None]]
"""Changes tables of this service in the transaction it is given."""


@dataclass(frozen=True)
class Consumer:
    """What one consumer consumes, and how it applies it.

    `prepare` gets facts of the classes in `hears`, the next versions of their subjects, in order, and returns the work
    that applies them. It raises, or the work does, for a fact that cannot be applied; that fact is then parked. What is
    prepared is thrown away if another process has applied some of it, so preparing changes nothing.
    """

    name: str
    hears: frozenset[type[Fact]]
    prepare: Callable[[Sequence[Fact]], Awaitable[Work]]
    inbox: Inbox | None = None
    parked_in_a_row_max: int = 100
    """More consecutive parked subjects than this stop the worker."""

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted({cls.topic for cls in self.hears}))

    def failures(self) -> ConsecutiveFailures:
        return ConsecutiveFailures(self.parked_in_a_row_max)

    @property
    def versions(self) -> Inbox:
        return self.inbox or InboxTable(self.name)


def unprepared(
    apply: Callable[[AsyncConnection, Sequence[Fact]], Awaitable[None]],
) -> Callable[[Sequence[Fact]], Awaitable[Work]]:
    """A Consumer's `prepare` where nothing is worked out before the database is asked."""

    async def prepare(facts: Sequence[Fact]) -> Work:
        return lambda connection: apply(connection, facts)

    return prepare


async def consume(consumer: Consumer, *, engine: AsyncEngine, event_log: EventLog, limit: int = 20_000) -> None:
    """Apply for ever. Backs off during outages of log or database; raises LogTruncated and TooManyParked."""
    failures = consumer.failures()
    batches: AsyncGenerator[tuple[Batch, Decoded, Prepared | None]] | None = None

    async def step() -> bool:
        nonlocal batches
        if batches is None:
            batches = read_ahead(consumer, engine=engine, event_log=event_log, limit=limit)
        try:
            batch, decoded, prepared = await anext(batches)
            if batch:
                await apply_batch(consumer, engine, batch, decoded, prepared, failures)
        except BaseException as error:
            # What was read ahead is obsolete: the next step reads from the position in the database.
            await batches.aclose()
            batches = None
            if not isinstance(error, positions.PositionMoved):
                raise
            log.info("consumer.position.moved", consumer=consumer.name)
        return True

    try:
        await forever(consumer.name, step, pause_seconds=0, is_retried=is_passing)
    except Exception:
        log.exception("consumer.stopped", consumer=consumer.name)
        raise


async def catch_up(
    consumer: Consumer, *, engine: AsyncEngine, event_log: EventLog, limit: int = 20_000, group: str | None = None
) -> None:
    """Apply until everything in the log now has been applied, by any process. For rebuilds and tests; raises errors.

    An empty batch alone does not end it: a group without assigned partitions reads nothing either.
    """
    ends = await event_log.ends(consumer.topics)
    failures = consumer.failures()
    reading = read_ahead(consumer, engine=engine, event_log=event_log, limit=limit, group=group)
    async with aclosing(reading) as batches:
        async for batch, decoded, prepared in batches:
            if batch:
                await apply_batch(consumer, engine, batch, decoded, prepared, failures)
                continue
            async with engine.connect() as connection:
                at = await positions.load(connection, consumer.name, ends)
            if all(at[partition] >= end for partition, end in ends.items()):
                return


class Decoded(NamedTuple):
    """The consumed facts of a batch, in order, and the records that are not facts."""

    records: list[DecodedRecord]
    broken: list[DeadLetter]


class Prepared(NamedTuple):
    """The work of consecutive versions, and their steps."""

    work: Work
    steps: Steps


async def read_ahead(
    consumer: Consumer, *, engine: AsyncEngine, event_log: EventLog, limit: int, group: str | None = None
) -> AsyncGenerator[tuple[Batch, Decoded, Prepared | None]]:
    """Batches, decoded and prepared while the database applies those before."""

    async def start(partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        async with engine.connect() as connection:
            return await positions.load(connection, consumer.name, list(partitions))

    turn = asyncio.Lock()  # tasks get it in the order in which they ask, and so the batches

    async def following(batches: AsyncGenerator[Batch]) -> tuple[Batch, Decoded, Prepared | None] | None:
        async with turn:
            batch = await anext(batches, None)
            if batch is None:
                return None
            decoded = await decode_all(consumer, batch)
            return batch, decoded, await _prepare(consumer, decoded.records)

    async with aclosing(event_log.read(group or consumer.name, consumer.topics, start, limit=limit)) as batches:
        ahead = deque(asyncio.ensure_future(following(batches)) for _ in range(_BATCHES_AHEAD))
        try:
            while (item := await ahead.popleft()) is not None:
                ahead.append(asyncio.ensure_future(following(batches)))
                yield item
        finally:
            for each in ahead:
                each.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)


async def decode_all(consumer: Consumer, batch: Batch) -> Decoded:
    """Decode `batch`, without the facts that are not consumed. Lets other tasks run in between."""
    decoded: list[DecodedRecord] = []
    broken: list[DeadLetter] = []
    hears = consumer.hears
    for partition, part in batch.items():
        for count, record in enumerate(part.records, 1):
            try:
                fact = decode(record.value)
            except UnknownType:
                continue
            except Malformed as error:
                broken.append(DeadLetter(partition, record, str(error)))
                continue
            if type(fact) in hears:
                decoded.append(DecodedRecord(fact, partition, record))
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)
    return Decoded(decoded, broken)


async def _prepare(consumer: Consumer, records: Sequence[DecodedRecord]) -> Prepared | None:
    """The work of all of `records` as the next versions of their subjects, which they nearly always are.

    None if they are not consecutive or cannot be prepared together: then each has to be examined.
    """
    facts = [each.fact for each in records]
    supposed = steps(facts)
    if supposed is None:
        return None
    try:
        return Prepared(await consumer.prepare(facts), supposed)
    except Exception:  # noqa: BLE001  (the one fact at fault is found when they are divided)
        return None


async def apply_batch(
    consumer: Consumer,
    engine: AsyncEngine,
    batch: Batch,
    decoded: Decoded,
    prepared: Prepared | None,
    failures: ConsecutiveFailures,
) -> None:
    """Apply one batch and move the position past it, in one transaction."""
    started = time.perf_counter()
    async with engine.begin() as connection:
        first = await positions.advance(connection, consumer.name, batch)
        records = [each for each in decoded.records if each.record.offset >= first[each.partition]]
        letters = [letter for letter in decoded.broken if letter.record.offset >= first[letter.partition]]
        if len(records) < len(decoded.records):
            prepared = await _prepare(consumer, records)  # another process has applied the others
        refused = await apply(consumer, connection, records, prepared, failures)
        letters += refused
        await dead_letters.park(connection, consumer.name, letters)
    if letters:
        log.warning("consumer.events.parked", consumer=consumer.name, parked=len(letters), reason=letters[0].reason)
    seconds = time.perf_counter() - started
    instruments.applied(consumer.name, facts=len(records) - len(refused), parked=len(letters), seconds=seconds)
    log.debug("consumer.batch.applied", consumer=consumer.name, records=len(records), parked=len(letters))


async def apply(
    consumer: Consumer,
    connection: AsyncConnection,
    records: Sequence[DecodedRecord],
    prepared: Prepared | None,
    failures: ConsecutiveFailures,
) -> list[DeadLetter]:
    """Apply the next versions of each subject, move the versions, and return what could not be applied."""
    if not records:
        return []
    if prepared is not None and await _apply_all(consumer, connection, prepared):
        failures.note(applied=len(records), refused=0)
        return []
    known = await consumer.versions.known(connection, {each.fact.subject for each in records})
    admitted, gaps = admit(known, records)
    letters = [
        DeadLetter(each.partition, each.record, f"version {each.fact.version} came after version {at}")
        for each, at in gaps
    ]
    applied, refused = await _apply_or_divide(consumer, connection, admitted, {})
    failures.note(applied=len(applied), refused=len({letter.record.key for letter in refused}))
    if moved := steps(each.fact for each in applied):
        await consumer.versions.move(connection, moved)
    return letters + refused


async def _apply_all(consumer: Consumer, connection: AsyncConnection, prepared: Prepared) -> bool:
    """Apply all at once; False, with nothing changed, if some are not the next versions or cannot be applied.

    So the known versions are not fetched first; they are compared when they move.
    """
    try:
        async with connection.begin_nested():
            await prepared.work(connection)
            await consumer.versions.move(connection, prepared.steps)
    except Exception as error:
        if is_passing(error):
            raise
        return False
    return True


async def _apply_or_divide(
    consumer: Consumer, connection: AsyncConnection, records: Sequence[DecodedRecord], stuck: dict[str, str]
) -> tuple[list[DecodedRecord], list[DeadLetter]]:
    """Apply all at once; after a failure in halves, down to the event at fault, with the later ones of its subject.

    Returns the applied and the refused. Transient errors (an outage of the database) are raised: no event is at fault.
    """
    behind: list[DeadLetter] = []
    if stuck:
        behind = [
            DeadLetter(each.partition, each.record, stuck[each.fact.subject])
            for each in records
            if each.fact.subject in stuck
        ]
        records = [each for each in records if each.fact.subject not in stuck]
    if not records:
        return [], behind
    try:
        async with connection.begin_nested():
            work = await consumer.prepare([each.fact for each in records])
            await work(connection)
    except Exception as error:
        if is_passing(error):
            raise
        if len(records) == 1:
            [one] = records
            stuck[one.fact.subject] = f"after a version that was refused ({type(error).__name__})"
            return [], [*behind, DeadLetter(one.partition, one.record, reason_of(error))]
        middle = len(records) // 2
        first, refused_first = await _apply_or_divide(consumer, connection, records[:middle], stuck)
        second, refused_second = await _apply_or_divide(consumer, connection, records[middle:], stuck)
        return first + second, behind + refused_first + refused_second
    return list(records), behind


def reason_of(error: Exception) -> str:
    """The reason of a failure, without any value of the event: names of errors and constraints only."""
    cause: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        cause = error.orig.__cause__ or error.orig
    constraint = getattr(cause, "constraint_name", None)
    slug = getattr(error, "slug", None)
    return ": ".join(filter(None, (type(cause).__name__, slug, constraint)))


async def retry(consumer: Consumer, engine: AsyncEngine, subject: str) -> tuple[int, int]:
    """Apply the parked events of `subject` in order; those that fail again stay. Returns (applied, still parked)."""
    async with engine.begin() as connection:
        await positions.lock(connection, consumer.name)
        taken = await dead_letters.take(connection, consumer.name, subject)
        decoded = await decode_all(consumer, taken)
        prepared = await _prepare(consumer, decoded.records)
        refused = await apply(consumer, connection, decoded.records, prepared, consumer.failures())
        letters = decoded.broken + refused
        await dead_letters.park(connection, consumer.name, letters)
    return sum(len(part.records) for part in taken.values()) - len(letters), len(letters)
