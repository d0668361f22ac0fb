"""The versions of the sheets of targets: the newest of a plan and axis holds, the older ones stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.targets.rules import Aim, Axis, Line, Sheet
from shared.database import driver

_VERSIONS = """
SELECT plan, axis, version, confirmed_by, confirmed_at, proposed_by FROM target_sheet
WHERE plan = $1 AND axis = $2 ORDER BY version
"""
_ADD = """
INSERT INTO target_sheet (plan, axis, version, proposed_by, confirmed_by, confirmed_at)
SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5 FROM target_sheet WHERE plan = $1 AND axis = $2
RETURNING version
"""
_LINES = """
SELECT key, measure, programme, month, target FROM target WHERE plan = $1 AND axis = $2 AND version = $3 ORDER BY place
"""


class SheetVersion(NamedTuple):
    """A version of a sheet, and the two people of it."""

    plan: str
    axis: Axis
    version: int
    confirmed_by: str
    confirmed_at: datetime
    proposed_by: str


async def versions(connection: AsyncConnection, plan: str, axis: Axis) -> list[SheetVersion]:
    """The versions of a plan's sheet, from the first."""
    rows = await (await driver(connection)).fetch(_VERSIONS, plan, axis)
    return [SheetVersion(**{**row, "axis": Axis(row["axis"])}) for row in rows]


async def lines(connection: AsyncConnection, plan: str, axis: Axis, version: int) -> list[Line]:
    """The lines of a version, in the order of the sheet."""
    rows = await (await driver(connection)).fetch(_LINES, plan, axis, version)
    return [Line(row["key"], Aim(row["measure"]), row["programme"], row["month"], row["target"]) for row in rows]


async def add(connection: AsyncConnection, sheet: Sheet, *, proposed_by: str, by: str, at: datetime) -> int:
    """Store `sheet` as the next version, which is returned."""
    database = await driver(connection)
    version: int = await database.fetchval(_ADD, sheet.plan, sheet.axis, proposed_by, by, at)
    rows: list[tuple[Any, ...]] = [
        (sheet.plan, sheet.axis.value, version, place, *line) for place, line in enumerate(sheet.lines)
    ]
    columns = ("plan", "axis", "version", "place", *Line._fields)
    await database.copy_records_to_table("target", columns=columns, records=rows, schema_name="public")
    return version
