"""What more than one service keeps of the registry's facts: regions, and keys of persons who turned out to be one.

Each service that uses it has the tables `heard_region` and `heard_alias` in its own database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.plan import Region

_KEEP_REGIONS: Final = text("""
INSERT INTO heard_region (code, parent, reporting_region, valid_to, replaced_by)
SELECT * FROM unnest(CAST(:code AS text[]), CAST(:parent AS text[]), CAST(:reporting_region AS text[]),
    CAST(:valid_to AS date[]), CAST(:replaced_by AS text[])) AS r (code) ORDER BY code
ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, reporting_region = excluded.reporting_region,
    valid_to = excluded.valid_to, replaced_by = excluded.replaced_by
""")
_REGIONS: Final = text("SELECT code, parent, reporting_region, valid_to, replaced_by FROM heard_region")
_KEEP_ALIASES: Final = text("""
INSERT INTO heard_alias (person, into_person)
SELECT * FROM unnest(CAST(:persons AS uuid[]), CAST(:into AS uuid[])) AS a (person, into_person) ORDER BY person
ON CONFLICT (person) DO UPDATE SET into_person = excluded.into_person
""")
_DROP_ALIASES: Final = text("DELETE FROM heard_alias WHERE person = ANY(CAST(:persons AS uuid[]))")
_OTHER_KEYS: Final = text(
    "SELECT person, into_person FROM heard_alias WHERE into_person = ANY(CAST(:persons AS uuid[]))"
)


async def keep_regions(connection: AsyncConnection, regions: Sequence[Region]) -> None:
    """Store the latest state of each region."""
    if regions:
        columns = map(list, zip(*regions, strict=True))
        await connection.execute(_KEEP_REGIONS, dict(zip(Region._fields, columns, strict=True)))


async def regions(connection: AsyncConnection) -> dict[str, Region]:
    """All regions by code; empty until they were heard of."""
    return {row.code: Region(*row) for row in await connection.execute(_REGIONS)}


async def keep_aliases(connection: AsyncConnection, merged: Mapping[UUID, UUID]) -> None:
    """Each key of `merged` belongs from now on to the person with the other key."""
    if merged:
        await connection.execute(_KEEP_ALIASES, {"persons": list(merged), "into": list(merged.values())})


async def drop_aliases(connection: AsyncConnection, separated: Collection[UUID]) -> None:
    """Each key of `separated` stands for a person of its own again."""
    if separated:
        await connection.execute(_DROP_ALIASES, {"persons": list(separated)})


async def keys_of(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, UUID]:
    """Every key of each of `persons`, with the key that the person goes by: their own included.

    None of `persons` may be a key that was merged into another.
    """
    others = await connection.execute(_OTHER_KEYS, {"persons": list(persons)}) if persons else ()
    return {person: person for person in persons} | {row.person: row.into_person for row in others}
