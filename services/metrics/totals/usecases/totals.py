"""Totals of a cut, with what they are as of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.history.usecases import read_as_known
from services.metrics.plan.usecases import leads, placements, plan_of
from services.metrics.totals import store
from services.metrics.totals.store import COUNTED, PERIODS, Cut, Dimension
from services.metrics.totals.usecases.freshness import as_of
from shared.database import plan_by_values


async def totals(
    connection: AsyncConnection, cut: Cut, *, today: date, known_on: date | None = None
) -> dict[str, object]:
    """The totals of `cut`, their sum, of which plan, and what they are as of. Read in one snapshot.

    With `known_on` as they were known at the end of that day, and by default of the plan of that day.

    Raises UnknownPlan, UnknownProgramme, UnknownRegion, UnknownDepartment, DayNotKnown.
    """
    await one_snapshot(connection)
    known = None if known_on is None else await read_as_known(connection, known_on, cut.region_map, today=today)
    plan = await plan_of(connection, cut.plan, day=cut.plan_day(known_on or today))
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
        "as_of": await as_of(connection, at=None if known is None else known.taken_at),
        "known": None if known is None else known._asdict(),
        "plan": None if plan is None else plan._asdict(),
        "as": cut.region_map,
        "by": cut.by,
        "rows": rows,
        "total": total,
    }


async def one_snapshot(connection: AsyncConnection) -> None:
    """Let the statements of this transaction see one state of the database. The first thing to do in it.

    They are planned for the values that are asked for.
    """
    await connection.execution_options(isolation_level="REPEATABLE READ")
    await plan_by_values(connection)
