"""Open and end what a body may examine, and take an ending back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules import scope as rules
from services.assessment.bodies.rules.bodies import BodyKind
from services.assessment.bodies.rules.sanctions import require_not_delisted
from services.assessment.bodies.rules.scope import ScopeEntry
from services.assessment.bodies.store import scope as store
from services.assessment.bodies.store.sanctions import SANCTIONS
from services.assessment.bodies.usecases.filing import Asked, load_for_officer, new_entry, require_authority, tell
from shared.dated_entries import store as ending_store
from shared.dated_entries.endings import Ending
from shared.kernel.callers import Caller
from shared.kernel.periods import Period


async def open_(
    connection: AsyncConnection, body_id: UUID, asked: Asked, *, caller: Caller, at: datetime
) -> ScopeEntry:
    """File a body for an occupation and an award from a day on; a repeat returns the existing entry.

    Raises NotFound, ForeignRegion, HigherAuthorityFiles, BodyDelisted, MalformedOccupation, and the refusals of
    rules.open_.
    """
    body, plan = await load_for_officer(connection, body_id, caller=caller)
    entry = new_entry(body.id, asked, by=caller.person, at=at)
    others = await store.ever(connection, body.id)
    for each in others:
        same = (entry.occupation, entry.award, entry.first_on, entry.last_on)
        if (each.occupation, each.award, each.first_on, each.last_on) == same:
            return each
    rules.open_(entry, is_employer=body.kind is BodyKind.EMPLOYER, others=others)
    require_authority(plan, body, entry.award, caller=caller)
    sanctions = await SANCTIONS.since(connection, body.id, entry.first_on)
    require_not_delisted(sanctions, Period(entry.first_on, entry.last_on))
    await store.add_all(connection, [entry])
    await tell(connection, body, at=at)
    return entry


async def end(
    connection: AsyncConnection,
    body_id: UUID,
    entry_id: UUID,
    *,
    from_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> ScopeEntry:
    """End an entry on the day before `from_on`. Raises NotFound, ForeignRegion, HigherAuthorityFiles, ScopeEnded."""
    body, plan = await load_for_officer(connection, body_id, caller=caller)
    before = await store.load(connection, body_id, entry_id)
    require_authority(plan, body, before.award, caller=caller)
    (after,) = await end_all(connection, [before], from_on=from_on, by=caller.person, reason=reason, at=at)
    await tell(connection, body, at=at)
    return after


async def reinstate(
    connection: AsyncConnection, body_id: UUID, entry_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> ScopeEntry:
    """Take back the latest ending of an entry: it holds to its former last day.

    Raises NotFound, ForeignRegion, HigherAuthorityFiles, NotEnded, ScopeOverlaps, BodyDelisted.
    """
    body, plan = await load_for_officer(connection, body_id, caller=caller)
    before = await store.load(connection, body_id, entry_id)
    require_authority(plan, body, before.award, caller=caller)
    after = await reopen(connection, before, reason=reason, by=caller.person, at=at)
    sanctions = await SANCTIONS.since(connection, body.id, after.first_on)
    require_not_delisted(sanctions, Period(after.first_on, after.last_on))
    await tell(connection, body, at=at)
    return after


async def end_all(
    connection: AsyncConnection, entries: Sequence[ScopeEntry], *, from_on: date, by: str, reason: str, at: datetime
) -> list[ScopeEntry]:
    """End `entries` of a locked body on the day before `from_on`. Raises ScopeEnded."""
    for each in entries:
        await ending_store.add(connection, Ending(each.id, each.version + 1, each.last_on, by, at, reason))
    ended = [rules.end(each, from_on=from_on, by=by, reason=reason, at=at) for each in entries]
    await store.save_all(connection, ended)
    return ended


async def reopen(connection: AsyncConnection, before: ScopeEntry, *, reason: str, by: str, at: datetime) -> ScopeEntry:
    """Take back the latest ending of an entry of a locked body. Raises NotEnded, ScopeOverlaps."""
    ending = await ending_store.latest(connection, before.id)
    after = rules.reopen(before, ending, others=await store.ever(connection, before.body_id))
    assert ending is not None, "the rule refuses an entry that was not ended"
    await ending_store.take_back(connection, ending, by=by, reason=reason, at=at)
    await store.save_all(connection, [after])
    return after
