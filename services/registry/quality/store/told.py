"""The sums of each programme, reporting region and year that have changed since they were told last."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

# One teller at a time; a second one finds nothing to do.
_ALONE: Final = "SELECT pg_try_advisory_xact_lock(hashtext('quality told'))"
# A group that changes during a day is told once: whoever watched each step could tell what became of each person.
_CHANGED: Final = """
WITH counted AS (
    SELECT programme, reporting_region, extract(year FROM day)::integer AS year,
        sum(started) AS started, sum(tested) AS tested, sum(passed) AS passed, sum(completed) AS completed,
        sum(in_demand) AS in_demand, coalesce(sum(completed) FILTER (WHERE rise_until < $1), 0) AS rise_due,
        coalesce(sum(risen) FILTER (WHERE rise_until < $1), 0) AS risen,
        coalesce(sum(without_work) FILTER (WHERE work_until < $1), 0) AS without_work,
        coalesce(sum(employed) FILTER (WHERE work_until < $1), 0) AS employed
    FROM quality_sum GROUP BY 1, 2, 3
), paid AS (
    SELECT programme, reporting_region, extract(year FROM day)::integer AS year,
        jsonb_agg(change ORDER BY change) AS pay_changes
    FROM quality_sum, unnest(pay_changes) AS change GROUP BY 1, 2, 3
), cell AS (
    SELECT programme, reporting_region, year, to_jsonb(counted) - '{programme,reporting_region,year}'::text[]
        || jsonb_build_object('pay_changes', coalesce(pay_changes, '[]')) AS sums
    FROM counted LEFT JOIN paid USING (programme, reporting_region, year)
), changed AS (
    SELECT programme, reporting_region, year, coalesce(cell.sums, $2::jsonb) AS sums
    FROM cell FULL JOIN quality_told AS told USING (programme, reporting_region, year)
    WHERE coalesce(cell.sums, $2::jsonb) IS DISTINCT FROM told.sums AND (told.told_on IS NULL OR told.told_on < $1)
)
INSERT INTO quality_told (programme, reporting_region, year, sums, version, told_on)
SELECT programme, reporting_region, year, sums, 1, $1 FROM changed
ON CONFLICT (programme, reporting_region, year) DO UPDATE
SET sums = excluded.sums, version = quality_told.version + 1, told_on = excluded.told_on
RETURNING programme, reporting_region, year, sums::text, version
"""


class Sums(msgspec.Struct, frozen=True):
    """What is told of one cell; nothing of one that is empty now."""

    started: int = 0
    tested: int = 0
    passed: int = 0
    completed: int = 0
    in_demand: int = 0
    rise_due: int = 0
    risen: int = 0
    without_work: int = 0
    employed: int = 0
    pay_changes: tuple[int, ...] = ()


class Cell(NamedTuple):
    """A cell that is to be told, in its next version."""

    programme: str
    reporting_region: str
    year: int
    sums: Sums
    version: int


async def changed(connection: AsyncConnection, *, today: date) -> list[Cell]:
    """Keep what has changed and was not told today, and return it; nothing while another worker does."""
    database = await driver(connection)
    if not await database.fetchval(_ALONE):
        return []
    nothing = msgspec.json.encode(Sums()).decode()
    return [
        Cell(programme, reporting_region, year, msgspec.json.decode(sums, type=Sums), version)
        for programme, reporting_region, year, sums, version in await database.fetch(_CHANGED, today, nothing)
    ]
