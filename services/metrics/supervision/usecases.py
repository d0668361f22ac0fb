"""Answer what there is to do in supervision, and what was done."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.history.usecases import read_as_known
from services.metrics.plan import store as plan
from services.metrics.plan.rules import RegionMap
from services.metrics.supervision import store
from services.metrics.totals.usecases.freshness import as_of
from services.metrics.totals.usecases.totals import one_snapshot


async def supervision(
    connection: AsyncConnection,
    region: str | None,
    first_day: date | None,
    last_day: date | None,
    *,
    today: date,
    known_on: date | None = None,
) -> dict[str, object]:
    """Flags and findings as of today, and the patrols of a period, by default of the year until today.

    With `known_on` as it was known at the end of that day. Raises UnknownRegion, DayNotKnown.
    """
    await one_snapshot(connection)
    known = None if known_on is None else await read_as_known(connection, known_on, RegionMap.THEN, today=today)
    everywhere = region is None or await plan.is_province(connection, region)
    day = known_on or today
    last_day = last_day or max(day, first_day or day)
    first_day = first_day or last_day.replace(month=1, day=1)
    rows = await store.supervised(
        connection, region=None if everywhere else region, first_day=first_day, last_day=last_day, today=day
    )
    columns = list(zip(*rows, strict=True))[1:]
    sums = [sum(column) for column in columns] or [0] * (len(store.Supervised._fields) - 1)
    return {
        "as_of": await as_of(connection, at=None if known is None else known.taken_at),
        "known": None if known is None else known._asdict(),
        "day": day,
        "first_day": first_day,
        "last_day": last_day,
        "rows": [row._asdict() for row in rows],
        "total": dict(zip(store.Supervised._fields[1:], sums, strict=True)),
    }
