"""The second catalogue in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.listings import Listing
from services.registry.directory.store.institutions import within
from shared import tables
from shared.dated_entries import columns as dated
from shared.kernel.refusals import NotFound
from shared.reach import Reach
from shared.tables import fixed

LISTING: Final = Table(
    "listing",
    MetaData(),
    *dated.columns(opened="opened", ended="closed", ending="closing"),
    fixed("institution_id", Uuid),
    fixed("project", Text),
)


async def add(connection: AsyncConnection, listing: Listing) -> None:
    await tables.add(connection, LISTING, listing)


async def load(connection: AsyncConnection, institution_id: UUID, listing_id: UUID) -> Listing:
    """Raises NotFound."""
    asked = tables.matches(LISTING, institution_id=institution_id, id=listing_id)
    listing = await tables.fetch_one(connection, select(LISTING).where(*asked), Listing)
    if listing is None:
        raise NotFound(what="listing", id=listing_id)
    return listing


async def standing(connection: AsyncConnection, institution_id: UUID, project: str, *, day: date) -> list[Listing]:
    """The institution's listings for `project` that hold on `day`: one or none."""
    asked = tables.matches(LISTING, institution_id=institution_id, project=project)
    statement = select(LISTING).where(*asked, dated.stand_on(LISTING, day))
    return await tables.fetch_all(connection, statement, Listing)


async def since(connection: AsyncConnection, institution_id: UUID, day: date) -> list[Listing]:
    """The institution's listings that hold on `day` or on a later day."""
    asked = tables.matches(LISTING, institution_id=institution_id)
    statement = select(LISTING).where(*asked, dated.stand_since(LISTING, day)).order_by(LISTING.c.id)
    return await tables.fetch_all(connection, statement, Listing)


async def save_all(connection: AsyncConnection, listings: Collection[Listing]) -> None:
    """Store the next version of each of `listings`. Raises Stale if a stored version is not the one before."""
    for listing in listings:
        await tables.save(connection, LISTING, listing, expected=listing.version - 1)


async def page(connection: AsyncConnection, institution_id: UUID, *, after: UUID, limit: int) -> list[Listing]:
    """The institution's listings in the order of their ids, after `after`."""
    asked = tables.matches(LISTING, institution_id=institution_id)
    return await tables.fetch_page(connection, LISTING, Listing, asked, after=after, limit=limit)


async def listed(
    connection: AsyncConnection, project: str, reach: Reach, *, day: date, after: UUID, limit: int
) -> list[Listing]:
    """Listings for `project` that hold on `day`, in the order of their institutions' ids, after `after`.

    An institution has at most one for a project and a day.
    """
    asked = [*tables.matches(LISTING, project=project), *within(reach, LISTING.c.institution_id)]
    statement = (
        select(LISTING)
        .where(*asked, dated.stand_on(LISTING, day), LISTING.c.institution_id > after)
        .order_by(LISTING.c.institution_id)
        .limit(limit)
    )
    return await tables.fetch_all(connection, statement, Listing)
