"""Confirm or reject what another person of the province proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.figures import rules as figure_rules
from services.metrics.figures import usecases as figures
from services.metrics.plan.usecases import require_province
from services.metrics.targets.usecases import sheets
from shared.kernel.callers import Caller
from shared.proposals import rules, store
from shared.proposals.rules import Proposal, ProposalStatus
from shared.reach import Reach, Scope


async def page(
    connection: AsyncConnection,
    *,
    subject: str | None,
    status: ProposalStatus | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> Sequence[Proposal]:
    """All proposals, which are the province's. Raises ForeignRegion."""
    await require_province(connection, caller)
    return await store.page(connection, Scope(Reach(), None), subject=subject, status=status, after=after, limit=limit)


async def load(connection: AsyncConnection, proposal_id: UUID, *, caller: Caller, lock: bool = False) -> Proposal:
    """A proposal. Raises ForeignRegion, NotFound."""
    await require_province(connection, caller)
    return await store.load(connection, proposal_id, lock=lock)


async def confirm(connection: AsyncConnection, proposal_id: UUID, *, caller: Caller, at: datetime) -> Proposal:
    """Confirm a proposal; what it asks for holds from the same transaction on.

    Raises ForeignRegion, NotFound, IllegalMove, SamePerson.
    """
    before = await load(connection, proposal_id, caller=caller, lock=True)
    after = rules.confirm(before, by=caller.person, at=at)
    take_effect = figures.enter if before.kind == figure_rules.KIND else sheets.load
    await take_effect(connection, before, by=caller.person, at=at)
    await store.save(connection, after)
    return after


async def reject(
    connection: AsyncConnection, proposal_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Reject a proposal, or take one's own back. Raises ForeignRegion, NotFound, IllegalMove."""
    before = await load(connection, proposal_id, caller=caller, lock=True)
    after = rules.reject(before, reason=reason, by=caller.person, at=at)
    await store.save(connection, after)
    return after
