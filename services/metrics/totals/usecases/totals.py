"""Totals of a cut, with what they are as of."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import Measure
from services.metrics.plan.usecases import placements, plan_of
from services.metrics.totals import store
from services.metrics.totals.store import Cut


async def as_of(connection: AsyncConnection) -> dict[str, object]:
    """How far each topic has been applied, and when."""
    topics = {each.topic: {"facts": each.facts, "applied_at": each.at} for each in await store.applied(connection)}
    return {"read_at": datetime.now(UTC), "topics": topics}


async def totals(connection: AsyncConnection, cut: Cut, *, today: date) -> dict[str, object]:
    """The totals of `cut`, their sum, of which plan, and what they are as of. Read in one snapshot.

    Raises UnknownPlan, UnknownProgramme, UnknownRegion.
    """
    await one_snapshot(connection)
    plan = await plan_of(connection, cut.plan, day=cut.plan_day(today))
    places = await placements(connection, cut.region_map, today=today)
    rows = await store.totals(connection, cut, year=None if plan is None else plan.year, placements=places)
    total = {measure.value: sum(row[measure] for row in rows) for measure in Measure}
    return {
        "as_of": await as_of(connection),
        "plan": None if plan is None else plan._asdict(),
        "as": cut.region_map,
        "by": cut.by,
        "rows": rows,
        "total": total,
    }


async def one_snapshot(connection: AsyncConnection) -> None:
    """Let the statements of this transaction see one state of the database. The first thing to do in it."""
    await connection.execution_options(isolation_level="REPEATABLE READ")
