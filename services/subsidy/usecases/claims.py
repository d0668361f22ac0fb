"""Move a claim: submit, return, reject, approve, pay, recover."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.domain import claims as rules
from services.subsidy.domain.claims import Claim, ClaimVerb
from services.subsidy.store import budgets, lines
from services.subsidy.store import claims as store
from services.subsidy.usecases import drafts
from services.subsidy.usecases.plan import region_and_above
from shared.backbone import outbox
from shared.contracts.subsidy import ClaimState
from shared.kernel.callers import Caller, Role
from shared.kernel.money import Fen
from shared.kernel.periods import business_day


async def submit(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Hand in a draft of the caller's institution. Raises WrongRole, ForeignOrganisation and the rule's."""
    caller.require(Role.INSTITUTION)
    before = await store.load(connection, claim_id, lock=True)
    caller.require_organisation(before.institution_id)
    after, fact = rules.submit(before, by=caller.person, at=at)
    return await _save(connection, after, fact, ClaimVerb.SUBMIT, caller=caller, at=at)


async def return_(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Send a submitted claim back. Raises WrongRole, ForeignRegion and the rule's."""
    before = await _load(connection, claim_id, Role.REVIEWER, caller)
    after, fact = rules.return_(before, at=at)
    return await _save(connection, after, fact, ClaimVerb.RETURN, caller=caller, at=at, reason=reason)


async def reject(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Refuse a submitted claim for good. Raises WrongRole, ForeignRegion and the rule's."""
    before = await _load(connection, claim_id, Role.REVIEWER, caller)
    after, fact = rules.reject(before, at=at)
    await lines.release(connection, after)
    return await _save(connection, after, fact, ClaimVerb.REJECT, caller=caller, at=at, reason=reason)


async def approve(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Accept a submitted claim and commit its amount. Raises WrongRole, ForeignRegion, OverBudget and the rule's."""
    before = await _load(connection, claim_id, Role.REVIEWER, caller)
    as_of_now = await drafts.lines_as_of_now(connection, before, today=business_day(at))
    after, fact = rules.approve(before, as_of_now=as_of_now, by=caller.person, at=at)
    await budgets.commit(connection, after.account, after.amount_fen)
    return await _save(connection, after, fact, ClaimVerb.APPROVE, caller=caller, at=at)


async def pay(
    connection: AsyncConnection, claim_id: UUID, *, paid_on: date, reference: str, caller: Caller, at: datetime
) -> Claim:
    """Note the payment of an approved claim. Raises WrongRole, ForeignRegion and the rule's."""
    before = await _load(connection, claim_id, Role.FINANCE, caller)
    after, fact = rules.pay(before, paid_on=paid_on, reference=reference, by=caller.person, at=at)
    await budgets.pay(connection, after.account, after.amount_fen)
    return await _save(connection, after, fact, ClaimVerb.PAY, caller=caller, at=at)


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
    before = await _load(connection, claim_id, Role.FINANCE, caller)
    after, fact = rules.recover(before, numbers, at=at)
    await lines.recover(connection, after)
    await budgets.recover(connection, after.account, Fen(after.recovered_fen - before.recovered_fen))
    return await _save(connection, after, fact, ClaimVerb.RECOVER, caller=caller, at=at, reason=reason)


async def _load(connection: AsyncConnection, claim_id: UUID, role: Role, caller: Caller) -> Claim:
    """The claim, locked, for a caller of `role` in its region or above."""
    caller.require(role)
    claim = await store.load(connection, claim_id, lock=True)
    caller.require_region(await region_and_above(connection, claim.region))
    return claim


async def _save(
    connection: AsyncConnection,
    claim: Claim,
    fact: ClaimState,
    verb: ClaimVerb,
    *,
    caller: Caller,
    at: datetime,
    reason: str | None = None,
) -> Claim:
    await store.save(connection, claim)
    await store.note(connection, claim, verb, by=caller.person, at=at, reason=reason)
    await outbox.record(connection, fact)
    return claim
