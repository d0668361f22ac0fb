"""Return, reject or approve a submitted claim."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import store as budgets
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.store import lines
from services.subsidy.claims.usecases import drafts
from services.subsidy.claims.usecases.steps import load_for, save
from services.subsidy.review import rules
from shared.kernel.callers import Caller, Role
from shared.kernel.periods import business_day


async def return_(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Send a submitted claim back. Raises WrongRole, ForeignRegion and the rule's."""
    before = await load_for(connection, claim_id, Role.REVIEWER, caller)
    after, fact = rules.return_(before, at=at)
    return await save(connection, after, fact, ClaimVerb.RETURN, caller=caller, at=at, reason=reason)


async def reject(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Refuse a submitted claim for good. Raises WrongRole, ForeignRegion and the rule's."""
    before = await load_for(connection, claim_id, Role.REVIEWER, caller)
    after, fact = rules.reject(before, at=at)
    await lines.release(connection, after)
    return await save(connection, after, fact, ClaimVerb.REJECT, caller=caller, at=at, reason=reason)


async def approve(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Accept a submitted claim and commit its amount. Raises WrongRole, ForeignRegion, OverBudget and the rule's."""
    before = await load_for(connection, claim_id, Role.REVIEWER, caller)
    as_of_now = await drafts.lines_as_of_now(connection, before, today=business_day(at))
    after, fact = rules.approve(before, as_of_now=as_of_now, by=caller.person, at=at)
    await budgets.commit(connection, after.account, after.amount_fen)
    return await save(connection, after, fact, ClaimVerb.APPROVE, caller=caller, at=at)
