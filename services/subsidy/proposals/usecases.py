"""Confirm or reject what another person proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.batches.rules import batches as batch_rules
from services.subsidy.batches.usecases import batches
from services.subsidy.budgets import rules as budget_rules
from services.subsidy.budgets import usecases as budgets
from services.subsidy.double_payments import rules as double_payment_rules
from services.subsidy.double_payments import usecases as double_payments
from services.subsidy.payees import rules as payee_rules
from services.subsidy.payees import usecases as payees
from services.subsidy.projects import rules as project_rules
from services.subsidy.projects import usecases as projects
from services.subsidy.recoveries import rules as recovery_rules
from services.subsidy.recoveries import usecases as recoveries
from services.subsidy.trainings import usecases as trainings
from shared.kernel.callers import Caller
from shared.proposals import rules, store
from shared.proposals.rules import Proposal, ProposalStatus


class _Step(Protocol):
    """What a proposal asks for, as its topic does it once the proposal is confirmed."""

    async def __call__(
        self, connection: AsyncConnection, proposal: Proposal, /, *, caller: Caller, at: datetime
    ) -> object: ...


_STEPS: Final[Mapping[str, _Step]] = {
    budget_rules.KIND: budgets.set_total,
    budget_rules.MOVE: budgets.move,
    budget_rules.SHARES: budgets.share,
    payee_rules.KIND: payees.confirm,
    batch_rules.KIND: batches.release,
    batch_rules.RECALL: batches.recall,
    recovery_rules.KIND: recoveries.recover,
    recovery_rules.REVERSAL: recoveries.reverse,
    recovery_rules.WRITE_OFF: recoveries.write_off,
    recovery_rules.WRITE_OFF_REVERSAL: recoveries.reverse_write_off,
    recovery_rules.DISMISSAL: recoveries.dismiss,
    double_payment_rules.KIND: double_payments.record,
    double_payment_rules.RECOVERY: double_payments.recover,
    double_payment_rules.WRITE_OFF: double_payments.write_off,
    double_payment_rules.RECOVERY_REVERSAL: double_payments.reverse_recovery,
    double_payment_rules.WRITE_OFF_REVERSAL: double_payments.reverse_write_off,
    double_payment_rules.CANCELLATION: double_payments.cancel,
    project_rules.KIND: projects.approve,
    project_rules.VERDICT: projects.give_verdict,
    project_rules.CANCELLATION: projects.cancel,
    project_rules.REINSTATEMENT: projects.reinstate,
}
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
    await _STEPS[before.kind](connection, before, caller=caller, at=at)
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
    if before.kind == batch_rules.KIND:
        await batches.reject(connection, before)
    if before.kind == project_rules.KIND:
        await projects.reject(connection, before)
    after = rules.reject(before, reason=reason, by=caller.person, at=at)
    await store.save(connection, after)
    return after
