"""Impose sanctions on institutions, and lift them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import sanctions as rules
from services.registry.domain.sanctions import DELISTING, Sanction
from services.registry.store import listings as listing_store
from services.registry.store import sanctions as store
from services.registry.usecases import listings as listing_usecases
from services.registry.usecases.institutions import load_for_officer
from shared.backbone import outbox
from shared.contracts.registry import SanctionStep
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id


async def impose(
    connection: AsyncConnection,
    institution_id: UUID,
    *,
    step: SanctionStep,
    first_on: date,
    last_on: date | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Sanction:
    """Put a sanction on an institution, as an officer of its region or above; off the list, of its reporting region.

    Delisting and blacklisting also end its listings from `first_on` on. Raises WrongRole, NotFound, ForeignRegion,
    PeriodEndsBeforeStart, SanctionStands.
    """
    institution = await load_for_officer(connection, institution_id, caller=caller, city=step in DELISTING)
    new = Sanction(
        id=new_id(),
        institution_id=institution.id,
        step=step,
        first_on=first_on,
        last_on=last_on,
        reason=reason,
        imposed_by=caller.person,
        imposed_at=at,
    )
    others = await store.since(connection, institution.id, first_on)
    sanction, fact = rules.impose(new, institution, others=others, at=at)
    await store.add(connection, sanction)
    await outbox.record(connection, fact)
    if step in DELISTING:
        listings = await listing_store.since(connection, institution.id, first_on)
        await listing_usecases.close_all(
            connection, institution, listings, from_on=first_on, by=caller.person, reason=reason, at=at
        )
    if step is SanctionStep.BLACKLIST:
        await store.blacklist(connection, institution.id)
    return sanction


async def lift(
    connection: AsyncConnection,
    institution_id: UUID,
    sanction_id: UUID,
    *,
    from_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Sanction:
    """End a sanction so that it is not in force on `from_on` any more, as another officer than who imposed it.

    Listings that it ended stay ended: being listed again is a decision of its own. Raises WrongRole, NotFound,
    ForeignRegion, SamePerson, IllegalMove, SanctionEnded.
    """
    before = await store.load(connection, institution_id, sanction_id)
    institution = await load_for_officer(connection, institution_id, caller=caller, city=before.step in DELISTING)
    after, fact = rules.lift(before, institution, from_on=from_on, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    await outbox.record(connection, fact)
    return after
