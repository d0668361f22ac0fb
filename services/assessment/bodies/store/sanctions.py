"""Sanctions on bodies in the database."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.sanctions import BodySanction
from services.assessment.bodies.store.bodies import within
from shared.dated_entries import columns as dated
from shared.reach import Scope
from shared.sanctions.store import SanctionStore, sanction_table

BODY_SANCTION: Final = sanction_table("body_sanction", owner="body_id")
SANCTIONS: Final = SanctionStore(BODY_SANCTION, BodySanction, owner="body_id")


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
    asked = within(scope.reach, BODY_SANCTION.c.body_id)
    if on is not None:
        asked = [*asked, dated.stand_on(BODY_SANCTION, on)]
    owner_id = body_id or scope.organisation_id
    return await SANCTIONS.page(connection, asked, owner_id=owner_id, after=after, limit=limit)
