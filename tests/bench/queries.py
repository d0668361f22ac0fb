"""Any question about totals, worked out and not from the cache, over 500,000 cells: p50 and p95 of each, beside a bare
sum over the same rows by the same connection."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.measures.rules.measures import Measure
from services.metrics.plan import store as plan_store
from services.metrics.plan.rules import RegionMap
from services.metrics.projection.store import LIVE, SEARCH_PATH
from services.metrics.totals.rules.cuts import Cut, Dimension
from services.metrics.totals.usecases.sums import KeptCells
from services.metrics.totals.usecases.totals import one_snapshot, totals
from shared.database import make_engine
from tests.bench.ground import ground, report
from tests.support.facts import region

CELLS: Final = int(os.environ.get("CELLS", "500000"))
"""A province-year of the plan has about so many."""
TIMES: Final = 20
P95_MS: Final = 50
TODAY: Final = date(2025, 11, 20)

# Every programme in every county at three levels, with days spread over the year; so many days for each that all
# together are CELLS.
_COMBINATIONS: Final = f"""
INSERT INTO {LIVE}.combination (plan_year, programme, region, reporting_region, award, traits)
SELECT 2025, 'S' || lpad(p::text, 2, '0'), (410000 + 100 * r + c)::text, (410000 + 100 * r)::text, a, 9
FROM generate_series(1, 14) AS p, generate_series(1, 19) AS r, generate_series(1, 9) AS c, generate_series(3, 5) AS a
"""
_CELLS: Final = f"""
INSERT INTO {LIVE}.cell (measure, combination, kind, day, amount)
SELECT measure, id, 1, date '2025-01-01' + (id * 7 + number * 11) % 365, 1 + (id + number) % 9
FROM unnest(CAST(:measures AS text[])) AS m (measure), {LIVE}.combination, generate_series(1, :days) AS n (number)
ON CONFLICT DO NOTHING
"""
_BARE: Final = "SELECT measure, sum(amount) FROM cell GROUP BY measure"

QUESTIONS: Final = {
    "all": Cut(()),
    "programme": Cut((Dimension.PROGRAMME,)),
    "programme,region": Cut((Dimension.PROGRAMME, Dimension.REGION)),
    "region as=now": Cut((Dimension.REGION,), region_map=RegionMap.NOW),
    "county,level": Cut((Dimension.COUNTY, Dimension.LEVEL)),
    "region,month": Cut((Dimension.REGION, Dimension.MONTH)),
    "programme,day": Cut((Dimension.PROGRAMME, Dimension.DAY)),
    "group,fund_source,kind": Cut((Dimension.GROUP, Dimension.FUND_SOURCE, Dimension.KIND)),
    "county of a region": Cut((Dimension.COUNTY,), region="410100"),
    "region in a week": Cut((Dimension.REGION,), first_day=date(2025, 6, 2), last_day=date(2025, 6, 8)),
}


async def main() -> None:
    async with ground() as here:
        here.run("metrics", "migrate")
        engine = make_engine(here.postgres.url("metrics"), name="bench", search_path=SEARCH_PATH)
        try:
            await _fill(engine)
            await _measure(engine)
        finally:
            await engine.dispose()


async def _fill(engine: AsyncEngine) -> None:
    measures = [each.value for each in Measure]
    async with engine.begin() as connection:
        await connection.execute(text(_COMBINATIONS))
        combinations: int = await connection.scalar(text(f"SELECT count(*) FROM {LIVE}.combination"))
        days = max(1, CELLS // (combinations * len(measures)))
        await connection.execute(text(_CELLS), {"measures": measures, "days": days})
        # Regions that nobody has told count under their own code; this one is asked for.
        await plan_store.list_(connection, [region("410100", reports_to="410100")])
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("cell", "combination"):
            await connection.execute(text(f"VACUUM ANALYZE {LIVE}.{table}"))


async def _measure(engine: AsyncEngine) -> None:
    async def bare(connection: AsyncConnection) -> Any:
        return (await connection.execute(text(_BARE))).all()

    raw = await _times(engine, bare)
    report("bare sum by measure, p95", _p95(raw), "ms")
    kept = KeptCells()
    async with engine.connect() as connection:
        started = time.perf_counter()
        await one_snapshot(connection)
        await kept.seen_by(connection)
        report("cells read once after a change", (time.perf_counter() - started) * 1_000, "ms")
    for name, cut in QUESTIONS.items():

        async def ask(connection: AsyncConnection, cut: Cut = cut) -> Any:
            return await totals(connection, kept, cut, today=TODAY)

        found = await _times(engine, ask)
        report(f"by {name}, p50", found[len(found) // 2], "ms")
        report(f"by {name}, p95", _p95(found), "ms", raw=_p95(raw), of="bare sum", floor=P95_MS)


async def _times(engine: AsyncEngine, ask: Callable[[AsyncConnection], Awaitable[Any]]) -> list[float]:
    """The times of so many answers in milliseconds, in order; the first warms up and is left out."""
    found = []
    for _ in range(TIMES + 1):
        async with engine.connect() as connection:
            started = time.perf_counter()
            await ask(connection)
            found.append((time.perf_counter() - started) * 1_000)
    return sorted(found[1:])


def _p95(times: list[float]) -> float:
    return times[math.ceil(0.95 * len(times)) - 1]
