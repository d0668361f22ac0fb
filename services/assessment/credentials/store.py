"""Credentials in the database: which edition was signed with which key, and the place of its status.

The database itself turns a place off and on as a certificate is revoked, reinstated or issued again: see the trigger in
the migration. So whoever changes a certificate cannot forget it, also a version that knows nothing of credentials.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.credentials.rules import LIST_BITS, Place
from shared.database import driver
from shared.kernel.refusals import NotFound

_FIND: Final = "SELECT list, index FROM credential WHERE certificate_id = $1 AND edition = $2"
_NEXT: Final = "SELECT nextval('credential_place') - 1"
_OPEN: Final = "INSERT INTO status_list (list) VALUES ($1) ON CONFLICT DO NOTHING"
_ADD: Final = """
INSERT INTO credential (certificate_id, edition, list, index, key_id, digest, signed_by, signed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_CHANGES: Final = "SELECT changes FROM status_list WHERE list = $1"
_OFF: Final = "SELECT index FROM credential WHERE list = $1 AND is_off"


async def place(connection: AsyncConnection, certificate_id: UUID, edition: int) -> Place | None:
    """Where the status of the edition's credential stands; None if it was never signed."""
    row = await (await driver(connection)).fetchrow(_FIND, certificate_id, edition)
    return None if row is None else Place(*row)


async def next_place(connection: AsyncConnection) -> Place:
    """A place that no credential has."""
    database = await driver(connection)
    found = Place(*divmod(await database.fetchval(_NEXT), LIST_BITS))
    await database.execute(_OPEN, found.list)
    return found


async def add(
    connection: AsyncConnection,
    certificate_id: UUID,
    edition: int,
    place: Place,
    *,
    key_id: str,
    digest: bytes,
    by: str,
    at: datetime,
) -> None:
    await (await driver(connection)).execute(_ADD, certificate_id, edition, *place, key_id, digest, by, at)


async def changes(connection: AsyncConnection, number: int) -> int:
    """How often the list has changed. Raises NotFound."""
    found: int | None = await (await driver(connection)).fetchval(_CHANGES, number)
    if found is None:
        raise NotFound(what="status list", id=number)
    return found


async def off(connection: AsyncConnection, number: int) -> list[int]:
    """The places of the list whose credentials no longer stand."""
    return [row["index"] for row in await (await driver(connection)).fetch(_OFF, number)]
