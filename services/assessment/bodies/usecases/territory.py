"""Let a body examine in another prefecture, as the authorities of both agree, and end it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules import territory as rules
from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.rules.territory import Territory
from services.assessment.bodies.store import bodies as body_store
from services.assessment.bodies.store import territory as store
from services.assessment.plan import usecases as plans
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.ids import new_id
from shared.plan import Plan
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_SUBJECT: Final = "bodies/"


async def propose(
    connection: AsyncConnection,
    body_id: UUID,
    *,
    region: str,
    first_on: date,
    last_on: date | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose that a body may examine in another prefecture, as an officer of one of the two; the other confirms it.

    Raises NotFound, ForeignRegion, UnknownRegion, AlreadyProposed, and the refusals of rules.open_.
    """
    body = await body_store.load(connection, body_id, lock=True)
    plan = await plans.load(connection)
    host = plan.reporting_region(region, on=caller.today)
    if host != region:
        raise rules.NotAnotherPrefecture(pointer="/region", region=body.reporting_region)
    at_home, there = _acts(plan, caller, body.region), _acts(plan, caller, host)
    if not (at_home or there):
        raise ForeignRegion
    content = {"region": host, "first_on": first_on.isoformat(), "last_on": last_on and last_on.isoformat()}
    # It lies where the other authority is, which decides about it.
    region, reporting_region = (host, host) if at_home else (body.region, body.reporting_region)
    proposal = Proposal(
        id=new_id(),
        kind=rules.KIND,
        subject=f"{_SUBJECT}{body.id}",
        organisation=body.id,
        region=region,
        reporting_region=reporting_region,
        content=content,
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    rules.open_(_new(body, proposal, agreed_by=caller.person), body, others=await store.of(connection, body.id))
    return await proposals.add(connection, proposal)


async def open_(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Territory:  # noqa: ARG001
    """Open the territory of a proposal that is being confirmed, as an officer of the authority that was asked.

    Raises WrongRole, ForeignRegion, and the refusals of rules.open_.
    """
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    plan = await plans.load(connection)
    if not _acts(plan, caller, proposal.region):
        raise ForeignRegion
    body = await body_store.load(connection, UUID(proposal.subject.removeprefix(_SUBJECT)), lock=True)
    others = await store.of(connection, body.id)
    territory = rules.open_(_new(body, proposal, agreed_by=caller.person), body, others=others)
    await store.add(connection, territory)
    return territory


async def end(
    connection: AsyncConnection,
    body_id: UUID,
    entry_id: UUID,
    *,
    from_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Territory:
    """End a territory on the day before `from_on`, as either authority.

    Raises NotFound, ForeignRegion, TerritoryEnded.
    """
    body = await body_store.load(connection, body_id, lock=True)
    before = await store.load(connection, body_id, entry_id)
    plan = await plans.load(connection)
    if not (_acts(plan, caller, body.region) or _acts(plan, caller, before.reporting_region)):
        raise ForeignRegion
    after = rules.end(before, from_on=from_on, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    return after


def _acts(plan: Plan, caller: Caller, region: str) -> bool:
    return caller.acts_in(plan.region_and_above(region, on=caller.today))


def _new(body: Body, proposal: Proposal, *, agreed_by: str) -> Territory:
    content: Mapping[str, Any] = proposal.content
    return Territory(
        id=new_id(),
        body_id=body.id,
        reporting_region=content["region"],
        first_on=date.fromisoformat(content["first_on"]),
        last_on=content["last_on"] and date.fromisoformat(content["last_on"]),
        opened_by=proposal.proposed_by,
        opened_at=proposal.proposed_at,
        agreed_by=agreed_by,
    )
