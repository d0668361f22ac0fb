"""Which claims are on their way to the bank: rows of payment batches, in the database."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

_BATCH_OF: Final = "SELECT batch_id FROM payment_row WHERE claim_id = $1 AND status = 'open'"
_TOUCH: Final = """
UPDATE payment_row AS r SET touched = true FROM payment_batch AS b
WHERE r.claim_id = $1 AND r.status = 'open' AND b.id = r.batch_id AND b.status IN ('released', 'returned')
RETURNING r.claim_id
"""


async def batch_of(connection: AsyncConnection, claim_id: UUID) -> UUID | None:
    """The payment batch that the claim is in; None if it is in none that is still open."""
    found: UUID | None = await (await driver(connection)).fetchval(_BATCH_OF, claim_id)
    return found


async def touch(connection: AsyncConnection, claim_id: UUID) -> bool:
    """Whether the claim's money may have left: then it is noted that it has to be looked at once that is known.

    The claim is locked, so that no batch is released meanwhile.
    """
    return await (await driver(connection)).fetchval(_TOUCH, claim_id) is not None
