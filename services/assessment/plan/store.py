"""The plan's programmes and regions, as the registry told them last."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver
from shared.plan import Plan, Programme, Region

_KEEP_PROGRAMMES = """
INSERT INTO heard_programme (code, parent)
SELECT * FROM unnest($1::text[], $2::text[]) AS h (code, parent) ORDER BY code
ON CONFLICT (code) DO UPDATE SET parent = excluded.parent
"""
_KEEP_REGIONS = """
INSERT INTO heard_region (code, parent, reporting_region, valid_to, replaced_by)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[])
    AS h (code, parent, reporting_region, valid_to, replaced_by) ORDER BY code
ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, reporting_region = excluded.reporting_region,
    valid_to = excluded.valid_to, replaced_by = excluded.replaced_by
"""
_PROGRAMMES = "SELECT code, parent FROM heard_programme"
_REGIONS = "SELECT code, parent, reporting_region, valid_to, replaced_by FROM heard_region"


async def keep_programmes(connection: AsyncConnection, programmes: Sequence[Programme]) -> None:
    if programmes:
        await (await driver(connection)).execute(_KEEP_PROGRAMMES, *map(list, zip(*programmes, strict=True)))


async def keep_regions(connection: AsyncConnection, regions: Sequence[Region]) -> None:
    if regions:
        await (await driver(connection)).execute(_KEEP_REGIONS, *map(list, zip(*regions, strict=True)))


async def load(connection: AsyncConnection) -> Plan:
    """The programmes and regions that rules ask for; empty until they have been heard."""
    programmes = [Programme(*row) for row in await connection.execute(text(_PROGRAMMES))]
    regions = [Region(*row) for row in await connection.execute(text(_REGIONS))]
    return Plan({each.code: each for each in programmes}, {each.code: each for each in regions})
