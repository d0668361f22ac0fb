"""Recover the money of a paid claim's lines."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import store as budgets
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.store import lines
from services.subsidy.claims.usecases import steps
from services.subsidy.recoveries import rules
from services.subsidy.trainings.usecases import load_plan
from shared.kernel.callers import Caller
from shared.kernel.money import Fen


async def recover(
    connection: AsyncConnection,
    claim_id: UUID,
    *,
    numbers: Collection[int] | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Claim:
    """Recover the lines `numbers` and return their money to the budget; None means every remaining line.

    Raises ForeignRegion and the rule's.
    """
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    after, fact = rules.recover(before, numbers, at=at)
    await lines.recover(connection, after)
    await budgets.recover(connection, after.account, Fen(after.recovered_fen - before.recovered_fen))
    await steps.save(connection, after, fact, ClaimVerb.RECOVER, by=caller.person, reason=reason)
    return after
