"""Totals of a cut, with what they are as of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.history.usecases import read_as_known
from services.metrics.plan.usecases import plan_of
from services.metrics.totals.rules.cuts import COUNTED, Cut
from services.metrics.totals.usecases import sums
from services.metrics.totals.usecases.freshness import as_of
from services.metrics.totals.usecases.sums import KeptCells


async def totals(
    connection: AsyncConnection, kept: KeptCells, cut: Cut, *, today: date, known_on: date | None = None
) -> dict[str, object]:
    """The totals of `cut`, their sum, of which plan, and what they are as of. Read in one snapshot.

    With `known_on` as they were known at the end of that day, and by default of the plan of that day.

    Raises UnknownPlan, UnknownProgramme, UnknownRegion, UnknownDepartment, DayNotKnown.
    """
    await one_snapshot(connection)
    known = None if known_on is None else await read_as_known(connection, known_on, cut.region_map, today=today)
    plan = await plan_of(connection, cut.plan, day=cut.plan_day(known_on or today))
    asked = await sums.question(connection, cut, year=None if plan is None else plan.year, today=today)
    cells = await kept.seen_by(connection, known)
    rows = await sums.rows(cells, asked)
    if cut.period is None:
        total = {name: sum(row[name] for row in rows) for name in COUNTED}
    else:  # stocks of several days have no sum
        [total] = await sums.rows(cells, replace(asked, cut=replace(cut, by=())))
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
    """Let the statements of this transaction see one state of the database, unless they do. The first thing to do."""
    if not connection.in_transaction():
        await connection.execution_options(isolation_level="REPEATABLE READ")
