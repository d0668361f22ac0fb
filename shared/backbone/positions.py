"""The first guard: a consumer's position in each partition, stored in the database with its derived data."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.backbone.log import Batch, TopicPartition
from shared.database import driver

_FIND = "SELECT topic, partition, next_offset FROM position WHERE consumer = $1"
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('position ' || $1))"
_MOVE = """
INSERT INTO position (consumer, topic, partition, next_offset, applied_at)
SELECT $1, topic, partition, next_offset, now()
FROM unnest($2::text[], $3::integer[], $4::bigint[]) AS moved (topic, partition, next_offset)
ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = excluded.next_offset, applied_at = now()
"""


class PositionMoved(Exception):
    """The stored position is before the reader's: it was reset by a rebuild. Read again."""


async def load(
    connection: AsyncConnection, consumer: str, partitions: Collection[TopicPartition]
) -> Mapping[TopicPartition, int]:
    """The next offset to read in each of `partitions`; 0 if the consumer has not read it yet."""
    rows = await (await driver(connection)).fetch(_FIND, consumer)
    known = {TopicPartition(topic, partition): offset for topic, partition, offset in rows}
    return {partition: known.get(partition, 0) for partition in partitions}


async def lock(connection: AsyncConnection, consumer: str) -> None:
    """Let one transaction at a time apply for `consumer`. A row lock would miss the first appearance of a partition."""
    await (await driver(connection)).execute(_LOCK, consumer)


async def advance(connection: AsyncConnection, consumer: str, batch: Batch) -> Mapping[TopicPartition, int]:
    """Lock and move the positions past `batch`; returns for each partition the first offset not applied before.

    A competing consumer of the same records waits for the lock and then finds none of them new. Raises PositionMoved.
    """
    await lock(connection, consumer)
    known = await load(connection, consumer, batch.keys())
    for partition, part in batch.items():
        if known[partition] < part.asked_from:
            raise PositionMoved(f"{consumer} is at {known[partition]} in {partition.topic}/{partition.partition}")
    await (await driver(connection)).execute(
        _MOVE,
        consumer,
        [partition.topic for partition in batch],
        [partition.partition for partition in batch],
        [max(known[partition], part.next_offset) for partition, part in batch.items()],
    )
    return known
