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
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import instruments
from shared.backbone import dead_letters, positions
from shared.backbone.dead_letters import DeadLetter
from shared.backbone.inbox import Inbox, InboxTable, admit, steps
from shared.backbone.log import Batch, ConsumerRecord, EventLog, TopicPartition
from shared.contracts.fact import Fact, Malformed, UnknownType, decode
from shared.faults import forever, is_passing, reason_of

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

    def refused(self, reason: str) -> DeadLetter:
        return DeadLetter(self.partition, self.record, reason)


Work = Callable[[AsyncConnection], Awaitable[None]]
"""Changes tables of this service in the transaction it is given."""
Prepare = Callable[[Sequence[Fact]], Awaitable[Work]]


@dataclass(frozen=True)
class Consumer:
    """What one consumer consumes, and how it applies it.

    `prepare` gets facts of the classes in `hears`, the next versions of their subjects, in order, and returns the work
    that applies them. It raises, or the work does, for a fact that cannot be applied; that fact is then parked. What is
    prepared is thrown away if another process has applied some of it, so preparing changes nothing.
    """

    name: str
    hears: frozenset[type[Fact]]
    prepare: Prepare
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


def unprepared(apply: Callable[[AsyncConnection, Sequence[Fact]], Awaitable[None]]) -> Prepare:
    """A Consumer's `prepare` where nothing is worked out before the database is asked."""

    async def prepare(facts: Sequence[Fact]) -> Work:
        return lambda connection: apply(connection, facts)

    return prepare


async def consume(consumer: Consumer, *, engine: AsyncEngine, event_log: EventLog, limit: int = 20_000) -> None:
    """Apply for ever. Backs off during outages of log or database; raises LogTruncated and TooManyParked."""
    failures = consumer.failures()
    batches: AsyncGenerator[Decoded] | None = None

    async def step() -> bool:
        nonlocal batches
        if batches is None:
            batches = read_ahead(consumer, engine=engine, event_log=event_log, limit=limit)
        try:
            decoded = await anext(batches)
            if decoded.batch:
                await apply_batch(consumer, engine, decoded, failures)
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
        async for decoded in batches:
            if decoded.batch:
                await apply_batch(consumer, engine, decoded, failures)
                continue
            async with engine.connect() as connection:
                at = await positions.load(connection, consumer.name, ends)
            if all(at[partition] >= end for partition, end in ends.items()):
                return


class Decoded(NamedTuple):
    """A batch with its consumed facts, in order, the records that are not facts, and the work of all facts together.

    Nothing is prepared if the facts are not consecutive or cannot be prepared together: then each has to be examined.
    """

    batch: Batch
    records: list[DecodedRecord]
    broken: list[DeadLetter]
    prepared: Work | None


async def read_ahead(
    consumer: Consumer, *, engine: AsyncEngine, event_log: EventLog, limit: int, group: str | None = None
) -> AsyncGenerator[Decoded]:
    """Batches, decoded and prepared while the database applies those before."""

    async def start(partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        async with engine.connect() as connection:
            return await positions.load(connection, consumer.name, list(partitions))

    turn = asyncio.Lock()  # tasks get it in the order in which they ask, and so the batches

    async def following(batches: AsyncGenerator[Batch]) -> Decoded | None:
        async with turn:
            batch = await anext(batches, None)
            return None if batch is None else await decode_all(consumer, batch)

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
    """Decode `batch`, without the facts that are not consumed, and prepare it. Lets other tasks run in between."""
    decoded: list[DecodedRecord] = []
    broken: list[DeadLetter] = []
    for partition, part in batch.items():
        for count, record in enumerate(part.records, 1):
            try:
                fact = decode(record.value)
            except UnknownType:
                pass
            except Malformed as error:
                broken.append(DeadLetter(partition, record, str(error)))
            else:
                if type(fact) in consumer.hears:
                    decoded.append(DecodedRecord(fact, partition, record))
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)
    return Decoded(batch, decoded, broken, await _prepare(consumer, decoded))


async def _prepare(consumer: Consumer, records: Sequence[DecodedRecord]) -> Work | None:
    """What applies all of `records` as the next versions of their subjects, which they nearly always are.

    So the known versions are not fetched first; they are compared when they move.
    """
    facts = [each.fact for each in records]
    supposed = steps(facts)
    if supposed is None:
        return None
    try:
        work = await consumer.prepare(facts)
    except Exception:  # noqa: BLE001  (the one fact at fault is found when they are divided)
        return None

    async def apply_and_move(connection: AsyncConnection) -> None:
        await work(connection)
        await consumer.versions.move(connection, supposed)

    return apply_and_move


