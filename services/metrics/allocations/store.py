"""Allocations, read from the budgets that were told."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ALLOCATED: Final = """
SELECT content->>'region', content->>'fund_source', content->>'department',
    CAST(content->>'year' AS integer), CAST(sum(CAST(content->>'total_fen' AS bigint)) AS bigint)
FROM listed
WHERE starts_with(subject, 'budgets/')
  AND (CAST(:year AS integer) IS NULL OR CAST(content->>'year' AS integer) = :year)
  AND (CAST(:region AS text) IS NULL OR content->>'region' = :region)
GROUP BY 1, 2, 3, 4 ORDER BY 4, 1, 2, 3 LIMIT :rows
"""


class Allocation(NamedTuple):
    """What a reporting region may spend from a fund source on a year's classes, under a department if one leads it."""

    region: str
    fund_source: str
    department: str | None
    year: int
    allocated_fen: int


async def allocations(
    connection: AsyncConnection, *, year: int | None, region: str | None, limit: int
) -> list[Allocation]:
    """Allocations by year, region, fund source and department; None of year or region narrows nothing."""
    found = await connection.execute(text(_ALLOCATED), {"year": year, "region": region, "rows": limit})
    return [Allocation(*row) for row in found]
