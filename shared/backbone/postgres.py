"""The log in PostgreSQL: for one machine instead of Kafka, with the same partitions and the same order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from operator import itemgetter

import asyncpg

from shared.backbone.log import (
    Batch,
    ConsumerRecord,
    FetchSize,
    LogTruncated,
    PartitionBatch,
    Record,
    Start,
    TopicPartition,
    by_partition,
)
from shared.backbone.partitioner import PARTITIONS
from shared.database import DriverConnection

_SCHEMA = """
CREATE TABLE IF NOT EXISTS log_partition (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
);
CREATE TABLE IF NOT EXISTS log_record (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);
"""

# The counter row is the lock of its partition: appends to it queue up, so offsets have no gaps and become visible in
# the order in which they are counted. So a reader can rely on "offset >= n" without checking transactions.
_LOCK = """
SELECT partition, next_offset FROM log_partition
WHERE topic = $1 AND partition = ANY($2) ORDER BY partition FOR UPDATE
"""
_COUNT = """
UPDATE log_partition AS p SET next_offset = n.next_offset
FROM unnest($2::integer[], $3::bigint[]) AS n (partition, next_offset)
WHERE p.topic = $1 AND p.partition = n.partition
"""
_READ = """
SELECT wanted.topic, wanted.partition, record."offset", record.key, record.value
FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS wanted (topic, partition, first)
CROSS JOIN LATERAL (
    SELECT "offset", key, value FROM log_record
    WHERE topic = wanted.topic AND partition = wanted.partition AND "offset" >= wanted.first
    ORDER BY "offset" LIMIT $4
) AS record
LIMIT $5
"""
_ENDS = "SELECT topic, partition, next_offset FROM log_partition WHERE topic = ANY($1)"

_CHANNEL = "log_appended"
_IDLE_SECONDS = 0.5


class PostgresLog:
    """An EventLog in the PostgreSQL database at `url` (asyncpg form)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def _connections(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url, min_size=0, max_size=8, connection_class=DriverConnection
                )
            return self._pool

    async def prepare(self, topics: Collection[str]) -> None:
        partitions = [(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        async with (await self._connections()).acquire() as connection, connection.transaction():
            # CREATE … IF NOT EXISTS still collides when two processes run it at once.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('log schema'))")
            await connection.execute(_SCHEMA)
            await connection.executemany(
                "INSERT INTO log_partition (topic, partition) VALUES ($1, $2) ON CONFLICT DO NOTHING", partitions
            )

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        groups = by_partition(records)
        async with (await self._connections()).acquire() as connection, connection.transaction():
            first = {row[0]: row[1] for row in await connection.fetch(_LOCK, topic, list(groups))}
            await connection.copy_records_to_table(
                "log_record",
                columns=("topic", "partition", "offset", "key", "value"),
                records=[
                    (topic, partition, offset, record.key, record.value)
                    for partition, group in groups.items()
                    for offset, record in enumerate(group, first[partition])
                ],
            )
            ends = [first[partition] + len(group) for partition, group in groups.items()]
            await connection.execute(_COUNT, topic, list(groups), ends)
            await connection.execute(f"NOTIFY {_CHANNEL}")

    async def read(self, group: str, topics: Collection[str], start: Start, *, limit: int) -> AsyncGenerator[Batch]:  # noqa: ARG002  (rivals of one group read the same; the position guard lets one of them through)
        partitions = [TopicPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        at = dict(await start(partitions))
        await self._refuse_truncation(topics, at)
        pool = await self._connections()
        appended = asyncio.Event()
        busy, fetch_size = PARTITIONS, FetchSize(limit)
        async with self._listening(pool, appended):
            while True:
                appended.clear()
                batch = await self._fetch(pool, at, fetch_size.records, max(1, fetch_size.records // busy))
                busy = max(1, len(batch))
                fetch_size.learn(batch)
                yield batch
                # A partition that was read goes to the end of the queue, so that a backlog in one starves no other.
                for partition, part in batch.items():
                    del at[partition]
                    at[partition] = part.next_offset
                if not batch:
                    # The notification is a hint; a reader that missed one polls by itself.
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(appended.wait(), _IDLE_SECONDS)

    @asynccontextmanager
    async def _listening(self, pool: asyncpg.Pool, appended: asyncio.Event) -> AsyncGenerator[None]:
        def notice(*_: object) -> None:
            appended.set()

        async with pool.acquire() as listener:
            await listener.add_listener(_CHANNEL, notice)
            try:
                yield
            finally:
                await listener.remove_listener(_CHANNEL, notice)

    async def _fetch(self, pool: asyncpg.Pool, at: Mapping[TopicPartition, int], limit: int, limit_each: int) -> Batch:
        topics, partitions, offsets = [p.topic for p in at], [p.partition for p in at], list(at.values())
        rows = await pool.fetch(_READ, topics, partitions, offsets, limit_each, limit)
        # The rows of one partition are adjacent, so it is computed once for all of them.
        return {
            (partition := TopicPartition(*key)): PartitionBatch(
                at[partition], [ConsumerRecord(row[2], row[3], row[4]) for row in group]
            )
            for key, group in groupby(rows, key=itemgetter(0, 1))
        }

    async def _refuse_truncation(self, topics: Collection[str], at: Mapping[TopicPartition, int]) -> None:
        ends = await self.ends(topics)
        for partition, offset in at.items():
            end = ends.get(partition, 0)
            if offset > end:
                raise LogTruncated(f"{partition.topic}/{partition.partition} ends at {end}, not at {offset}")

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        rows = await (await self._connections()).fetch(_ENDS, list(topics))
        return {TopicPartition(topic, partition): next_offset for topic, partition, next_offset in rows}

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None
