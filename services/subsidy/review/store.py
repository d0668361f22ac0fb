"""Claims that wait for something to be done by a day, in the database."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.store.claims import CLAIM
from shared.contracts.subsidy.claims import ClaimStatus

_PUBLICITY_OVER: Final = (
    select(CLAIM.c.id)
    .where(
        CLAIM.c.status == ClaimStatus.PUBLICITY,
        CLAIM.c.public_until < bindparam("today"),
        CLAIM.c.id > bindparam("after"),
    )
    .order_by(CLAIM.c.id)
    .limit(bindparam("rows"))
)


async def publicity_over(connection: AsyncConnection, today: date, *, after: UUID, limit: int) -> list[UUID]:
    """Claims whose publicity ended before `today` and that are not approved yet, by id, after `after`."""
    return list(await connection.scalars(_PUBLICITY_OVER, {"today": today, "after": after, "rows": limit}))


def is_late(today: date) -> ColumnElement[bool]:
    """Condition: the claim's step was due before `today`."""
    return CLAIM.c.due_on < today
