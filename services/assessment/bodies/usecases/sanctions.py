"""Impose sanctions on bodies, and lift them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules import sanctions as rules
from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.rules.sanctions import BodySanction
from services.assessment.bodies.store import sanctions as store
from services.assessment.bodies.store import scope as scope_store
from services.assessment.bodies.usecases.filing import load_for_officer, tell
from services.assessment.bodies.usecases.scope import end_all
from shared.backbone import outbox
from shared.contracts.dimensions import SanctionStep
from shared.dated_entries import store as ending_store
from shared.dated_entries.endings import Ending
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import Period
from shared.sanctions import rules as ladder
from shared.sanctions.rules import DELISTING


async def impose(
    connection: AsyncConnection,
    body_id: UUID,
    *,
    step: SanctionStep,
    first_on: date,
    last_on: date | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> BodySanction:
    """Impose a sanction, as an officer of the region or above; from delisting up, of the reporting region or above.

    A stop or a higher step stops the sessions of its period by itself. Delisting and blacklisting also end what the
    body is filed for in its period, from `first_on`.

    Raises NotFound, ForeignRegion, PeriodEndsBeforeStart, SanctionStands.
    """
    body, _ = await load_for_officer(connection, body_id, caller=caller, prefecture=step in DELISTING)
    new = BodySanction(
        id=new_id(),
        body_id=body.id,
        step=step,
        first_on=first_on,
        last_on=last_on,
        reason=reason,
        opened_by=caller.person,
        opened_at=at,
    )
    others = await store.since(connection, body.id, first_on)
    sanction = ladder.impose(new, others=others)
    await store.add(connection, sanction)
    await outbox.record(connection, rules.tell(sanction, body, at=at))
    await _apply(connection, body, sanction, at=at)
    return sanction


async def lift(
    connection: AsyncConnection,
    body_id: UUID,
    sanction_id: UUID,
    *,
    from_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> BodySanction:
    """End a sanction on the day before `from_on`, as a different officer from the one who imposed it.

    What it ended of the scope stays ended: filing it again is a separate decision. Raises NotFound, ForeignRegion,
    SamePerson, IllegalMove, SanctionEnded.
    """
    before = await store.load(connection, body_id, sanction_id)
    body, _ = await load_for_officer(connection, body_id, caller=caller, prefecture=before.step in DELISTING)
    after = ladder.lift(before, from_on=from_on, by=caller.person, reason=reason, at=at)
    ending = Ending(before.id, after.version, before.last_on, caller.person, at, reason)
    await ending_store.add(connection, ending)
    await store.save(connection, after)
    await outbox.record(connection, rules.tell(after, body, at=at))
    return after


async def reinstate(
    connection: AsyncConnection, body_id: UUID, sanction_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> BodySanction:
    """Take back the lifting of a sanction: it holds to its former last day, with its consequences.

    Raises NotFound, ForeignRegion, IllegalMove, NotEnded, SanctionStands.
    """
    before = await store.load(connection, body_id, sanction_id)
    body, _ = await load_for_officer(connection, body_id, caller=caller, prefecture=before.step in DELISTING)
    ending = await ending_store.latest(connection, sanction_id)
    others = await store.since(connection, body.id, before.first_on)
    after = ladder.reinstate(before, ending, others=others)
    assert ending is not None, "the rule refuses a sanction that was not lifted"
    await ending_store.take_back(connection, ending, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    await outbox.record(connection, rules.tell(after, body, at=at))
    await _apply(connection, body, after, at=at)
    return after


async def _apply(connection: AsyncConnection, body: Body, sanction: BodySanction, *, at: datetime) -> None:
    """End what the body is filed for in the period of a delisting; entries that begin after it stay."""
    if sanction.step not in DELISTING:
        return
    period = Period(sanction.first_on, sanction.last_on)
    scope = (await scope_store.since(connection, [body.id], sanction.first_on))[body.id]
    met = [each for each in scope if each.meets(period)]
    by, reason = sanction.opened_by, sanction.reason
    if met:
        await end_all(connection, met, from_on=sanction.first_on, by=by, reason=reason, at=at)
        await tell(connection, body, at=at)
