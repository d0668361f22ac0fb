"""Sanctions on institutions in the database."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.sanctions import Sanction
from services.registry.directory.store.institutions import within
from shared import tables
from shared.contracts.dimensions import SanctionStep
from shared.dated_entries import columns as dated
from shared.kernel.keyset import KeysetPosition
from shared.reach import Reach
from shared.sanctions.store import SanctionStore, sanction_table

SANCTION: Final = sanction_table("sanction", owner="institution_id")
SANCTIONS: Final = SanctionStore(SANCTION, Sanction, owner="institution_id")
_END: Final = dated.end(SANCTION)


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
