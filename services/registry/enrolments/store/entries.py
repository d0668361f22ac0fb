"""Encrypted statements at entry in the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

# Encrypted for the enrolment with which a training began; a transfer copies it.
_OF: Final = """
WITH RECURSIVE way AS (
    SELECT id AS asked, id, transferred_from, entry FROM enrolment WHERE id = ANY($1)
    UNION ALL
    SELECT way.asked, e.id, e.transferred_from, way.entry FROM way JOIN enrolment AS e ON e.id = way.transferred_from
)
SELECT asked, id, entry FROM way WHERE transferred_from IS NULL
"""


_REPLACE: Final = """
WITH former AS (
    UPDATE enrolment_event AS v SET former_entry = e.entry FROM enrolment AS e
    WHERE v.enrolment_id = $1 AND v.version = $2 AND e.id = v.enrolment_id
)
UPDATE enrolment SET entry = $3 WHERE id = $1
"""


class SealedEntry(NamedTuple):
    """The encrypted statement at entry, if any, and the enrolment for which it is encrypted."""

    owner: UUID
    sealed: bytes | None


async def of(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, SealedEntry]:
    """The statement of each existing enrolment, by id."""
    rows = await (await driver(connection)).fetch(_OF, list(enrolment_ids))
    return {row["asked"]: SealedEntry(row["id"], row["entry"]) for row in rows}


async def replace(connection: AsyncConnection, enrolment_id: UUID, sealed: bytes | None, *, version: int) -> None:
    """Replace the encrypted statement by `sealed`; the earlier one is kept with the step that led to `version`."""
    await (await driver(connection)).execute(_REPLACE, enrolment_id, version, sealed)
