"""Sites and their rooms in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.sites import Room, RoomKind, Site
from shared.database import driver
from shared.kernel.refusals import NotFound, Stale

# With the rooms as [name, kind, seats], in the order of their names.
_SELECT: Final = """
SELECT id, institution_id, local_id, address, address_mark, region, reporting_region, longitude, latitude, version,
    ARRAY(SELECT ARRAY[name, kind, CAST(seats AS text)] FROM room WHERE site_id = site.id AND listed
        ORDER BY name) AS rooms
FROM site
"""
_FIND: Final = f"{_SELECT} WHERE id = :id"
_LOCK: Final = f"{_FIND} FOR UPDATE"
_LOCK_SHARED: Final = "SELECT id FROM site WHERE id = ANY(:ids) ORDER BY id FOR SHARE"
_FIND_BY_LOCAL_ID: Final = f"{_SELECT} WHERE institution_id = :institution_id AND local_id = :local_id"
_FIND_ALL: Final = f"{_SELECT} WHERE id = ANY(:ids)"
_LIST: Final = f"{_SELECT} WHERE institution_id = :institution_id AND id > :after ORDER BY id LIMIT :limit"
_ADD: Final = """
INSERT INTO site (id, institution_id, local_id, address, address_mark, region, reporting_region, longitude, latitude,
    version)
VALUES (:id, :institution_id, :local_id, :address, :address_mark, :region, :reporting_region, :longitude, :latitude,
    :version)
"""
_SAVE: Final = """
UPDATE site
SET address = :address, address_mark = :address_mark, region = :region, reporting_region = :reporting_region,
    longitude = :longitude, latitude = :latitude, version = :version
WHERE id = :id AND version = :version - 1
"""
# A room in which lessons were held is still referred to, so it stays, but is not listed any more.
_DROP_ROOMS: Final = "UPDATE room SET listed = false WHERE site_id = $1 AND name <> ALL($2::text[])"
_PUT_ROOMS: Final = """
INSERT INTO room (site_id, name, kind, seats)
SELECT $1, name, kind, seats FROM unnest($2::text[], $3::text[], $4::integer[]) AS r (name, kind, seats)
ON CONFLICT (site_id, name) DO UPDATE SET kind = excluded.kind, seats = excluded.seats, listed = true
"""
_ROOMS_IN_USE: Final = """
SELECT DISTINCT room FROM lesson
WHERE held AND site_id = :site_id AND room = ANY(:rooms) AND during && tstzrange(:since, NULL) ORDER BY room
"""


async def add(connection: AsyncConnection, site: Site) -> None:
    await connection.execute(text(_ADD), _values(site))
    await _put_rooms(connection, site)


async def save(connection: AsyncConnection, site: Site) -> None:
    """Store the next version of `site`. Raises Stale if it was changed meanwhile."""
    if (await connection.execute(text(_SAVE), _values(site))).rowcount == 0:
        raise Stale
    await (await driver(connection)).execute(_DROP_ROOMS, site.id, list(site.rooms))
    await _put_rooms(connection, site)


async def load(connection: AsyncConnection, site_id: UUID, *, pointer: str | None = None, lock: bool = False) -> Site:
    """Raises NotFound."""
    row = (await connection.execute(text(_LOCK if lock else _FIND), {"id": site_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(pointer=pointer, what="site", id=site_id)
    return _site(row)


async def find_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> Site | None:
    values = {"institution_id": institution_id, "local_id": local_id}
    row = (await connection.execute(text(_FIND_BY_LOCAL_ID), values)).mappings().one_or_none()
    return None if row is None else _site(row)


async def lock_shared(connection: AsyncConnection, ids: Collection[UUID]) -> None:
    """Nobody changes those sites and their rooms until this transaction ends; others may plan there meanwhile."""
    await connection.execute(text(_LOCK_SHARED), {"ids": list(ids)})


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Site]:
    """Those of `ids` that exist."""
    rows = (await connection.execute(text(_FIND_ALL), {"ids": list(ids)})).mappings()
    return {row["id"]: _site(row) for row in rows}


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Site]:
    """The institution's sites in the order of their ids, from above `after`."""
    values = {"institution_id": institution_id, "after": after, "limit": limit}
    return [_site(row) for row in (await connection.execute(text(_LIST), values)).mappings()]


async def rooms_in_use(
    connection: AsyncConnection, site_id: UUID, rooms: Collection[str], *, since: datetime
) -> list[str]:
    """Those of the site's `rooms` in which lessons are planned that end after `since`."""
    values = {"site_id": site_id, "rooms": list(rooms), "since": since}
    return list(await connection.scalars(text(_ROOMS_IN_USE), values))


async def _put_rooms(connection: AsyncConnection, site: Site) -> None:
    kinds, seats = [room.kind for room in site.rooms.values()], [room.seats for room in site.rooms.values()]
    await (await driver(connection)).execute(_PUT_ROOMS, site.id, list(site.rooms), kinds, seats)


def _site(row: Any) -> Site:
    rooms = {name: Room(RoomKind(kind), int(seats)) for name, kind, seats in row["rooms"]}
    return Site(**dict(row) | {"rooms": rooms})


def _values(site: Site) -> dict[str, object]:
    return {name: getattr(site, name) for name in site.__dataclass_fields__ if name != "rooms"}