async def apply_batch(consumer: Consumer, engine: AsyncEngine, decoded: Decoded, failures: ConsecutiveFailures) -> None:
    """Apply one batch and move the position past it, in one transaction."""
    started = time.perf_counter()
    async with engine.begin() as connection:
        first = await positions.advance(connection, consumer.name, decoded.batch)
        if any(first[partition] > part.asked_from for partition, part in decoded.batch.items()):
            # Another process has applied some of it.
            rest = {partition: part.rest_from(first[partition]) for partition, part in decoded.batch.items()}
            decoded = await decode_all(consumer, rest)
        refused = await apply(consumer, connection, decoded, failures)
        letters = decoded.broken + refused
        await dead_letters.park(connection, consumer.name, letters)
    if letters:
        log.warning("consumer.events.parked", consumer=consumer.name, parked=len(letters), reason=letters[0].reason)
    seconds, count = time.perf_counter() - started, len(decoded.records)
    instruments.applied(consumer.name, facts=count - len(refused), parked=len(letters), seconds=seconds)
    log.debug("consumer.batch.applied", consumer=consumer.name, records=count, parked=len(letters))


async def apply(
    consumer: Consumer, connection: AsyncConnection, decoded: Decoded, failures: ConsecutiveFailures
) -> list[DeadLetter]:
    """Apply the next versions of each subject, move the versions, and return what could not be applied."""
    records = decoded.records
    if not records:
        return []
    if decoded.prepared is not None and await _failure_of(decoded.prepared, connection) is None:
        failures.note(applied=len(records), refused=0)
        return []
    known = await consumer.versions.known(connection, {each.fact.subject for each in records})
    admitted, gaps = admit(known, records)
    letters = [each.refused(f"version {each.fact.version} came after version {at}") for each, at in gaps]
    applied, refused = await _apply_or_divide(consumer, connection, admitted, {})
    failures.note(applied=len(applied), refused=len({letter.record.key for letter in refused}))
    if moved := steps(each.fact for each in applied):
        await consumer.versions.move(connection, moved)
    return letters + refused


async def _failure_of(work: Work, connection: AsyncConnection) -> Exception | None:
    """Do the work, or return why it cannot be done, with nothing changed.

    Transient errors (an outage of the database) are raised: no event is at fault.
    """
    try:
        async with connection.begin_nested():
            await work(connection)
    except Exception as error:
        if is_passing(error):
            raise
        return error
    return None


async def _apply_or_divide(
    consumer: Consumer, connection: AsyncConnection, records: Sequence[DecodedRecord], stuck: dict[str, str]
) -> tuple[list[DecodedRecord], list[DeadLetter]]:
    """Apply all at once; after a failure in halves, down to the event at fault, with the later ones of its subject.

    Returns the applied and the refused.
    """
    behind = [each.refused(stuck[each.fact.subject]) for each in records if each.fact.subject in stuck]
    records = [each for each in records if each.fact.subject not in stuck]
    if not records:
        return [], behind

    async def prepare_and_apply(connection: AsyncConnection) -> None:
        await (await consumer.prepare([each.fact for each in records]))(connection)

    failure = await _failure_of(prepare_and_apply, connection)
    if failure is None:
        return records, behind
    if len(records) == 1:
        [one] = records
        stuck[one.fact.subject] = f"after a version that was refused ({type(failure).__name__})"
        return [], [*behind, one.refused(reason_of(failure))]
    middle = len(records) // 2
    first, refused_first = await _apply_or_divide(consumer, connection, records[:middle], stuck)
    second, refused_second = await _apply_or_divide(consumer, connection, records[middle:], stuck)
    return first + second, behind + refused_first + refused_second


async def retry(consumer: Consumer, engine: AsyncEngine, subject: str) -> tuple[int, int]:
    """Apply the parked events of `subject` in order; those that fail again stay. Returns (applied, still parked)."""
    async with engine.begin() as connection:
        await positions.lock(connection, consumer.name)
        taken = await dead_letters.take(connection, consumer.name, subject)
        decoded = await decode_all(consumer, taken)
        letters = decoded.broken + await apply(consumer, connection, decoded, consumer.failures())
        await dead_letters.park(connection, consumer.name, letters)
    return sum(len(part.records) for part in taken.values()) - len(letters), len(letters)
