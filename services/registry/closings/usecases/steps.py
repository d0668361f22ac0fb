"""The steps of a closing: proposed by one officer, confirmed by another, and back in the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.closings import rules, store
from services.registry.closings.rules import PROPOSE, Closing, ClosingEvent, ClosingKind, ClosingVerb
from services.registry.closings.usecases import holdings
from services.registry.directory.rules import institutions as institution_rules
from services.registry.directory.rules.institutions import Institution
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.usecases.institutions import load_for_officer
from services.registry.plan.usecases import visibility
from services.registry.plan.usecases.visibility import Place
from shared.backbone import outbox
from shared.kernel.callers import Caller, Whose
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day


async def propose(
    connection: AsyncConnection,
    institution_id: UUID,
    kind: ClosingKind,
    *,
    successor_id: UUID | None,
    from_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Closing:
    """Propose to close an institution from a day on, as an officer above it and its successor.

    Raises NotFound, ForeignRegion, SuccessorNeeded, SuccessorClosed, OwnersDiffer, ClosedAlready.
    """
    institution, successor = await _lock(connection, institution_id, successor_id, caller)
    rules.require_possible(kind, institution, successor)
    known = await store.standing(connection, institution_id)
    if known is not None:
        raise rules.ClosedAlready(closing=str(known.id))
    closing = Closing(new_id(), institution_id, successor_id, kind, from_on, reason, caller.person)
    await store.add(connection, closing)
    await _remember(connection, closing, PROPOSE, reason, by=caller.person, at=at)
    return closing


async def confirm(
    connection: AsyncConnection, closing_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Closing:
    """Close the institution, as another officer than the one who proposed it; a successor takes over what it holds.

    Raises NotFound, ForeignRegion, IllegalMove, SamePerson, ClosingAhead, ClassesOpen, and what the proposal
    would be refused for now.
    """
    before = await store.load(connection, closing_id, lock=True)
    institution, successor = await _lock(connection, before.institution_id, before.successor_id, caller)
    after = rules.confirm(before, by=caller.person, today=business_day(at))
    rules.require_possible(before.kind, institution, successor)
    if successor is None:
        rules.require_none_open(await store.open_classes(connection, institution.id))
    carried = await holdings.hand_over(
        connection, institution, successor, from_on=before.from_on, reason=before.reason, by=caller.person, at=at
    )
    closed, fact = institution_rules.close(institution, from_on=before.from_on, successor=before.successor_id, at=at)
    await institution_store.save(connection, closed)
    await outbox.record(connection, fact)
    return await _keep(
        connection, replace(after, carried=carried), ClosingVerb.CONFIRM, reason, by=caller.person, at=at
    )


async def withdraw(
    connection: AsyncConnection, closing_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Closing:
    """Take a proposal back. Raises NotFound, ForeignRegion, IllegalMove."""
    return await _step(connection, closing_id, ClosingVerb.WITHDRAW, rules.withdraw, reason, caller=caller, at=at)


async def propose_reversal(
    connection: AsyncConnection, closing_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Closing:
    """Propose to open the institution again. Raises NotFound, ForeignRegion, IllegalMove."""

    def decide(before: Closing) -> Closing:
        return rules.propose_reversal(before, by=caller.person)

    return await _step(connection, closing_id, ClosingVerb.PROPOSE_REVERSAL, decide, reason, caller=caller, at=at)


async def withdraw_reversal(
    connection: AsyncConnection, closing_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Closing:
    """Let the closing stand. Raises NotFound, ForeignRegion, IllegalMove."""
    verb = ClosingVerb.WITHDRAW_REVERSAL
    return await _step(connection, closing_id, verb, rules.withdraw_reversal, reason, caller=caller, at=at)


async def confirm_reversal(
    connection: AsyncConnection, closing_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Closing:
    """Open the institution again, as another officer than the one who proposed it: it acts for what it held.

    Raises NotFound, ForeignRegion, IllegalMove, SamePerson.
    """
    before = await store.load(connection, closing_id, lock=True)
    institution, successor = await _lock(connection, before.institution_id, before.successor_id, caller)
    after = rules.confirm_reversal(before, by=caller.person)
    opened, fact = institution_rules.reopen(institution, at=at)
    await institution_store.save(connection, opened)
    await outbox.record(connection, fact)
    await holdings.hand_back(connection, opened, successor, before.carried, reason=reason, by=caller.person, at=at)
    return await _keep(connection, after, ClosingVerb.CONFIRM_REVERSAL, reason, by=caller.person, at=at)


async def visible(connection: AsyncConnection, closing_id: UUID, caller: Caller) -> Closing:
    """A closing, for officers above the institution, and for the institution and its successor.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    closing = await store.load(connection, closing_id)
    succeeds = closing.successor_id is not None and caller.acts_for(closing.successor_id)
    if caller.whose is not Whose.OWN or not succeeds:
        institution = await institution_store.load(connection, closing.institution_id)
        await visibility.require_visible(connection, caller, Place(institution.id, institution.region))
    return closing


async def _lock(
    connection: AsyncConnection, institution_id: UUID, successor_id: UUID | None, caller: Caller
) -> tuple[Institution, Institution | None]:
    """The institution and its successor, locked in the order of their ids.

    Raises NotFound, ForeignRegion.
    """
    ids = sorted({institution_id, *(() if successor_id is None else (successor_id,))})
    locked = {each: await load_for_officer(connection, each, caller=caller) for each in ids}
    return locked[institution_id], None if successor_id is None else locked[successor_id]


async def _step(
    connection: AsyncConnection,
    closing_id: UUID,
    verb: ClosingVerb,
    decide: Callable[[Closing], Closing],
    reason: str,
    *,
    caller: Caller,
    at: datetime,
) -> Closing:
    before = await store.load(connection, closing_id, lock=True)
    await _lock(connection, before.institution_id, before.successor_id, caller)
    return await _keep(connection, decide(before), verb, reason, by=caller.person, at=at)


async def _keep(connection: AsyncConnection, after: Closing, verb: str, said: str, *, by: str, at: datetime) -> Closing:
    await store.save(connection, after)
    await _remember(connection, after, verb, said, by=by, at=at)
    return after


async def _remember(
    connection: AsyncConnection, closing: Closing, verb: str, said: str, *, by: str, at: datetime
) -> None:
    await store.add_event(connection, ClosingEvent(new_id(), closing.id, closing.version, verb, by, at, said))
