"""The plan's programmes and regions, as the registry's last facts state them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Date, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.database import driver
from shared.plan import Plan, Programme, Region

_PROGRAMME: Final = Table("heard_programme", MetaData(), Column("code", Text), Column("parent", Text))
_REGION: Final = Table(
    "heard_region",
    MetaData(),
    Column("code", Text),
    Column("parent", Text),
    Column("reporting_region", Text),
    Column("valid_to", Date),
    Column("replaced_by", Text),
)


def _keep(table: Table) -> str:
    # In one order always, so that two batches do not wait for each other.
    return f"""
    INSERT INTO {table.name} ({tables.names(table.c)}) SELECT * FROM {tables.unnest(table.c)} ORDER BY code
    ON CONFLICT (code) DO UPDATE SET {tables.excluded(table.c)}
    """


_KEEP_PROGRAMMES: Final = _keep(_PROGRAMME)
_KEEP_REGIONS: Final = _keep(_REGION)
_PROGRAMMES: Final = select(_PROGRAMME)
_REGIONS: Final = select(_REGION)


async def keep_programmes(connection: AsyncConnection, programmes: Sequence[Programme]) -> None:
    if programmes:
        columns = tables.arrays(_PROGRAMME.c, [each._asdict() for each in programmes])
        await (await driver(connection)).execute(_KEEP_PROGRAMMES, *columns)


async def keep_regions(connection: AsyncConnection, regions: Sequence[Region]) -> None:
    if regions:
        columns = tables.arrays(_REGION.c, [each._asdict() for each in regions])
        await (await driver(connection)).execute(_KEEP_REGIONS, *columns)


async def load(connection: AsyncConnection) -> Plan:
    """The programmes and regions; empty until their facts have arrived."""
    programmes = await tables.fetch_all(connection, _PROGRAMMES, Programme)
    regions = await tables.fetch_all(connection, _REGIONS, Region)
    return Plan({each.code: each for each in programmes}, {each.code: each for each in regions})
