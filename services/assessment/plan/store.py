"""The plans' programmes and the calendar, from the registry's latest facts; regions are those of `shared.heard`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import heard, tables
from shared.database import driver
from shared.kernel.working_days import WorkingDays
from shared.plan import Plan, Programme

_PROGRAMME: Final = Table(
    "heard_plan_programme", MetaData(), Column("year", Integer), Column("code", Text), Column("parent", Text)
)
# In one order always, so that two batches do not wait for each other.
_KEEP_PROGRAMMES: Final = f"""
INSERT INTO {_PROGRAMME.name} ({tables.names(_PROGRAMME.c)})
SELECT * FROM {tables.unnest(_PROGRAMME.c)} ORDER BY year, code
ON CONFLICT (year, code) DO UPDATE SET {tables.excluded(_PROGRAMME.c)}
"""
_PROGRAMMES: Final = select(_PROGRAMME)
_DAY: Final = Table("heard_calendar_day", MetaData(), Column("day", Date), Column("worked", Boolean))
_KEEP_DAYS: Final = """
INSERT INTO heard_calendar_day (day, worked) SELECT * FROM unnest($1::date[], $2::boolean[]) AS t (day, worked)
ORDER BY day ON CONFLICT (day) DO UPDATE SET worked = excluded.worked
"""


async def keep_programmes(connection: AsyncConnection, programmes: Sequence[Programme]) -> None:
    if programmes:
        columns = tables.arrays(_PROGRAMME.c, [each._asdict() for each in programmes])
        await (await driver(connection)).execute(_KEEP_PROGRAMMES, *columns)


async def load(connection: AsyncConnection) -> Plan:
    """The programmes and regions; empty until the first facts have been received."""
    programmes = await tables.fetch_all(connection, _PROGRAMMES, Programme)
    return Plan.of(programmes, (await heard.regions(connection)).values())


async def keep_days(connection: AsyncConnection, worked: Mapping[date, bool]) -> None:
    """Store of each day whether it is worked."""
    if worked:
        await (await driver(connection)).execute(_KEEP_DAYS, list(worked), list(worked.values()))


async def working_days(connection: AsyncConnection) -> WorkingDays:
    """The calendar as far as it was received."""
    return WorkingDays({row.day: row.worked for row in await connection.execute(select(_DAY))})
