"""Read what totals are worked out from, with how far the log has been applied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.backbone.log import TopicPartition
from shared.database import driver


class Applied(NamedTuple):
    """How many facts of a topic are applied, when the last of them was, and how many there were when last looked."""

    topic: str
    facts: int
    at: datetime | None
    ends: int
    seen_at: datetime | None


_CELLS: Final = "SELECT measure, combination, kind, day - DATE '0001-01-01' + 1 AS day, amount FROM cell"
_COMBINATIONS: Final = "SELECT id, plan_year, programme, region, reporting_region, award, traits FROM combination"
# Facts that were parked may be applied later, and a rebuild begins with another table.
_CELLS_REVISION = """
SELECT 'cell'::regclass::oid, sum(next_offset)::bigint, max(applied_at), (SELECT count(*) FROM dead_letter)
FROM position
"""
_APPLIED = """
SELECT topic, coalesce(applied.facts, 0) AS facts, applied.at, coalesce(ends.facts, 0) AS ends, ends.seen_at
FROM (
    SELECT topic, sum(next_offset)::bigint AS facts, max(applied_at) AS at FROM position GROUP BY topic
) AS applied
FULL JOIN (
    SELECT topic, sum(next_offset)::bigint AS facts, max(seen_at) AS seen_at FROM log_end GROUP BY topic
) AS ends USING (topic)
ORDER BY topic
"""
_KEEP_ENDS = """
INSERT INTO log_end (topic, partition, next_offset, seen_at)
SELECT topic, partition, next_offset, now()
FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS seen (topic, partition, next_offset)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset, seen_at = excluded.seen_at
"""
# Parked facts that are applied later change answers, and so do targets and figures that people entered.
_REVISION = """
SELECT sum(next_offset)::bigint AS facts, max(applied_at) AS at,
    (SELECT count(*) FROM dead_letter) AS parked, (SELECT count(*) FROM target_sheet) AS sheets,
    (SELECT count(*) FROM figure) AS figures,
    (SELECT sum(next_offset)::bigint FROM log_end) AS ends,
    (SELECT max(seen_at) < now() - interval '10 seconds' FROM log_end) AS is_stale
FROM position
"""


async def cells(connection: AsyncConnection) -> bytes:
    """All cells as CSV, their days as ordinals."""
    return await _copied(connection, _CELLS)


async def combinations(connection: AsyncConnection) -> bytes:
    """All combinations of dimensions as CSV."""
    return await _copied(connection, _COMBINATIONS)


async def cells_revision(connection: AsyncConnection) -> object:
    """Something that differs whenever the present cells may have changed."""
    return tuple((await connection.execute(text(_CELLS_REVISION))).one())


async def _copied(connection: AsyncConnection, query: str) -> bytes:
    rows = BytesIO()
    await (await driver(connection)).copy_from_query(query, output=rows, format="csv")
    return rows.getvalue()


async def applied(connection: AsyncConnection) -> list[Applied]:
    """How far each topic has been applied."""
    return [Applied(*row) for row in await connection.execute(text(_APPLIED))]


async def keep_ends(connection: AsyncConnection, ends: Mapping[TopicPartition, int]) -> None:
    """Keep where the log ended when it was looked at just now."""
    topics, partitions, offsets = zip(*((*each, end) for each, end in ends.items()), strict=True)
    await (await driver(connection)).execute(_KEEP_ENDS, topics, partitions, offsets)


async def revision(connection: AsyncConnection) -> object:
    """Something that differs whenever totals may have changed."""
    return tuple((await connection.execute(text(_REVISION))).one())
