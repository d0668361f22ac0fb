"""The log as the rest of the code sees it: append to a topic, read on from a position, ask for the ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from aiokafka.partitioner import murmur2

PARTITIONS = 12
"""Fixed for life: with another number a subject would move to another partition and lose its order."""

_FIRST_RECORDS = 100
_BATCH_BYTES = 32 * 1024 * 1024


class Place(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Record(NamedTuple):
    """What is appended: the key (a fact's subject) decides the partition."""

    key: str
    value: bytes


class Stored(NamedTuple):
    """What is read back."""

    offset: int
    key: str
    value: bytes


class Slice(NamedTuple):
    """Consecutive records of one partition, and the offset from which they were asked for."""

    asked_from: int
    records: Sequence[Stored]

    @property
    def next_offset(self) -> int:
        return self.records[-1].offset + 1 if self.records else self.asked_from


Batch = Mapping[Place, Slice]
Start = Callable[[Collection[Place]], Awaitable[Mapping[Place, int]]]
"""Answers where to begin in each place; asked at the start and again whenever places are assigned anew."""


class LogTruncated(Exception):
    """The log no longer holds what the consumer's position asks for. What was derived must be rebuilt."""


class EventLog(Protocol):
    """A log of records in partitions, ordered within each, kept for ever."""

    async def prepare(self, topics: Collection[str]) -> None:
        """Make the topics where they are missing, with PARTITIONS partitions each."""

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        """Store `records` durably, in order per key. On an error some may have been stored: append again."""

    def read(self, group: str, topics: Collection[str], start: Start, *, limit: int) -> AsyncGenerator[Batch]:
        """Batches of at most about `limit` records from `start` on, waiting for more for ever.

        An empty batch comes at least once a second while nothing happens. Raises LogTruncated.
        """

    async def ends(self, topics: Collection[str]) -> Mapping[Place, int]:
        """The offset that the next record of each partition will get."""

    async def close(self) -> None:
        """Let go of connections."""


class Appetite:
    """How many records to ask for next: `limit`, or fewer while they are so large that they would fill the memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.records = min(limit, _FIRST_RECORDS)

    def learn(self, batch: Batch) -> None:
        """Take the mean size of what was read for that of what comes."""
        sizes = [len(record.value) for slice_ in batch.values() for record in slice_.records]
        if sizes:
            self.records = max(1, min(self._limit, _BATCH_BYTES * len(sizes) // max(1, sum(sizes))))


def partition_of(key: str) -> int:
    """Where Kafka's default partitioner (murmur2) puts `key`: both logs agree, so a stream can move between them."""
    partition: int = (murmur2(key.encode()) & 0x7FFFFFFF) % PARTITIONS
    return partition


def by_partition(records: Sequence[Record]) -> Mapping[int, list[Record]]:
    """`records` by the partition each belongs to, in their order."""
    groups: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        groups[partition_of(record.key)].append(record)
    return groups
