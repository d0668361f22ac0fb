"""Record the payment of an approved claim, or that the bank sent it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.states import (
    PREPARING,
    ClaimVerb,
)
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import holds, lines
from services.subsidy.claims.usecases import steps
from services.subsidy.payees import store as payees
from services.subsidy.payments import rules
from services.subsidy.rekeyings import store as rekeyings
from services.subsidy.trainings.usecases import load_plan
from shared.kernel.callers import Caller


async def pay(
    connection: AsyncConnection,
    claim_id: UUID,
    *,
    paid_on: date,
    reference: str,
    same_account: bool = False,
    caller: Caller,
    at: datetime,
) -> Claim:
    """Record the payment of an approved claim to its payee's current account.

    Raises ForeignRegion, ClaimInBatch, AccountMissing, AccountFailedBefore, LinesRekeyed and the rule's.
    """
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    await steps.require_outside_batches(connection, claim_id)
    rekeyed = await rekeyings.of_claim(connection, claim_id)
    account_id = await payees.current_id(connection, before.institution_id)
    after, fact = rules.pay(
        before,
        paid_on=paid_on,
        reference=reference,
        flags=await holds.of_claim(connection, claim_id),
        rekeyed={line.line for line in rekeyed},
        prepared_by=await store.doers(connection, claim_id, PREPARING),
        by=caller.person,
        at=at,
    )
    paid_to = rules.require_account(before, account_id, transfer=after.transfer_fen, same_account=same_account)
    after = replace(after, account_id=paid_to)  # told to nobody, so that the fact is the same
    if rekeyed:
        await lines.follow(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.PAY, by=caller.person)
    return after


async def fail(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Record that the bank sent the payment back: the amount is committed and not paid. Raises ForeignRegion and the
    rule's refusals.
    """
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    paid_by = await store.doers(connection, claim_id, {ClaimVerb.PAY})
    after, fact = rules.fail(before, paid_by=paid_by, by=caller.person, at=at)
    await lines.recover(connection, after)
    await lines.follow(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.FAIL_PAYMENT, by=caller.person, reason=reason)
    return after
