"""Persons in the database: their particulars, encrypted, and which of their keys turned out to be one human's.

One human is one candidate of a session and holds one certificate of a kind, under whatever keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver
from shared.persons import SealedPerson

_KEEP_ALIASES: Final = """
INSERT INTO heard_alias (person, into_person)
SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS a (person, into_person) ORDER BY person
ON CONFLICT (person) DO UPDATE SET into_person = excluded.into_person
"""
_DROP_ALIASES: Final = "DELETE FROM heard_alias WHERE person = ANY($1)"
_MERGED: Final = "SELECT person, into_person FROM heard_alias WHERE person = ANY($1)"
_OTHER_KEYS: Final = "SELECT person, into_person FROM heard_alias WHERE into_person = ANY($1)"
_LOCK: Final = """
SELECT FROM heard_alias WHERE person = ANY($1) OR into_person = ANY($1) ORDER BY person FOR UPDATE
"""
_ADD: Final = """
INSERT INTO candidate_person (person, document_kind, sealed)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS t (person, document_kind, sealed)
ORDER BY person ON CONFLICT (person) DO NOTHING
"""
_SEALED: Final = "SELECT person, document_kind, sealed FROM candidate_person WHERE person = ANY($1)"


async def add_all(connection: AsyncConnection, persons: Sequence[SealedPerson]) -> None:
    """Store those of `persons`, each named once, who are not known yet."""
    if persons:
        await (await driver(connection)).execute(_ADD, *map(list, zip(*persons, strict=True)))


async def sealed(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, SealedPerson]:
    rows = await (await driver(connection)).fetch(_SEALED, list(persons))
    return {row["person"]: SealedPerson(*row) for row in rows}


async def keep_aliases(connection: AsyncConnection, merged: Mapping[UUID, UUID]) -> None:
    """Each person goes on as the other one."""
    if merged:
        await (await driver(connection)).execute(_KEEP_ALIASES, list(merged), list(merged.values()))


async def drop_aliases(connection: AsyncConnection, separated: Collection[UUID]) -> None:
    """Each person stands for themselves again."""
    if separated:
        await (await driver(connection)).execute(_DROP_ALIASES, list(separated))


async def humans(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, UUID]:
    """Of each of `persons` the key that the human in it goes by: mostly the same one."""
    rows = await (await driver(connection)).fetch(_MERGED, list(persons))
    return {person: person for person in persons} | {row["person"]: row["into_person"] for row in rows}


async def keys_of(connection: AsyncConnection, humans: Collection[UUID]) -> dict[UUID, UUID]:
    """Every key of each of `humans`, with the one that the human goes by."""
    rows = await (await driver(connection)).fetch(_OTHER_KEYS, list(humans))
    return {human: human for human in humans} | {row["person"]: row["into_person"] for row in rows}


async def lock(connection: AsyncConnection, humans: Collection[UUID]) -> None:
    """Of those of `humans` who have several keys, nobody else decides anything until this transaction ends."""
    await (await driver(connection)).execute(_LOCK, list(humans))
