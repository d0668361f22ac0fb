"""Totals of a cut, with what they are as of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.plan.usecases import leads, placements, plan_of
from services.metrics.totals import store
from services.metrics.totals.store import COUNTED, PERIODS, Cut, Dimension
from services.metrics.totals.usecases.freshness import as_of


async def totals(connection: AsyncConnection, cut: Cut, *, today: date) -> dict[str, object]:
    """The totals of `cut`, their sum, of which plan, and what they are as of. Read in one snapshot.

    Raises UnknownPlan, UnknownProgramme, UnknownRegion, UnknownDepartment.
    """
    await one_snapshot(connection)
    plan = await plan_of(connection, cut.plan, day=cut.plan_day(today))
    places = await placements(connection, cut.region_map, today=today)
    year = None if plan is None else plan.year
    by_department = Dimension.DEPARTMENT in cut.by or cut.department is not None
    asked: dict[str, Any] = {
        "year": year,
        "placements": places,
        "leads": await leads(connection) if by_department else (),
    }
    rows = await store.totals(connection, cut, **asked)
    if PERIODS.isdisjoint(cut.by):
        total = {name: sum(row[name] for row in rows) for name in COUNTED}
    else:  # stocks of several days have no sum
        [total] = await store.totals(connection, replace(cut, by=()), **asked)
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
