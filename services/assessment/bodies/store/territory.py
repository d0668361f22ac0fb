"""Where bodies may examine beside their own prefecture, in the database."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.territory import Territory
from shared import tables
from shared.dated_entries import columns as dated
from shared.kernel.refusals import NotFound
from shared.tables import fixed

TERRITORY: Final = Table(
    "territory",
    MetaData(),
    *dated.columns(opened="opened", ended="ended", ending="ending"),
    fixed("body_id", Uuid),
    fixed("reporting_region", Text),
    fixed("agreed_by", Text),
)


async def add(connection: AsyncConnection, territory: Territory) -> None:
    await tables.add(connection, TERRITORY, territory)


async def load(connection: AsyncConnection, body_id: UUID, entry_id: UUID) -> Territory:
    """Raises NotFound."""
    asked = tables.matches(TERRITORY, body_id=body_id, id=entry_id)
    found = await tables.fetch_one(connection, select(TERRITORY).where(*asked), Territory)
    if found is None:
        raise NotFound(what="territory", id=entry_id)
    return found


async def save(connection: AsyncConnection, territory: Territory) -> None:
    """Store the next version of `territory`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, TERRITORY, territory, expected=territory.version - 1)


async def of(connection: AsyncConnection, body_id: UUID) -> list[Territory]:
    """All entries of the body, past ones too: a few."""
    statement = select(TERRITORY).where(*tables.matches(TERRITORY, body_id=body_id)).order_by(TERRITORY.c.id)
    return await tables.fetch_all(connection, statement, Territory)
