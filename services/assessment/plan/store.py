"""The plans' programmes and the calendar, from the registry's latest facts; regions are those of `shared.heard`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import heard, tables
from shared.contracts.registry.plan import ProgrammeListed
from shared.database import driver
from shared.kernel.working_days import WorkingDays
from shared.plan import Plan, Programme

_PROGRAMME: Final = Table(
    "heard_plan_programme",
    MetaData(),
    Column("year", Integer),
    *(Column(name, Text) for name in ("code", "parent", "name_zh", "name_en")),
)
# In one order always, so that two batches do not wait for each other.
_KEEP_PROGRAMMES: Final = f"""
INSERT INTO {_PROGRAMME.name} ({tables.names(_PROGRAMME.c)})
SELECT * FROM {tables.unnest(_PROGRAMME.c)} ORDER BY year, code
ON CONFLICT (year, code) DO UPDATE SET {tables.excluded(_PROGRAMME.c)}
"""
_PROGRAMMES: Final = select(*(_PROGRAMME.c[name] for name in Programme._fields))
_NAMES: Final = select(_PROGRAMME).order_by(_PROGRAMME.c.year, _PROGRAMME.c.code)
_DAY: Final = Table("heard_calendar_day", MetaData(), Column("day", Date), Column("worked", Boolean))
_KEEP_DAYS: Final = """
INSERT INTO heard_calendar_day (day, worked) SELECT * FROM unnest($1::date[], $2::boolean[]) AS t (day, worked)
ORDER BY day ON CONFLICT (day) DO UPDATE SET worked = excluded.worked
"""


class ProgrammeName(NamedTuple):
    """A programme of the plan of a year, and what people call it; None if it was received before names were kept."""

    year: int
    code: str
    parent: str | None
    name_zh: str | None
    name_en: str | None


async def keep_programmes(connection: AsyncConnection, programmes: Sequence[ProgrammeListed]) -> None:
    """Store the latest state of each programme."""
    if programmes:
        columns = tables.arrays(_PROGRAMME.c, [msgspec.structs.asdict(each) for each in programmes])
        await (await driver(connection)).execute(_KEEP_PROGRAMMES, *columns)


async def load(connection: AsyncConnection) -> Plan:
    """The programmes and regions; empty until the first facts have been received."""
    programmes = await tables.fetch_all(connection, _PROGRAMMES, Programme)
    return Plan.of(programmes, (await heard.regions(connection)).values())


async def programme_names(connection: AsyncConnection) -> list[ProgrammeName]:
    """The programmes of all years, by year and code."""
    return await tables.fetch_all(connection, _NAMES, ProgrammeName)


async def keep_days(connection: AsyncConnection, worked: Mapping[date, bool]) -> None:
    """Store of each day whether it is worked."""
    if worked:
        await (await driver(connection)).execute(_KEEP_DAYS, list(worked), list(worked.values()))


async def working_days(connection: AsyncConnection) -> WorkingDays:
    """The calendar as far as it was received."""
    return WorkingDays({row.day: row.worked for row in await connection.execute(select(_DAY))})
