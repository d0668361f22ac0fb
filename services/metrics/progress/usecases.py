"""Progress against the plan, from totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import Measure
from services.metrics.plan import store as plan
from services.metrics.progress import rules
from services.metrics.totals import store
from services.metrics.totals.store import Cut, Dimension
from services.metrics.totals.usecases.totals import as_of, one_snapshot


async def plan_progress(connection: AsyncConnection, cut: Cut) -> dict[str, object]:
    """Progress of every programme and indicator, in the plan's year unless `cut` names days (or a region or level)."""
    await one_snapshot(connection)
    programmes = await plan.programmes(connection)
    if cut.first_day is None and cut.last_day is None and programmes:
        year = max(programme.year for programme in programmes.values())
        cut = replace(cut, first_day=date(year, 1, 1), last_day=date(year, 12, 31))
    by_programme = replace(cut, by=(Dimension.PROGRAMME,), programme=None)
    rows = await store.totals(connection, by_programme)
    reached = {row["programme"]: {measure: row[measure] for measure in Measure} for row in rows}
    total = {measure: sum(row[measure] for row in rows) for measure in Measure}
    return {
        "as_of": await as_of(connection),
        "first_day": cut.first_day,
        "last_day": cut.last_day,
        "programmes": rules.by_programme(programmes, reached),
        "indicators": rules.by_indicator(await plan.indicators(connection), total),
    }
