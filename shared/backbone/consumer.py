"""The consumer: reads batches, lets through what is new, and applies it in the transaction that moves its position."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.backbone import dead_letters, positions
from shared.backbone.dead_letters import DeadLetter
from shared.backbone.inbox import Inbox, InboxTable, admit
from shared.backbone.log import Batch, EventLog, Place, Stored
from shared.contracts.fact import Fact, Malformed, UnknownType, decode
from shared.faults import Backoff, is_passing

log = structlog.get_logger()

_DECODE_AT_ONCE = 500
"""Records decoded between two turns of the event loop, so that a request in the same process waits milliseconds."""


class TooManyParked(Exception):
    """So many subjects in a row could not be applied that the fault is ours. The last batch was not kept."""


@dataclass
class Streak:
    """How many subjects in a row could not be applied, over batches; one that could ends it."""

    longest: int
    length: int = 0

    def note(self, *, applied: int, refused: int) -> None:
        """Raises TooManyParked when the streak becomes longer than it may."""
        self.length = 0 if applied else self.length + refused
        if self.length > self.longest:
            raise TooManyParked(f"{self.length} subjects in a row")


class Heard(NamedTuple):
    """A decoded record and where it lay. Subject and version stand beside the fact because they are asked for often."""

    subject: str
    version: int
    fact: Fact
    place: Place
    record: Stored


@dataclass(frozen=True)
class Consumer:
    """What one consumer hears and does.

    `apply` gets facts of the classes in `hears`, the next versions of their subjects, in order, and changes tables of
    this service in the transaction it is given. It raises for a fact it cannot apply; that fact is then parked.
    """

    name: str
    hears: frozenset[type[Fact]]
    apply: Callable[[AsyncConnection, Sequence[Fact]], Awaitable[None]]
    inbox: Inbox | None = None
    parked_in_a_row_max: int = 100
    """More subjects than this, one after the other, stop the worker."""

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted({cls.topic for cls in self.hears}))

    def streak(self) -> Streak:
        return Streak(self.parked_in_a_row_max)

    @property
    def memory(self) -> Inbox:
        return self.inbox or InboxTable(self.name)


async def consume(consumer: Consumer, *, engine: AsyncEngine, event_log: EventLog, limit: int = 20_000) -> None:
    """Apply for ever. Backs off while log or database are away; raises LogTruncated and TooManyParked."""
    backoff, streak = Backoff(consumer.name), consumer.streak()
    while True:
        try:
            async with aclosing(read_decoded(consumer, engine=engine, event_log=event_log, limit=limit)) as batches:
                async for batch, decoded in batches:
                    if batch:
                        await absorb(consumer, engine, batch, decoded, streak)
                    backoff.reset()
        except positions.PositionMoved:
            log.info("consumer.position.moved", consumer=consumer.name)
        except Exception as error:
            if not is_passing(error):
                log.exception("consumer.stopped", consumer=consumer.name)
                raise
            await backoff.wait(error)


async def catch_up(
    consumer: Consumer, *, engine: AsyncEngine, event_log: EventLog, limit: int = 20_000, group: str | None = None
) -> None:
    """Apply until all that the log holds now has been applied, by whomever. For rebuilds and tests; errors are raised.

    An empty batch alone does not end it: a group that has not been given its places yet reads nothing either.
    """
    ends = await event_log.ends(consumer.topics)
    streak = consumer.streak()
    reading = read_decoded(consumer, engine=engine, event_log=event_log, limit=limit, group=group)
    async with aclosing(reading) as batches:
        async for batch, decoded in batches:
            if batch:
                await absorb(consumer, engine, batch, decoded, streak)
                continue
            async with engine.connect() as connection:
                at = await positions.load(connection, consumer.name, ends)
            if all(at[place] >= end for place, end in ends.items()):
                return


class Decoded(NamedTuple):
    """The facts of a batch that the consumer hears, in order, and the records that are no facts."""

    heard: list[Heard]
    broken: list[DeadLetter]


async def read_decoded(
    consumer: Consumer, *, engine: AsyncEngine, event_log: EventLog, limit: int, group: str | None = None
) -> AsyncGenerator[tuple[Batch, Decoded]]:
    """Batches with their decoded facts, one batch ahead: the next is read while the database works on the last."""

    async def start(places: Iterable[Place]) -> Mapping[Place, int]:
        async with engine.connect() as connection:
            return await positions.load(connection, consumer.name, list(places))

    async def following(batches: AsyncGenerator[Batch]) -> tuple[Batch, Decoded] | None:
        batch = await anext(batches, None)
        return None if batch is None else (batch, await decode_all(consumer, batch))

    async with aclosing(event_log.read(group or consumer.name, consumer.topics, start, limit=limit)) as batches:
        ahead = asyncio.ensure_future(following(batches))
        try:
            while (item := await ahead) is not None:
                ahead = asyncio.ensure_future(following(batches))
                yield item
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)


async def decode_all(consumer: Consumer, batch: Batch) -> Decoded:
    """Decode `batch`, leaving out what the consumer does not hear. Lets other tasks run in between."""
    heard: list[Heard] = []
    broken: list[DeadLetter] = []
    for place, slice_ in batch.items():
        for count, record in enumerate(slice_.records, 1):
            try:
                fact = decode(record.value)
            except UnknownType:
                continue
            except Malformed as error:
                broken.append(DeadLetter(place, record, str(error)))
                continue
            if type(fact) in consumer.hears:
                heard.append(Heard(fact.subject, fact.version, fact, place, record))
            if count % _DECODE_AT_ONCE == 0:
                await asyncio.sleep(0)
    return Decoded(heard, broken)


async def absorb(consumer: Consumer, engine: AsyncEngine, batch: Batch, decoded: Decoded, streak: Streak) -> None:
    """Apply one batch, and move past it, in one transaction."""
    async with engine.begin() as connection:
        first = await positions.advance(connection, consumer.name, batch)
        heard = [item for item in decoded.heard if item.record.offset >= first[item.place]]
        letters = [letter for letter in decoded.broken if letter.record.offset >= first[letter.place]]
        letters += await apply(consumer, connection, heard, streak)
        await dead_letters.park(connection, consumer.name, letters)
    if letters:
        log.warning("consumer.events.parked", consumer=consumer.name, parked=len(letters), reason=letters[0].reason)
    log.debug("consumer.batch.applied", consumer=consumer.name, heard=len(heard), parked=len(letters))


async def apply(
    consumer: Consumer, connection: AsyncConnection, heard: Sequence[Heard], streak: Streak
) -> list[DeadLetter]:
    """Apply what is next for its subject, remember the versions, and answer what could not be applied."""
    if not heard:
        return []
    known = await consumer.memory.known(connection, {item.subject for item in heard})
    admitted, gaps = admit(known, heard)
    letters = [
        DeadLetter(item.place, item.record, f"version {item.version} came after version {at}") for item, at in gaps
    ]
    applied, refused = await _apply_or_divide(consumer, connection, admitted, {})
    streak.note(applied=len(applied), refused=len({letter.record.key for letter in refused}))
    await consumer.memory.remember(connection, {item.subject: item.version for item in applied})
    return letters + refused


async def _apply_or_divide(
    consumer: Consumer, connection: AsyncConnection, heard: Sequence[Heard], stuck: dict[str, str]
) -> tuple[list[Heard], list[DeadLetter]]:
    """Apply all at once; on a failure in halves, down to the one event at fault, which its subject's later ones join.

    Returns the applied and the refused. Passing errors (the database is away) are raised: they are nobody's fault.
    """
    behind: list[DeadLetter] = []
    if stuck:
        behind = [DeadLetter(item.place, item.record, stuck[item.subject]) for item in heard if item.subject in stuck]
        heard = [item for item in heard if item.subject not in stuck]
    if not heard:
        return [], behind
    try:
        async with connection.begin_nested():
            await consumer.apply(connection, [item.fact for item in heard])
    except Exception as error:
        if is_passing(error):
            raise
        if len(heard) == 1:
            stuck[heard[0].subject] = f"after a version that was refused ({type(error).__name__})"
            return [], [*behind, DeadLetter(heard[0].place, heard[0].record, reason_of(error))]
        middle = len(heard) // 2
        first, refused_first = await _apply_or_divide(consumer, connection, heard[:middle], stuck)
        second, refused_second = await _apply_or_divide(consumer, connection, heard[middle:], stuck)
        return first + second, behind + refused_first + refused_second
    return list(heard), behind


def reason_of(error: Exception) -> str:
    """What went wrong, without any value of the event: names of errors and of constraints only."""
    cause: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        cause = error.orig.__cause__ or error.orig
    constraint = getattr(cause, "constraint_name", None)
    slug = getattr(error, "slug", None)
    return ": ".join(filter(None, (type(cause).__name__, slug, constraint)))


async def retry(consumer: Consumer, engine: AsyncEngine, subject: str) -> tuple[int, int]:
    """Apply the parked events of `subject` in order; what fails again stays. Answers (applied, still parked)."""
    async with engine.begin() as connection:
        await positions.lock(connection, consumer.name)
        taken = await dead_letters.take(connection, consumer.name, subject)
        decoded = await decode_all(consumer, taken)
        letters = decoded.broken + await apply(consumer, connection, decoded.heard, consumer.streak())
        await dead_letters.park(connection, consumer.name, letters)
    return sum(len(slice_.records) for slice_ in taken.values()) - len(letters), len(letters)
