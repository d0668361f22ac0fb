"""Impose sanctions on institutions, and lift them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.flags import stopped_during
from services.registry.classes.store import classes as class_store
from services.registry.directory.rules import sanctions as rules
from services.registry.directory.rules.institutions import Institution
from services.registry.directory.rules.sanctions import Sanction
from services.registry.directory.store import listings as listing_store
from services.registry.directory.store import sanctions as store
from services.registry.directory.usecases import blacklist
from services.registry.directory.usecases import listings as listing_usecases
from services.registry.directory.usecases.institutions import load_for_officer
from services.registry.flags import usecases as flag_usecases
from shared.backbone import outbox
from shared.contracts.dimensions import SanctionStep
from shared.dated_entries import store as ending_store
from shared.dated_entries.endings import Ending
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import Period
from shared.sanctions import rules as ladder
from shared.sanctions.rules import DELISTING, STOPPING


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
    """Impose a sanction, as an officer of the region or above; from delisting up, of the reporting region or above.

    A stop or a higher step flags the classes in its period (C25). Delisting and blacklisting also end the listings in
    its period, from `first_on`. Blacklisting also flags institutions with the same owner, site or account.

    Raises NotFound, ForeignRegion, PeriodEndsBeforeStart, SanctionStands.
    """
    institution = await load_for_officer(connection, institution_id, caller=caller, city=step in DELISTING)
    new = Sanction(
        id=new_id(),
        institution_id=institution.id,
        step=step,
        first_on=first_on,
        last_on=last_on,
        reason=reason,
        opened_by=caller.person,
        opened_at=at,
    )
    others = await store.since(connection, institution.id, first_on)
    sanction = ladder.impose(new, others=others)
    await store.add(connection, sanction)
    await outbox.record(connection, rules.tell(sanction, institution, at=at))
    await _apply(connection, institution, sanction, at=at)
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
    """End a sanction on the day before `from_on`, as a different officer from the one who imposed it.

    Listings that it ended stay ended: listing the institution again is a separate decision. Raises NotFound,
    ForeignRegion, SamePerson, IllegalMove, SanctionEnded.
    """
    before = await store.load(connection, institution_id, sanction_id)
    institution = await load_for_officer(connection, institution_id, caller=caller, city=before.step in DELISTING)
    after = ladder.lift(before, from_on=from_on, by=caller.person, reason=reason, at=at)
    ending = Ending(before.id, after.version, before.last_on, caller.person, at, reason)
    await ending_store.add(connection, ending)
    await store.save(connection, after)
    await outbox.record(connection, rules.tell(after, institution, at=at))
    return after


async def reinstate(
    connection: AsyncConnection, institution_id: UUID, sanction_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Sanction:
    """Take back the lifting of a sanction: it holds to its former last day, with its consequences.

    Raises NotFound, ForeignRegion, IllegalMove, NotEnded, SanctionStands.
    """
    before = await store.load(connection, institution_id, sanction_id)
    institution = await load_for_officer(connection, institution_id, caller=caller, city=before.step in DELISTING)
    ending = await ending_store.latest(connection, sanction_id)
    others = await store.since(connection, institution.id, before.first_on)
    after = ladder.reinstate(before, ending, others=others)
    assert ending is not None, "the rule refuses a sanction that was not lifted"
    await ending_store.take_back(connection, ending, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    await outbox.record(connection, rules.tell(after, institution, at=at))
    await _apply(connection, institution, after, at=at)
    return after


async def _apply(connection: AsyncConnection, institution: Institution, sanction: Sanction, *, at: datetime) -> None:
    """What follows from the step of `sanction` for classes, listings and related institutions."""
    if sanction.step in STOPPING:
        await _flag_classes(connection, sanction, at=at)
    if sanction.step in DELISTING:
        await _end_listings(connection, institution, sanction, at=at)
    if sanction.step is SanctionStep.BLACKLIST:
        await blacklist.enter(connection, institution, at=at)


async def _flag_classes(connection: AsyncConnection, sanction: Sanction, *, at: datetime) -> None:
    classes = await class_store.meeting(
        connection, sanction.institution_id, Period(sanction.first_on, sanction.last_on)
    )
    seen = [each for class_ in classes for each in stopped_during(class_, [sanction])]
    await flag_usecases.raise_all(connection, seen, at=at)


async def _end_listings(
    connection: AsyncConnection, institution: Institution, sanction: Sanction, *, at: datetime
) -> None:
    """End the listings in the sanction's period; listings that begin after it stay."""
    period = Period(sanction.first_on, sanction.last_on)
    listings = await listing_store.since(connection, institution.id, sanction.first_on)
    met = [each for each in listings if each.meets(period)]
    by, reason = sanction.opened_by, sanction.reason
    await listing_usecases.close_all(
        connection, institution, met, from_on=sanction.first_on, by=by, reason=reason, at=at
    )
