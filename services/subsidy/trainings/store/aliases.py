"""Keys of persons who go on as others: what one human has done under several keys counts together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

_SAVE: Final = """
INSERT INTO heard_alias (person, into_person)
SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS a (person, into_person) ORDER BY person
ON CONFLICT (person) DO UPDATE SET into_person = excluded.into_person
"""
_DROP: Final = "DELETE FROM heard_alias WHERE person = ANY($1)"
_KEYS: Final = """
SELECT person AS key, person FROM unnest(CAST(:persons AS uuid[])) AS p (person)
UNION ALL
SELECT a.person, a.into_person FROM heard_alias AS a WHERE a.into_person = ANY(:persons)
"""


async def save_all(connection: AsyncConnection, merged: Mapping[UUID, UUID]) -> None:
    """Each person goes on as the other one."""
    if merged:
        await (await driver(connection)).execute(_SAVE, list(merged), list(merged.values()))


async def drop_all(connection: AsyncConnection, separated: Collection[UUID]) -> None:
    """Each person stands for themselves again."""
    if separated:
        await (await driver(connection)).execute(_DROP, list(separated))


async def keys_of(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, UUID]:
    """Every key that stands for one of `persons`, who go on as nobody else, and whom it stands for."""
    rows = await connection.execute(text(_KEYS), {"persons": list(persons)})
    return {row.key: row.person for row in rows}
