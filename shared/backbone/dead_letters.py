"""Dead letters: events that could not be applied, kept with the reason until the cause is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.backbone.log import Batch, ConsumerRecord, PartitionBatch, TopicPartition
from shared.database import driver

_PARK = """
INSERT INTO dead_letter (consumer, topic, partition, "offset", subject, event, reason)
SELECT $1, parked.* FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::text[], $6::bytea[], $7::text[]) AS parked
ON CONFLICT (consumer, topic, partition, "offset") DO NOTHING
"""
_TAKE = """
DELETE FROM dead_letter WHERE consumer = $1 AND subject = $2 RETURNING topic, partition, "offset", subject, event
"""
_LIST = """
SELECT consumer, subject, count(*) AS events, min(parked_at) AS since,
       (array_agg(reason ORDER BY topic, partition, "offset"))[1] AS reason
FROM dead_letter GROUP BY consumer, subject ORDER BY min(parked_at), subject LIMIT :limit
"""


class DeadLetter(NamedTuple):
    """A record that could not be applied, and why. The reason never holds a value from the event."""

    partition: TopicPartition
    record: ConsumerRecord
    reason: str


class ParkedSubject(NamedTuple):
    """A subject with parked events, their number, and the reason of the first."""

    consumer: str
    subject: str
    events: int
    reason: str


async def park(connection: AsyncConnection, consumer: str, letters: Sequence[DeadLetter]) -> None:
    """Store `letters`; existing ones stay unchanged."""
    if letters:
        await (await driver(connection)).execute(
            _PARK,
            consumer,
            [letter.partition.topic for letter in letters],
            [letter.partition.partition for letter in letters],
            [letter.record.offset for letter in letters],
            [letter.record.key for letter in letters],
            [letter.record.value for letter in letters],
            [letter.reason for letter in letters],
        )


async def take(connection: AsyncConnection, consumer: str, subject: str) -> Batch:
    """Remove and return the parked events of `subject`, in log order."""
    rows = sorted(await (await driver(connection)).fetch(_TAKE, consumer, subject))
    return {
        TopicPartition(topic, partition): PartitionBatch(0, [ConsumerRecord(row[2], row[3], row[4]) for row in group])
        for (topic, partition), group in groupby(rows, key=itemgetter(0, 1))
    }


async def parked(connection: AsyncConnection, *, limit: int = 1000) -> list[ParkedSubject]:
    """The subjects with parked events, longest waiting first."""
    rows = await connection.execute(text(_LIST), {"limit": limit})
    return [ParkedSubject(row.consumer, row.subject, row.events, row.reason) for row in rows]
