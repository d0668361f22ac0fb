"""Open and close listings in the second catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules import listings as rules
from services.registry.directory.rules.institutions import Institution
from services.registry.directory.rules.listings import Listing
from services.registry.directory.rules.sanctions import require_not_delisted
from services.registry.directory.store import listings as store
from services.registry.directory.store.sanctions import SANCTIONS
from services.registry.directory.usecases.institutions import load_for_officer
from services.registry.plan.store import rulebook as rulebook_store
from shared.backbone import outbox
from shared.dated_entries import store as ending_store
from shared.dated_entries.endings import Ending
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import Period


async def open_(
    connection: AsyncConnection,
    institution_id: UUID,
    *,
    project: str,
    first_on: date,
    last_on: date | None,
    caller: Caller,
    at: datetime,
) -> Listing:
    """List an institution for a project, as an officer of its region or above; a repeat returns the existing listing.

    Raises NotFound, ForeignRegion, PeriodEndsBeforeStart, ProjectNotListed, InstitutionDelisted,
    ListingOverlaps.
    """
    # The institution is locked, so that no sanction can be imposed in between.
    institution = await load_for_officer(connection, institution_id, caller=caller)
    period = Period(first_on, last_on)
    others = await store.since(connection, institution.id, first_on)
    for each in others:
        if (each.project, each.first_on, each.last_on) == (project, first_on, last_on):
            return each
    in_catalogue = (await rulebook_store.current(connection)).project(project, day=first_on, pointer="/project")
    rules.require_in_catalogue(in_catalogue, day=first_on)
    require_not_delisted(await SANCTIONS.since(connection, institution.id, first_on), period)
    new = Listing(
        id=new_id(),
        institution_id=institution.id,
        project=project,
        first_on=first_on,
        last_on=last_on,
        opened_by=caller.person,
        opened_at=at,
    )
    listing, fact = rules.open_(new, institution, others=others, at=at)
    await store.add(connection, listing)
    await outbox.record(connection, fact)
    return listing


async def close(
    connection: AsyncConnection,
    institution_id: UUID,
    listing_id: UUID,
    *,
    from_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Listing:
    """End a listing on the day before `from_on`.

    Raises NotFound, ForeignRegion, ListingEnded.
    """
    institution = await load_for_officer(connection, institution_id, caller=caller)
    listing = await store.load(connection, institution_id, listing_id)
    (after,) = await close_all(
        connection, institution, [listing], from_on=from_on, by=caller.person, reason=reason, at=at
    )
    return after


async def reinstate(
    connection: AsyncConnection, institution_id: UUID, listing_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Listing:
    """Take back the latest closing of a listing: it holds to its former last day.

    Raises NotFound, ForeignRegion, NotEnded, ListingOverlaps, InstitutionDelisted.
    """
    institution = await load_for_officer(connection, institution_id, caller=caller)
    before = await store.load(connection, institution_id, listing_id)
    ending = await ending_store.latest(connection, listing_id)
    others = await store.since(connection, institution.id, before.first_on)
    after, fact = rules.reopen(before, institution, ending, others=others, at=at)
    sanctions = await SANCTIONS.since(connection, institution.id, after.first_on)
    require_not_delisted(sanctions, Period(after.first_on, after.last_on))
    assert ending is not None, "the rule refuses an entry that was not ended"
    await ending_store.take_back(connection, ending, by=caller.person, reason=reason, at=at)
    await store.save_all(connection, [after])
    await outbox.record(connection, fact)
    return after


async def close_all(
    connection: AsyncConnection,
    institution: Institution,
    listings: Sequence[Listing],
    *,
    from_on: date,
    by: str,
    reason: str,
    at: datetime,
) -> list[Listing]:
    """End `listings` of a locked `institution` on the day before `from_on`. Raises ListingEnded."""
    for listing in listings:
        await ending_store.add(connection, Ending(listing.id, listing.version + 1, listing.last_on, by, at, reason))
    closed = [rules.close(listing, institution, from_on=from_on, by=by, reason=reason, at=at) for listing in listings]
    await store.save_all(connection, [listing for listing, _ in closed])
    await outbox.record(connection, *(fact for _, fact in closed))
    return [listing for listing, _ in closed]
