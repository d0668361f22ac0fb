"""Owed lines in the database, looked for from the lines with a case, which are few."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.store.claims import CLAIM
from services.subsidy.claims.store.lines import LINE
from services.subsidy.owed.rules import OwedLine
from shared import tables
from shared.located import lies_in
from shared.reach import Reach

_STANDS: Final = or_(LINE.c.recovered_on.is_(None), LINE.c.recovered_part_fen.is_not(None))
"""Condition: some of the line did not come back."""
_OWED: Final = (
    select(
        LINE.c.source_id.label("id"),
        *LINE.c["claim_id", "line", "amount_fen", "owed"],
        *CLAIM.c["kind", "source_id", "institution_id", "region", "reporting_region"],
    )
    .join_from(LINE, CLAIM, CLAIM.c.id == LINE.c.claim_id)
    .where(LINE.c.owed.is_not(None), LINE.c.amount_fen > LINE.c.written_off_fen, _STANDS)
    .order_by(LINE.c.source_id)
)


async def page(connection: AsyncConnection, reach: Reach, *, after: UUID, limit: int) -> list[OwedLine]:
    """Those within `reach`, in the order of what they were built from, after `after`."""
    statement = _OWED.where(LINE.c.source_id > after, *lies_in(CLAIM, reach)).limit(limit)
    return await tables.fetch_all(connection, statement, OwedLine)
