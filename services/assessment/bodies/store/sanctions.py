"""Sanctions on bodies in the database."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.sanctions import BodySanction
from services.assessment.bodies.store.bodies import within
from shared import tables
from shared.contracts.dimensions import SanctionStep
from shared.dated_entries import columns as dated
from shared.kernel.refusals import NotFound
from shared.reach import Scope
from shared.tables import Choice, fixed

BODY_SANCTION: Final = Table(
    "body_sanction",
    MetaData(),
    *dated.columns(opened="imposed", ended="lifted", ending="lifting"),
    fixed("body_id", Uuid),
    fixed("step", Choice(SanctionStep)),
    fixed("reason", Text),
)


async def add(connection: AsyncConnection, sanction: BodySanction) -> None:
    await tables.add(connection, BODY_SANCTION, sanction)


async def load(connection: AsyncConnection, body_id: UUID, sanction_id: UUID) -> BodySanction:
    """The sanction, locked. Raises NotFound."""
    asked = tables.matches(BODY_SANCTION, body_id=body_id, id=sanction_id)
    statement = select(BODY_SANCTION).where(*asked).with_for_update()
    sanction = await tables.fetch_one(connection, statement, BodySanction)
    if sanction is None:
        raise NotFound(what="sanction", id=sanction_id)
    return sanction


async def since(connection: AsyncConnection, body_id: UUID, day: date) -> list[BodySanction]:
    """The body's sanctions that hold on `day` or on a later day."""
    asked = [*tables.matches(BODY_SANCTION, body_id=body_id), dated.stand_since(BODY_SANCTION, day)]
    statement = select(BODY_SANCTION).where(*asked).order_by(BODY_SANCTION.c.id)
    return await tables.fetch_all(connection, statement, BodySanction)


async def save(connection: AsyncConnection, sanction: BodySanction) -> None:
    """Store the next version of `sanction`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, BODY_SANCTION, sanction, expected=sanction.version - 1)


async def page(
    connection: AsyncConnection,
    scope: Scope,
    *,
    body_id: UUID | None,
    on: date | None,
    after: UUID,
    limit: int,
) -> list[BodySanction]:
    """Sanctions on bodies in sight, on one of them, or that hold on a day, in the order of their ids, after `after`."""
    narrowed = tables.matches(BODY_SANCTION, body_id=body_id or scope.organisation_id)
    asked = [*within(scope.reach, BODY_SANCTION.c.body_id), *narrowed]
    if on is not None:
        asked.append(dated.stand_on(BODY_SANCTION, on))
    return await tables.fetch_page(connection, BODY_SANCTION, BodySanction, asked, after=after, limit=limit)
