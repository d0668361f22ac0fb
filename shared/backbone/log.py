"""The log as the rest of the code sees it: append to a topic, read on from a position, ask for the ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from shared.backbone.partitioner import partition_of

_FIRST_RECORDS = 100
_BATCH_BYTES = 32 * 1024 * 1024


class TopicPartition(NamedTuple):
    """One partition of one topic: the unit of order, of positions, and of sharing out work."""

    topic: str
    partition: int


class Record(NamedTuple):
    """What is appended: the key (a fact's subject) decides the partition."""

    key: str
    value: bytes


# A struct and no tuple: half a million of them are made for a backlog, and these take a quarter of the time.
class ConsumerRecord(Struct, frozen=True, gc=False):
    """What is read back."""

    offset: int
    key: str
    value: bytes


class PartitionBatch(NamedTuple):
    """Consecutive records of one partition, and the offset from which they were asked for."""

    asked_from: int
    records: Sequence[ConsumerRecord]

    @property
    def next_offset(self) -> int:
        return self.records[-1].offset + 1 if self.records else self.asked_from


Batch = Mapping[TopicPartition, PartitionBatch]
Start = Callable[[Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]
"""Answers where to begin in each partition; asked at the start and again whenever partitions are assigned anew."""


class LogUnavailable(ConnectionError):
    """The log cannot be reached, or refuses for now: trying again later may help."""


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

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        """The offset that the next record of each partition will get."""

    async def close(self) -> None:
        """Let go of connections."""


class FetchSize:
    """How many records to fetch next: `limit`, or fewer while they are so large that they would fill the memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.records = min(limit, _FIRST_RECORDS)

    def learn(self, batch: Batch) -> None:
        """Take the mean size of what was read for that of what comes."""
        sizes = [len(record.value) for part in batch.values() for record in part.records]
        if sizes:
            self.records = max(1, min(self._limit, _BATCH_BYTES * len(sizes) // max(1, sum(sizes))))


def by_partition(records: Sequence[Record]) -> Mapping[int, list[Record]]:
    """`records` by the partition each belongs to, in their order."""
    groups: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        groups[partition_of(record.key)].append(record)
    return groups
