"""Keys of persons who go on as others: one human is one candidate and holds one certificate, under whatever keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

_KEEP: Final = """
INSERT INTO heard_alias (person, into_person)
SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS a (person, into_person) ORDER BY person
ON CONFLICT (person) DO UPDATE SET into_person = excluded.into_person
"""
_DROP: Final = "DELETE FROM heard_alias WHERE person = ANY($1)"
_MERGED: Final = "SELECT person, into_person FROM heard_alias WHERE person = ANY($1)"
_OTHER_KEYS: Final = "SELECT person, into_person FROM heard_alias WHERE into_person = ANY($1)"
_LOCK: Final = """
SELECT FROM heard_alias WHERE person = ANY($1) OR into_person = ANY($1) ORDER BY person FOR UPDATE
"""


def training_of(human: str, *, class_id: str) -> str:
    """The select of the programme that the training of a human in a class counts to; both are given as SQL.

    The enrolment may have been heard of under any of the human's keys.
    """
    return f"""
    SELECT programme FROM heard_enrolment
    WHERE class_id = {class_id} AND NOT has_left AND (
        person = {human} OR person IN (SELECT person FROM heard_alias WHERE into_person = {human})
    )
    ORDER BY id LIMIT 1
    """


async def keep(connection: AsyncConnection, merged: Mapping[UUID, UUID]) -> None:
    """Each person goes on as the other one."""
    if merged:
        await (await driver(connection)).execute(_KEEP, list(merged), list(merged.values()))


async def drop(connection: AsyncConnection, separated: Collection[UUID]) -> None:
    """Each person stands for themselves again."""
    if separated:
        await (await driver(connection)).execute(_DROP, list(separated))


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
