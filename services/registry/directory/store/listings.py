"""The second catalogue in the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.listings import Listing
from services.registry.directory.store.institutions import within
from services.registry.plan.rules.reach import Reach
from shared.kernel.refusals import NotFound, Stale

_COLUMNS: Final = """id, institution_id, project, first_on, last_on, opened_by, opened_at, closed_by, closed_at,
    closing_reason, version"""
_ADD: Final = f"""
INSERT INTO listing ({_COLUMNS})
VALUES (:id, :institution_id, :project, :first_on, :last_on, :opened_by, :opened_at, :closed_by, :closed_at,
    :closing_reason, :version)
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM listing WHERE institution_id = :institution_id AND id = :id"
_HOLDING: Final = f"""
SELECT {_COLUMNS} FROM listing
WHERE institution_id = :institution_id AND project = :project
  AND daterange(first_on, last_on + 1) @> CAST(:day AS date)
"""
_FROM: Final = f"""
SELECT {_COLUMNS} FROM listing
WHERE institution_id = :institution_id AND (last_on IS NULL OR last_on >= greatest(first_on, :day)) ORDER BY id
"""
_SAVE: Final = """
UPDATE listing
SET last_on = :last_on, closed_by = :closed_by, closed_at = :closed_at, closing_reason = :closing_reason,
    version = :version
WHERE id = :id AND version = :version - 1
"""
_LIST: Final = f"""
SELECT {_COLUMNS} FROM listing
WHERE institution_id = :institution_id AND id > :after ORDER BY id LIMIT :limit
"""
# For a project and a day an institution stands in it once. Only what is asked for stands in the statement.
_LISTED: Final = f"""
SELECT {_COLUMNS} FROM listing
WHERE project = :project AND institution_id > :after AND first_on <= :day AND (last_on IS NULL OR last_on >= :day)
    {{narrowed}}
ORDER BY institution_id LIMIT :limit
"""


async def add(connection: AsyncConnection, listing: Listing) -> None:
    await connection.execute(text(_ADD), asdict(listing))


async def load(connection: AsyncConnection, institution_id: UUID, listing_id: UUID) -> Listing:
    """Raises NotFound."""
    values = {"institution_id": institution_id, "id": listing_id}
    row = (await connection.execute(text(_FIND), values)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="listing", id=listing_id)
    return _listing(row)


async def holding(connection: AsyncConnection, institution_id: UUID, project: str, *, day: date) -> list[Listing]:
    """The institution's listings for `project` that hold on `day`: one or none."""
    values = {"institution_id": institution_id, "project": project, "day": day}
    return [_listing(row) for row in (await connection.execute(text(_HOLDING), values)).mappings()]


async def since(connection: AsyncConnection, institution_id: UUID, day: date) -> list[Listing]:
    """The institution's listings that hold on `day` or on a later one."""
    values = {"institution_id": institution_id, "day": day}
    return [_listing(row) for row in (await connection.execute(text(_FROM), values)).mappings()]


async def save_all(connection: AsyncConnection, listings: Collection[Listing]) -> None:
    """Store the next version of each of `listings`. Raises Stale if one was changed meanwhile."""
    for listing in listings:
        if (await connection.execute(text(_SAVE), asdict(listing))).rowcount == 0:
            raise Stale


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Listing]:
    """The institution's listings in the order of their ids, from above `after`."""
    values = {"institution_id": institution_id, "after": after, "limit": limit}
    return [_listing(row) for row in (await connection.execute(text(_LIST), values)).mappings()]


async def listed(
    connection: AsyncConnection, project: str, reach: Reach, *, day: date, after: UUID, limit: int
) -> list[Listing]:
    """The listings for `project` that hold on `day`, in the order of their institutions' ids, from above `after`."""
    values = {"project": project, "day": day, "after": after, "limit": limit, **reach.narrowed}
    statement = _LISTED.format(narrowed=within(reach))
    return [_listing(row) for row in (await connection.execute(text(statement), values)).mappings()]


def _listing(row: RowMapping) -> Listing:
    return Listing(**row)
