"""The interface of the log: append to a topic, read from a position, get the ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from shared.backbone.partitioner import partition_of

_FIRST_RECORDS = 100
_BATCH_BYTES = 80 * 1024 * 1024


class TopicPartition(NamedTuple):
    """One partition of one topic: the unit of order, of positions, and of distributing work."""

    topic: str
    partition: int


class Record(NamedTuple):
    """A record to append: the key (a fact's subject) determines the partition."""

    key: str
    value: bytes


# A struct, not a tuple: half a million of them are created for a backlog, in a quarter of the time.
class ConsumerRecord(Struct, frozen=True, gc=False):
    """A record that was read."""

    offset: int
    key: str
    value: bytes


class PartitionBatch(NamedTuple):
    """Consecutive records of one partition, and the offset from which they were requested."""

    asked_from: int
    records: Sequence[ConsumerRecord]

    @property
    def next_offset(self) -> int:
        return self.records[-1].offset + 1 if self.records else self.asked_from

    def rest_from(self, offset: int) -> PartitionBatch:
        """The records at `offset` and after it."""
        return PartitionBatch(offset, [record for record in self.records if record.offset >= offset])


Batch = Mapping[TopicPartition, PartitionBatch]
Start = Callable[[Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]
"""Returns the offsets at which to begin; called at the start and whenever partitions are reassigned."""


class LogUnavailable(ConnectionError):
    """The log cannot be reached, or refuses temporarily: retrying later may help."""


class LogTruncated(Exception):
    """The log no longer has the records at the consumer's position. The derived data must be rebuilt."""


class EventLog(Protocol):
    """A log of records in partitions, ordered within each, kept for ever."""

    async def prepare(self, topics: Collection[str]) -> None:
        """Create missing topics, with PARTITIONS partitions each."""

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        """Store `records` durably, in order per key. On an error some may have been stored: append again."""

    def read(self, group: str, topics: Collection[str], start: Start, *, limit: int) -> AsyncGenerator[Batch]:
        """Batches of at most about `limit` records from `start` on, waiting for more for ever.

        An empty batch comes at least once a second while nothing happens. Raises LogTruncated.
        """

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        """The offset that the next record of each partition will get."""

    async def close(self) -> None:
        """Close connections."""


class FetchSize:
    """How many records to fetch next: `limit`, or fewer if they are so large that they would fill the memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.records = min(limit, _FIRST_RECORDS)

    def learn(self, batch: Batch) -> None:
        """Use the mean size of the records read as the estimate for the next ones."""
        sizes = [len(record.value) for part in batch.values() for record in part.records]
        if sizes:
            self.records = max(1, min(self._limit, _BATCH_BYTES * len(sizes) // max(1, sum(sizes))))


def by_partition(records: Sequence[Record]) -> Mapping[int, list[Record]]:
    """`records` by partition, in their order."""
    groups: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        groups[partition_of(record.key)].append(record)
    return groups
