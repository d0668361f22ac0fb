"""Progress against the plan, from totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import FLOWS, Measure
from services.metrics.plan import store as plan
from services.metrics.plan.rules import YearPlan
from services.metrics.plan.usecases import placements, plan_or_latest
from services.metrics.progress import rules
from services.metrics.totals import store
from services.metrics.totals.store import Cut, Dimension
from services.metrics.totals.usecases.totals import as_of, one_snapshot


async def plan_progress(connection: AsyncConnection, cut: Cut, *, today: date) -> dict[str, object]:
    """Progress of every programme and indicator of a plan, narrowed to the days, the region and the level of `cut`.

    What began in the plan's year counts, also if it ends in the next. Raises UnknownPlan, UnknownRegion.
    """
    await one_snapshot(connection)
    meant = await plan_or_latest(connection, cut.plan, day=cut.plan_day(today))
    programmes = {} if meant is None else await plan.programmes(connection, meant.year)
    by_programme = replace(cut, by=(Dimension.PROGRAMME,), programme=None)
    places = await placements(connection, cut.region_map, today=today)
    rows = await store.totals(connection, by_programme, year=None if meant is None else meant.year, placements=places)
    reached: dict[str, dict[Measure, int]] = {
        row["programme"]: {measure: row[measure] for measure in FLOWS} for row in rows
    }
    total: dict[Measure, int] = {measure: sum(row[measure] for row in rows) for measure in FLOWS}
    return {
        "as_of": await as_of(connection),
        "plan": None if meant is None else meant._asdict(),
        "as": cut.region_map,
        **_days(cut, meant),
        "programmes": rules.by_programme(programmes, reached),
        "indicators": rules.by_indicator({} if meant is None else await plan.indicators(connection, meant.year), total),
    }


def _days(cut: Cut, plan: YearPlan | None) -> dict[str, date | None]:
    """The days that were asked for; the plan's year if none were."""
    if plan is None or cut.first_day is not None or cut.last_day is not None:
        return {"first_day": cut.first_day, "last_day": cut.last_day}
    return {"first_day": date(plan.year, 1, 1), "last_day": date(plan.year, 12, 31)}
