"""Return, reject or approve a submitted claim; take back an approval that is not paid yet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.claims import IN_PROGRESS, PREPARING, Claim, ClaimVerb
from services.subsidy.claims.rules.refusals import ClassAlreadyClaimed
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import holds, lines
from services.subsidy.claims.usecases import drafts, steps
from services.subsidy.limits import usecases as limits
from services.subsidy.review import rules
from services.subsidy.trainings.usecases import load_plan
from shared.contracts.subsidy import ClaimStatus
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day


async def return_(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Send a claim back; what an approval committed is free again.

    Raises ForeignRegion and the rule's refusals.
    """
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    prepared_by = await store.doers(connection, claim_id, PREPARING)
    held_until = await limits.held_until(connection, plan, before.region, day=business_day(at))
    after, fact = rules.return_(before, prepared_by=prepared_by, held_until=held_until, by=caller.person, at=at)
    if before.status is ClaimStatus.PAYMENT_FAILED:
        others = await store.of_class(connection, before.class_id)
        if in_progress := [each.id for each in others if each.status in IN_PROGRESS]:
            raise ClassAlreadyClaimed(claim_id=str(in_progress[0]))
    await steps.save(connection, after, fact, ClaimVerb.RETURN, by=caller.person, reason=reason)
    return after


async def reject(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Refuse a submitted claim for good. Raises ForeignRegion and the rule's refusals."""
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    prepared_by = await store.doers(connection, claim_id, PREPARING)
    after, fact = rules.reject(before, prepared_by=prepared_by, by=caller.person, at=at)
    await lines.release(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.REJECT, by=caller.person, reason=reason)
    return after


async def approve(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Accept a submitted claim and commit its amount.

    Raises ForeignRegion, OverBudget and the rule's refusals.
    """
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    after, fact = rules.approve(
        before,
        as_of_now=await drafts.lines_as_of_now(connection, before, plan=plan, at=at),
        flags=await holds.of_claim(connection, claim_id),
        prepared_by=await store.doers(connection, claim_id, PREPARING),
        by=caller.person,
        at=at,
    )
    await steps.save(connection, after, fact, ClaimVerb.APPROVE, by=caller.person)
    return after
