"""Close a body and let another take it over, and the way back: one officer proposes, another confirms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules import sanctions as sanction_rules
from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.rules.scope import ScopeEntry
from services.assessment.bodies.store import scope as scope_store
from services.assessment.bodies.store.sanctions import SANCTIONS
from services.assessment.bodies.usecases.filing import load_for_officer, require_authority, tell
from services.assessment.bodies.usecases.scope import end_all, reopen
from services.assessment.closings import rules, store
from services.assessment.closings.rules import Carried, Closing
from shared.backbone import outbox
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import Period, business_day
from shared.plan import Plan
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal
from shared.sanctions import rules as ladder

_SUBJECT: Final = "bodies/"


async def propose(
    connection: AsyncConnection,
    body_id: UUID,
    *,
    successor_id: UUID | None,
    from_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose to close a body from a day on, as an officer who may decide about all that it is filed for.

    Raises NotFound, ForeignRegion, HigherAuthorityFiles, BodyClosedAlready, BodySuccessorClosed, AlreadyProposed.
    """
    body, successor, plan = await _lock(connection, body_id, successor_id, caller)
    rules.require_possible(body, successor)
    await _scope(connection, body, plan, from_on=from_on, caller=caller)
    content = {"from_on": from_on.isoformat(), "successor_id": None if successor_id is None else str(successor_id)}
    return await _propose(connection, body, rules.CLOSING, content, reason, caller=caller, at=at)


