"""The plan's programmes and regions, from the registry's latest facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import heard
from shared.database import driver
from shared.plan import Plan, Programme

_KEEP_PROGRAMMES: Final = """
INSERT INTO heard_programme (code, parent)
SELECT * FROM unnest($1::text[], $2::text[]) AS h (code, parent) ORDER BY code
ON CONFLICT (code) DO UPDATE SET parent = excluded.parent
"""
_PROGRAMMES: Final = select(table("heard_programme", *map(column, Programme._fields)))


async def keep_programmes(connection: AsyncConnection, programmes: Sequence[Programme]) -> None:
    if programmes:
        await (await driver(connection)).execute(_KEEP_PROGRAMMES, *map(list, zip(*programmes, strict=True)))


async def load(connection: AsyncConnection) -> Plan:
    """The programmes and regions; empty until the first facts have been received."""
    programmes = [Programme(*row) for row in await connection.execute(_PROGRAMMES)]
    return Plan({each.code: each for each in programmes}, await heard.regions(connection))
