"""Spot checks in the database."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.reach import ListScope
from services.registry.supervision.rules.spot_checks import SpotCheck
from shared import tables
from shared.contracts.registry.supervision import PatrolLevel
from shared.located import lies_in
from shared.tables import Choice, fixed

SPOT_CHECK: Final = Table(
    "spot_check",
    MetaData(),
    fixed("id", Uuid),
    fixed("class_id", Uuid),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("level", Choice(PatrolLevel)),
    fixed("local_id", Text),
    fixed("checked_on", Date),
    fixed("asked", Integer),
    fixed("confirmed", Integer),
    fixed("trained", Integer),
    fixed("note", Text),
    fixed("done_by", Text),
    fixed("version", Integer),
)


async def add(connection: AsyncConnection, check: SpotCheck) -> None:
    await tables.add(connection, SPOT_CHECK, check)


async def find_by_local_id(connection: AsyncConnection, done_by: str, local_id: str) -> SpotCheck | None:
    named = tables.matches(SPOT_CHECK, done_by=done_by, local_id=local_id)
    return await tables.fetch_one(connection, select(SPOT_CHECK).where(*named), SpotCheck)


async def page(connection: AsyncConnection, scope: ListScope, *, after: UUID, limit: int) -> list[SpotCheck]:
    """Spot checks in the order of their ids, after `after`."""
    asked = [*lies_in(SPOT_CHECK, scope.reach), *tables.matches(SPOT_CHECK, **scope.columns)]
    return await tables.fetch_page(connection, SPOT_CHECK, SpotCheck, asked, after=after, limit=limit)
