"""What was sealed of entries, in the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

# Sealed to the enrolment with which a training began; a transfer takes it along.
_OF: Final = """
WITH RECURSIVE way AS (
    SELECT id AS asked, id, transferred_from, entry FROM enrolment WHERE id = ANY($1)
    UNION ALL
    SELECT way.asked, e.id, e.transferred_from, way.entry FROM way JOIN enrolment AS e ON e.id = way.transferred_from
)
SELECT asked, id, entry FROM way WHERE transferred_from IS NULL
"""


class SealedEntry(NamedTuple):
    """What was sealed of an entry, if anything, and the enrolment that it is sealed to."""

    owner: UUID
    sealed: bytes | None


async def of(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, SealedEntry]:
    """The entry of each of the enrolments that there are."""
    rows = await (await driver(connection)).fetch(_OF, list(enrolment_ids))
    return {row["asked"]: SealedEntry(row["id"], row["entry"]) for row in rows}
