"""What a re-keying reads and writes: the trainings that go on as each other, and documents that are released."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver
from shared.kernel.ids import new_id

# A transfer goes on with one training under another id, so the whole chain is one human's.
_CHAIN: Final = """
WITH RECURSIVE chain AS (
    SELECT id, transferred_from FROM enrolment WHERE id = $1
    UNION
    SELECT e.id, e.transferred_from FROM chain JOIN enrolment AS e
        ON e.transferred_from = chain.id OR e.id = chain.transferred_from
)
SELECT id FROM chain
"""
# A row sent again under the right document repeats the training; what it said of the wrong one is no measure.
_FORGET_ROWS: Final = "UPDATE enrolment SET row_mark = NULL WHERE id = ANY($1) AND row_mark IS NOT NULL"
# The particulars that came with a training of another human are not the holder's: they are kept as history only.
_RELEASE: Final = """
WITH released AS (
    UPDATE trainee SET released_at = $4, phone_mark = NULL
    WHERE person = $2 AND released_at IS NULL
        AND NOT EXISTS (SELECT FROM enrolment WHERE person = $2 OR came_as = $2)
        AND NOT EXISTS (SELECT FROM person_merge WHERE undone_at IS NULL AND (person = $2 OR into_person = $2))
    RETURNING person, sealed
)
INSERT INTO replaced_particulars (id, person, sealed, reason, replaced_by, replaced_at)
SELECT $1, person, sealed, $5, $3, $4 FROM released
"""


async def chain(connection: AsyncConnection, enrolment_id: UUID) -> list[UUID]:
    """The enrolment with those that it continues and those that continue it."""
    return [row["id"] for row in await (await driver(connection)).fetch(_CHAIN, enrolment_id)]


async def forget_rows(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> None:
    """Let a later row be compared with these enrolments by its name only."""
    await (await driver(connection)).execute(_FORGET_ROWS, list(enrolment_ids))


async def release(connection: AsyncConnection, person: UUID, *, by: str, reason: str, at: datetime) -> None:
    """Release the document of `person` if no training stands under it: the next roster says whose name it has."""
    await (await driver(connection)).execute(_RELEASE, new_id(), person, by, at, reason)
