"""Copies of facts that several services need: regions, institutions and bodies, and merged person keys.

Each service that uses it has the tables `heard_region`, `heard_institution` and `heard_alias` in its own database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Column, Date, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.contracts.assessment import BodyFiled
from shared.contracts.dimensions import RegionPeriod
from shared.contracts.registry.directory import InstitutionState
from shared.contracts.registry.plan import RegionListed
from shared.database import driver
from shared.kernel.callers import Role
from shared.plan import Region
from shared.standings import Standings
from shared.tables import Json

HEARD_REGION: Final = Table(
    "heard_region",
    MetaData(),
    Column("code", Text),
    Column("parent", Text),
    Column("reporting_region", Text),
    Column("valid_to", Date),
    Column("replaced_by", Text),
    Column("periods", Json),
    *(Column(name, Text) for name in ("name_zh", "name_en")),
)
_NAMES: Final = ("name_zh", "name_en")
"""Columns of a region that only pages show."""
HEARD_INSTITUTION: Final = Table(
    "heard_institution",
    MetaData(),
    Column("id", Uuid),
    Column("name", Text),
    Column("closed_from", Date),
    Column("succeeded_by", Uuid),
)
STANDINGS: Final = Standings({Role.INSTITUTION: HEARD_INSTITUTION, Role.ASSESSMENT_BODY: HEARD_INSTITUTION})
"""As far as was received; an organisation that was not stands as any open one."""
HEARD_ALIAS: Final = Table("heard_alias", MetaData(), Column("person", Uuid), Column("into_person", Uuid))

_KEEP_REGIONS: Final = f"""
INSERT INTO heard_region ({tables.names(HEARD_REGION.c)})
SELECT * FROM {tables.unnest(HEARD_REGION.c)} ORDER BY code
ON CONFLICT (code) DO UPDATE SET {tables.excluded(HEARD_REGION.c)}
"""
_KEEP_ORGANISATIONS: Final = f"""
INSERT INTO heard_institution ({tables.names(HEARD_INSTITUTION.c)})
SELECT * FROM {tables.unnest(HEARD_INSTITUTION.c)} ORDER BY id
ON CONFLICT (id) DO UPDATE SET {tables.excluded(HEARD_INSTITUTION.c)}
"""
_KEEP_ALIASES: Final = f"""
INSERT INTO heard_alias ({tables.names(HEARD_ALIAS.c)})
SELECT * FROM {tables.unnest(HEARD_ALIAS.c)} ORDER BY person
ON CONFLICT (person) DO UPDATE SET into_person = excluded.into_person
"""
_DROP_ALIASES: Final = "DELETE FROM heard_alias WHERE person = ANY($1)"
_INTO: Final = "SELECT into_person FROM heard_alias WHERE person = $1"
_OTHER_KEYS: Final = "SELECT person, into_person FROM heard_alias WHERE into_person = ANY($1)"


async def keep_regions(connection: AsyncConnection, regions: Sequence[RegionListed]) -> None:
    """Store the latest state of each region."""
    if regions:
        rows = [
            msgspec.structs.asdict(each) | {"periods": msgspec.json.encode(each.periods).decode()} for each in regions
        ]
        await (await driver(connection)).execute(_KEEP_REGIONS, *tables.arrays(HEARD_REGION.c, rows))


async def regions(connection: AsyncConnection) -> dict[str, Region]:
    """All regions by code; empty until the first have been received."""
    asked = select(*(column for column in HEARD_REGION.c if column.key not in _NAMES))
    return {each.code: each for each in await tables.fetch_all(connection, asked, _region)}


class RegionName(NamedTuple):
    """What people call a region; null for one that was received before names were kept."""

    code: str
    parent: str | None
    name_zh: str | None
    name_en: str | None


async def region_names(connection: AsyncConnection) -> list[RegionName]:
    """The names of all regions, by code."""
    asked = select(*(HEARD_REGION.c[name] for name in RegionName._fields)).order_by(HEARD_REGION.c.code)
    return await tables.fetch_all(connection, asked, RegionName)


def _region(*, periods: Any, **fields: Any) -> Region:
    return Region(**fields, periods=msgspec.convert(periods or (), tuple[RegionPeriod, ...]))


async def keep_institutions(connection: AsyncConnection, institutions: Sequence[InstitutionState]) -> None:
    """Store the latest state of each institution."""
    await _keep_organisations(connection, {each.institution_id: each for each in institutions})


async def keep_bodies(connection: AsyncConnection, bodies: Sequence[BodyFiled]) -> None:
    """Store the latest state of each assessment body, beside the institutions: either may be paid."""
    await _keep_organisations(connection, {each.body_id: each for each in bodies})


async def _keep_organisations(
    connection: AsyncConnection, organisations: Mapping[UUID, InstitutionState | BodyFiled]
) -> None:
    if organisations:
        rows = [msgspec.structs.asdict(each) | {"id": id_} for id_, each in organisations.items()]
        await (await driver(connection)).execute(_KEEP_ORGANISATIONS, *tables.arrays(HEARD_INSTITUTION.c, rows))


async def keep_aliases(connection: AsyncConnection, merged: Mapping[UUID, UUID]) -> None:
    """Store that each key of `merged` belongs to the person with the other key."""
    if merged:
        await (await driver(connection)).execute(_KEEP_ALIASES, list(merged), list(merged.values()))


async def drop_aliases(connection: AsyncConnection, separated: Collection[UUID]) -> None:
    """Store that each key of `separated` is a person of its own again."""
    if separated:
        await (await driver(connection)).execute(_DROP_ALIASES, list(separated))


async def current_key(connection: AsyncConnection, person: UUID) -> UUID:
    """The key under which the human of `person` goes now."""
    into: UUID | None = await (await driver(connection)).fetchval(_INTO, person)
    return into or person


async def keys_of(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, UUID]:
    """Every key of each of `persons`, their own included, mapped to the person's current key.

    None of `persons` may be a key that was merged into another.
    """
    others = await (await driver(connection)).fetch(_OTHER_KEYS, list(persons)) if persons else ()
    return {person: person for person in persons} | {row["person"]: row["into_person"] for row in others}
