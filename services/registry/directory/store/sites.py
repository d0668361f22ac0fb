"""Sites and their rooms in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.sites import Room, RoomKind, Site
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.located import misplaced_in
from shared.plan import Located
from shared.tables import fixed

SITE: Final = Table(
    "site",
    MetaData(),
    fixed("id", Uuid),
    fixed("institution_id", Uuid),
    fixed("local_id", Text),
    Column("address", Text),
    Column("address_mark", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("longitude", Double),
    Column("latitude", Double),
    Column("version", Integer),
    Column("moves", Integer),
)
ROOM: Final = Table(
    "room",
    MetaData(),
    fixed("site_id", Uuid),
    fixed("name", Text),
    Column("kind", Text),
    Column("seats", Integer),
    Column("listed", Boolean),
)
# As [name, kind, seats], in the order of their names.
_ROOMS: Final = (
    select(array([ROOM.c.name, ROOM.c.kind, cast(ROOM.c.seats, Text)]))
    .where(ROOM.c.site_id == SITE.c.id, ROOM.c.listed)
    .order_by(ROOM.c.name)
    .scalar_subquery()
)
_SELECT: Final = select(SITE, func.array(_ROOMS, type_=ARRAY(Text)).label("rooms"))
_BY_ID: Final = _SELECT.where(SITE.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
# Lessons that were held still refer to the room, so its row stays; it is only no longer listed.
_DROP_ROOMS: Final = "UPDATE room SET listed = false WHERE site_id = $1 AND name <> ALL($2::text[])"
_PUT_ROOMS: Final = """
INSERT INTO room (site_id, name, kind, seats)
SELECT $1, name, kind, seats FROM unnest($2::text[], $3::text[], $4::integer[]) AS r (name, kind, seats)
ON CONFLICT (site_id, name) DO UPDATE SET kind = excluded.kind, seats = excluded.seats, listed = true
"""
_ROOMS_IN_USE: Final = """
SELECT DISTINCT room FROM lesson
WHERE held AND site_id = $1 AND room = ANY($2) AND during && tstzrange($3, NULL) ORDER BY room
"""


async def add(connection: AsyncConnection, site: Site) -> None:
    await tables.add(connection, SITE, site)
    await _put_rooms(connection, site)


async def save(connection: AsyncConnection, site: Site) -> None:
    """Store the next version of `site`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, SITE, site, expected=site.version - 1)
    await (await driver(connection)).execute(_DROP_ROOMS, site.id, list(site.rooms))
    await _put_rooms(connection, site)


async def load(connection: AsyncConnection, site_id: UUID, *, pointer: str | None = None, lock: bool = False) -> Site:
    """Raises NotFound."""
    site = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, _site, id=site_id)
    if site is None:
        raise NotFound(pointer=pointer, what="site", id=site_id)
    return site


async def find_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> Site | None:
    asked = tables.matches(SITE, institution_id=institution_id, local_id=local_id)
    return await tables.fetch_one(connection, _SELECT.where(*asked), _site)


async def is_in(connection: AsyncConnection, institution_id: UUID, regions: Collection[str]) -> bool:
    """Whether the institution has a site in one of `regions`."""
    asked = tables.matches(SITE, institution_id=institution_id, region=tuple(sorted(regions)))
    return bool(await connection.scalar(select(exists().where(*asked))))


async def misplaced(connection: AsyncConnection, places: Mapping[str, Located], *, limit: int) -> list[Site]:
    """Sites in one of `places` that do not bear the regions in which it lies, locked; by id."""
    asked = misplaced_in(SITE, places)
    if asked is None:
        return []
    statement = _SELECT.where(asked).order_by(SITE.c.id).limit(limit)
    return await tables.fetch_all(connection, statement.with_for_update(of=SITE, skip_locked=True), _site)


async def lock_shared(connection: AsyncConnection, ids: Collection[UUID]) -> None:
    """Take a shared lock on those sites until the transaction ends; others may still plan lessons there."""
    found = select(SITE.c.id).where(tables.one_of(SITE.c.id, ids)).order_by(SITE.c.id)
    await connection.execute(found.with_for_update(read=True))


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Site]:
    """Those of `ids` that exist."""
    statement = _SELECT.where(tables.one_of(SITE.c.id, ids))
    return {site.id: site for site in await tables.fetch_all(connection, statement, _site)}


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Site]:
    """The institution's sites in the order of their ids, after `after`."""
    asked = tables.matches(SITE, institution_id=institution_id)
    statement = _SELECT.where(*asked, SITE.c.id > after).order_by(SITE.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, _site)


async def rooms_in_use(
    connection: AsyncConnection, site_id: UUID, rooms: Collection[str], *, since: datetime
) -> list[str]:
    """Those of the site's `rooms` that have planned lessons ending after `since`."""
    rows = await (await driver(connection)).fetch(_ROOMS_IN_USE, site_id, list(rooms), since)
    return [row["room"] for row in rows]


async def _put_rooms(connection: AsyncConnection, site: Site) -> None:
    kinds, seats = [room.kind for room in site.rooms.values()], [room.seats for room in site.rooms.values()]
    await (await driver(connection)).execute(_PUT_ROOMS, site.id, list(site.rooms), kinds, seats)


def _site(*, rooms: Iterable[tuple[str, str, str]], **columns: Any) -> Site:
    return Site(rooms={name: Room(RoomKind(kind), int(seats)) for name, kind, seats in rooms}, **columns)
