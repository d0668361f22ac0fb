"""Confirm or reject what another person proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import rules as budget_rules
from services.subsidy.budgets import usecases as budgets
from services.subsidy.payees import rules as payee_rules
from services.subsidy.payees import usecases as payees
from services.subsidy.recoveries import rules as recovery_rules
from services.subsidy.recoveries import usecases as recoveries
from services.subsidy.trainings import usecases as trainings
from shared.kernel.callers import Caller
from shared.proposals import rules, store
from shared.proposals.rules import Proposal, ProposalStatus

_OF_BUDGETS: Final = frozenset({budget_rules.KIND, budget_rules.MOVE, budget_rules.SHARES})


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    subject: str | None,
    status: ProposalStatus | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> Sequence[Proposal]:
    """Proposals about records that the caller sees. Raises NotYetReceived, UnknownRegion, ForeignRegion."""
    sight = await trainings.scope(connection, caller, region=region)
    return await store.page(connection, sight, subject=subject, status=status, after=after, limit=limit)


async def load(connection: AsyncConnection, proposal_id: UUID, *, caller: Caller, lock: bool = False) -> Proposal:
    """A proposal about a record that the caller sees. Raises NotYetReceived, NotFound, ForeignRegion."""
    sight = await trainings.scope(connection, caller)
    found = await store.load(connection, proposal_id, lock=lock)
    (sight.require_handled if lock else sight.require)(found, owner=None)
    return found


async def confirm(connection: AsyncConnection, proposal_id: UUID, *, caller: Caller, at: datetime) -> Proposal:
    """Confirm a proposal; what it asks for happens in the same transaction, by the rules as they apply now.

    Raises WrongRole, NotFound, ForeignRegion, IllegalMove, SamePerson, and the refusals of the step itself.
    """
    before = await load(connection, proposal_id, caller=caller, lock=True)
    after = rules.confirm(before, by=caller.person, at=at)
    match before.kind:
        case budget_rules.KIND:
            await budgets.set_total(connection, before, caller=caller, at=at)
        case budget_rules.MOVE:
            await budgets.move(connection, before, caller=caller, at=at)
        case budget_rules.SHARES:
            await budgets.share(connection, before, caller=caller, at=at)
        case payee_rules.KIND:
            await payees.confirm(connection, before, caller=caller, at=at)
        case recovery_rules.REVERSAL:
            await recoveries.reverse(connection, before, caller=caller, at=at)
        case recovery_rules.WRITE_OFF:
            await recoveries.write_off(connection, before, caller=caller, at=at)
        case recovery_rules.WRITE_OFF_REVERSAL:
            await recoveries.reverse_write_off(connection, before, caller=caller, at=at)
        case recovery_rules.DISMISSAL:
            await recoveries.dismiss(connection, before, caller=caller, at=at)
        case _:
            await recoveries.recover(connection, before, caller=caller, at=at)
    await store.save(connection, after)
    return after


async def reject(
    connection: AsyncConnection, proposal_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Reject a proposal, as a person who could propose or confirm it. Raises WrongRole, NotFound, ForeignRegion,
    IllegalMove.
    """
    before = await load(connection, proposal_id, caller=caller, lock=True)
    if before.kind in _OF_BUDGETS:
        await budgets.require_province(connection, before, caller=caller)
    if before.kind == payee_rules.KIND:
        await payees.reject(connection, before, caller=caller, at=at)
    after = rules.reject(before, reason=reason, by=caller.person, at=at)
    await store.save(connection, after)
    return after
