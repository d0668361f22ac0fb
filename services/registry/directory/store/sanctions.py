"""Sanctions in the database."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import MetaData, Table, Text, Uuid, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.sanctions import Sanction
from services.registry.directory.store.institutions import within
from shared import tables
from shared.contracts.dimensions import SanctionStep
from shared.dated_entries import columns as dated
from shared.kernel.keyset import KeysetPosition
from shared.kernel.refusals import NotFound
from shared.reach import Reach
from shared.tables import Choice, fixed

SANCTION: Final = Table(
    "sanction",
    MetaData(),
    *dated.columns(opened="imposed", ended="lifted", ending="lifting"),
    fixed("institution_id", Uuid),
    fixed("step", Choice(SanctionStep)),
    fixed("reason", Text),
)
_END: Final = dated.end(SANCTION)


async def add(connection: AsyncConnection, sanction: Sanction) -> None:
    await tables.add(connection, SANCTION, sanction)


async def load(connection: AsyncConnection, institution_id: UUID, sanction_id: UUID) -> Sanction:
    """The sanction, locked. Raises NotFound."""
    asked = tables.matches(SANCTION, institution_id=institution_id, id=sanction_id)
    sanction = await tables.fetch_one(connection, select(SANCTION).where(*asked).with_for_update(), Sanction)
    if sanction is None:
        raise NotFound(what="sanction", id=sanction_id)
    return sanction


async def since(connection: AsyncConnection, institution_id: UUID, day: date) -> list[Sanction]:
    """The institution's sanctions that hold on `day` or on a later day."""
    asked = tables.matches(SANCTION, institution_id=institution_id)
    statement = select(SANCTION).where(*asked, dated.stand_since(SANCTION, day)).order_by(SANCTION.c.id)
    return await tables.fetch_all(connection, statement, Sanction)


async def save(connection: AsyncConnection, sanction: Sanction) -> None:
    """Store the next version of `sanction`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, SANCTION, sanction, expected=sanction.version - 1)


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Sanction]:
    """The institution's sanctions in the order of their ids, after `after`."""
    asked = tables.matches(SANCTION, institution_id=institution_id)
    return await tables.fetch_page(connection, SANCTION, Sanction, asked, after=after, limit=limit)


async def standing(
    connection: AsyncConnection,
    reach: Reach,
    *,
    step: SanctionStep | None,
    day: date,
    after: KeysetPosition,
    limit: int,
) -> list[Sanction]:
    """Sanctions that hold on `day`, by their last day, after `after`; open-ended ones come last."""
    # Ended sanctions sort before the first key of the day in the index, so they are not read.
    behind = max(after, KeysetPosition(day, UUID(int=0)))
    asked = [*tables.matches(SANCTION, step=step), *within(reach, SANCTION.c.institution_id)]
    statement = (
        select(SANCTION)
        .where(*asked, SANCTION.c.first_on <= day, tuple_(_END, SANCTION.c.id) > behind)
        .order_by(_END, SANCTION.c.id)
        .limit(limit)
    )
    return await tables.fetch_all(connection, statement, Sanction)
