"""Return, reject or approve a submitted claim."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import store as budgets
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.store import lines
from services.subsidy.claims.usecases import drafts, steps
from services.subsidy.review import rules
from services.subsidy.trainings.usecases import load_plan
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day


async def return_(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Send a submitted claim back. Raises ForeignRegion and the rule's refusals."""
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    after, fact = rules.return_(before, at=at)
    await steps.save(connection, after, fact, ClaimVerb.RETURN, by=caller.person, reason=reason)
    return after


async def reject(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Refuse a submitted claim for good. Raises ForeignRegion and the rule's refusals."""
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    after, fact = rules.reject(before, at=at)
    await lines.release(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.REJECT, by=caller.person, reason=reason)
    return after


async def approve(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Accept a submitted claim and commit its amount.

    Raises ForeignRegion, OverBudget and the rule's refusals.
    """
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    as_of_now = await drafts.lines_as_of_now(connection, before, plan=plan, today=business_day(at))
    after, fact = rules.approve(before, as_of_now=as_of_now, by=caller.person, at=at)
    await budgets.commit(connection, after.account, after.amount_fen)
    await steps.save(connection, after, fact, ClaimVerb.APPROVE, by=caller.person)
    return after
