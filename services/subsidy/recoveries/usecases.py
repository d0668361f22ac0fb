"""Recover lines of a paid claim."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import store as budgets
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.store import lines
from services.subsidy.claims.usecases.steps import load_for, save
from services.subsidy.recoveries import rules
from shared.kernel.callers import Caller, Role
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
    """Take lines' money back into the budget; None: all that is left. Raises WrongRole, ForeignRegion, the rule's."""
    before = await load_for(connection, claim_id, Role.FINANCE, caller)
    after, fact = rules.recover(before, numbers, at=at)
    await lines.recover(connection, after)
    await budgets.recover(connection, after.account, Fen(after.recovered_fen - before.recovered_fen))
    return await save(connection, after, fact, ClaimVerb.RECOVER, caller=caller, at=at, reason=reason)
