"""Inspections in the database."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.supervision.rules.inspections import Inspection
from shared import tables
from shared.contracts.registry.supervision import PatrolLevel
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Owners, Reach
from shared.tables import Choice, Instant, fixed

INSPECTION: Final = Table(
    "inspection",
    MetaData(),
    fixed("id", Uuid),
    fixed("institution_id", Uuid),
    fixed("site_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("level", Choice(PatrolLevel)),
    fixed("local_id", Text),
    fixed("inspected_at", Instant),
    fixed("note", Text),
    fixed("done_by", Text),
    fixed("version", Integer),
)
_BY_ID: Final = select(INSPECTION).where(INSPECTION.c.id == bindparam("id"))


async def add(connection: AsyncConnection, inspection: Inspection) -> None:
    await tables.add(connection, INSPECTION, inspection)


async def load(connection: AsyncConnection, inspection_id: UUID) -> Inspection:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _BY_ID, Inspection, id=inspection_id)
    if found is None:
        raise NotFound(what="inspection", id=inspection_id)
    return found


async def find_by_local_id(connection: AsyncConnection, done_by: str, local_id: str) -> Inspection | None:
    asked = tables.matches(INSPECTION, done_by=done_by, local_id=local_id)
    return await tables.fetch_one(connection, select(INSPECTION).where(*asked), Inspection)


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    institution_id: Owners,
    site_id: UUID | None,
    after: UUID,
    limit: int,
) -> list[Inspection]:
    """Inspections with ids above `after`, ordered by id."""
    narrowed = tables.matches(INSPECTION, institution_id=institution_id, site_id=site_id)
    asked = [*lies_in(INSPECTION, reach), *narrowed]
    return await tables.fetch_page(connection, INSPECTION, Inspection, asked, after=after, limit=limit)