async def propose_reversal(
    connection: AsyncConnection, body_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to open a closed body again. Raises NotFound, ForeignRegion, BodyNotClosed, AlreadyProposed."""
    body, _ = await load_for_officer(connection, body_id, caller=caller)
    if await store.standing(connection, body_id) is None:
        raise rules.BodyNotClosed
    return await _propose(connection, body, rules.REVERSAL, {}, reason, caller=caller, at=at)


async def close(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Closing:
    """Close the body of a proposal that is being confirmed; a successor gets its scope and its sanctions.

    Sessions, certificates and numbers stay the body's: its successor acts for it. Raises WrongRole, ForeignRegion,
    HigherAuthorityFiles, BodyClosedAlready, BodySuccessorClosed, BodyClosingAhead, SessionsOpen.
    """
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    content = proposal.content
    successor_id = None if content["successor_id"] is None else UUID(content["successor_id"])
    from_on = date.fromisoformat(content["from_on"])
    body, successor, plan = await _lock(connection, _body_of(proposal), successor_id, caller)
    rules.require_possible(body, successor)
    rules.require_due(from_on, today=business_day(at))
    if successor is None:
        rules.require_none_open(await store.open_sessions(connection, body.id))
    scope = await _scope(connection, body, plan, from_on=from_on, caller=caller)
    by = caller.person
    await end_all(connection, scope, from_on=from_on, by=by, reason=proposal.reason, at=at)
    carried = Carried(ended=[str(each.id) for each in scope])
    if successor is not None:
        carried = await _hand_over(connection, body, successor, carried, scope, from_on=from_on, by=by, at=at)
        await tell(connection, successor, at=at)
    await tell(connection, replace(body, closed_from=from_on, succeeded_by=successor_id), at=at)
    closing = Closing(proposal.id, body.id, successor_id, from_on, carried)
    await store.add(connection, closing)
    return closing


async def reverse(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Closing:
    """Open the body of a proposal that is being confirmed again: what the closing changed is changed back.

    The successor keeps what it did meanwhile. Raises WrongRole, ForeignRegion, BodyNotClosed, ScopeOverlaps.
    """
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    closing = await store.standing(connection, _body_of(proposal))
    if closing is None:
        raise rules.BodyNotClosed
    body, successor, _ = await _lock(connection, closing.body_id, closing.successor_id, caller)
    by, reason = caller.person, proposal.reason
    for id_ in closing.carried.ended:
        await reopen(connection, await scope_store.load(connection, body.id, UUID(id_)), reason=reason, by=by, at=at)
    if successor is not None:
        await _give_back(connection, successor, closing.carried, reason=reason, by=by, at=at)
        await tell(connection, successor, at=at)
    await tell(connection, replace(body, closed_from=None, succeeded_by=None), at=at)
    after = replace(closing, reversed_by=proposal.id, version=closing.version + 1)
    await store.save(connection, after)
    return after


async def _hand_over(
    connection: AsyncConnection,
    body: Body,
    successor: Body,
    carried: Carried,
    scope: list[ScopeEntry],
    *,
    from_on: date,
    by: str,
    at: datetime,
) -> Carried:
    """Give the successor the scope and the sanctions that it does not have; both are locked. Returns what was done."""
    theirs = await SANCTIONS.since(connection, body.id, from_on)
    own = await SANCTIONS.since(connection, successor.id, from_on)
    inherited = rules.inherited_sanctions(theirs, successor, own=own, from_on=from_on, by=by, at=at, next_id=new_id)
    for each in inherited:
        sanction = ladder.impose(each, others=own)
        await SANCTIONS.add(connection, sanction)
        await outbox.record(connection, sanction_rules.tell(sanction, successor, at=at))
    has = await scope_store.ever(connection, successor.id)
    opened = rules.inherited_scope(
        scope, successor, own=has, sanctions=[*own, *inherited], from_on=from_on, by=by, at=at, next_id=new_id
    )
    await scope_store.add_all(connection, opened)
    return replace(carried, opened=[str(each.id) for each in opened], imposed=[str(each.id) for each in inherited])


async def _give_back(
    connection: AsyncConnection, successor: Body, carried: Carried, *, reason: str, by: str, at: datetime
) -> None:
    """End from today on what the successor got only because of the succession."""
    today = business_day(at)
    opened = [await scope_store.load(connection, successor.id, UUID(each)) for each in carried.opened]
    standing = [each for each in opened if each.last_on is None or each.last_on >= max(today, each.first_on)]
    await end_all(connection, standing, from_on=today, by=by, reason=reason, at=at)
    for id_ in carried.imposed:
        sanction = await SANCTIONS.load(connection, successor.id, UUID(id_))
        if sanction.ended_by is None and (sanction.last_on is None or sanction.last_on >= today):
            after = ladder.give_back(sanction, from_on=today, by=by, reason=reason, at=at)
            await SANCTIONS.save(connection, after)
            await outbox.record(connection, sanction_rules.tell(after, successor, at=at))


async def _scope(
    connection: AsyncConnection, body: Body, plan: Plan, *, from_on: date, caller: Caller
) -> list[ScopeEntry]:
    """What the body may examine from that day on, for those who may decide about all of it.

    Raises HigherAuthorityFiles.
    """
    found = (await scope_store.since(connection, [body.id], from_on))[body.id]
    for each in found:
        require_authority(plan, body, each.award, caller=caller)
    return [each for each in found if each.meets(Period(from_on))]


async def _lock(
    connection: AsyncConnection, body_id: UUID, successor_id: UUID | None, caller: Caller
) -> tuple[Body, Body | None, Plan]:
    """The body and its successor, locked in the order of their ids, and the plan. Raises NotFound, ForeignRegion."""
    ids = sorted({body_id, *(() if successor_id is None else (successor_id,))})
    locked = {each: await load_for_officer(connection, each, caller=caller) for each in ids}
    body, plan = locked[body_id]
    return body, None if successor_id is None else locked[successor_id][0], plan


def _body_of(proposal: Proposal) -> UUID:
    return UUID(proposal.subject.removeprefix(_SUBJECT))


async def _propose(
    connection: AsyncConnection,
    body: Body,
    kind: str,
    content: dict[str, str | None],
    reason: str,
    *,
    caller: Caller,
    at: datetime,
) -> Proposal:
    proposal = Proposal(
        id=new_id(),
        kind=kind,
        subject=f"{_SUBJECT}{body.id}",
        organisation=body.id,
        region=body.region,
        reporting_region=body.reporting_region,
        content=content,
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)
