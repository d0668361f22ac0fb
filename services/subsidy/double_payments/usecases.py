"""Record that the bank paid a claim once more, and settle it: proposed by one person of finance, confirmed by another.

Whoever does something about it holds the lock of its claim.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import usecases as budgets
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.states import ClaimVerb
from services.subsidy.claims.store import claims
from services.subsidy.claims.usecases import steps
from services.subsidy.double_payments import rules, store
from services.subsidy.double_payments.rules import DoublePayment, RecoveryReversedAlready, ReferenceRecorded, Transfer
from services.subsidy.ledger.rules import PostingVerb
from services.subsidy.recoveries.usecases import propose_about, require_offset
from services.subsidy.trainings.usecases import load_plan, scope
from shared.backbone import outbox
from shared.contracts.subsidy.double_payments import DoublePaymentState
from shared.kernel.callers import Caller, Role
from shared.kernel.four_eyes import require_another
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.periods import business_day
from shared.proposals.rules import Proposal

_CLAIM: Final = "claims/"
_SUBJECT: Final = "double-payments/"


async def propose(
    connection: AsyncConnection, claim_id: UUID, transfer: Transfer, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to record that the bank made `transfer` for a claim that was paid before.

    Raises NotFound, ForeignRegion, AlreadyProposed, ReferenceRecorded and the rule's refusals.
    """
    claim = await _claim(connection, claim_id, caller=caller)
    await _require_possible(connection, claim, transfer, at=at)
    content = transfer._asdict() | {"paid_on": transfer.paid_on.isoformat()}
    return await propose_about(connection, claim, rules.KIND, content, reason=reason, caller=caller, at=at)


async def propose_recovery(
    connection: AsyncConnection,
    payment_id: UUID,
    amount: Fen,
    *,
    against: UUID | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose that `amount` of it came back, or is kept from the payment of the claim `against`.

    Raises NotFound, ForeignRegion, AlreadyProposed, ClaimInBatch, OffsetImpossible and the rule's refusals.
    """
    payment, claim = await _load(connection, payment_id, caller=caller)
    rules.recover(payment, amount, at=at)
    if against is not None:
        await require_offset(connection, claim, amount, against=against, caller=caller)
    content = {"amount_fen": amount, "against": None if against is None else str(against)}
    subject = f"{_SUBJECT}{payment_id}"
    return await propose_about(
        connection, claim, rules.RECOVERY, content, subject=subject, reason=reason, caller=caller, at=at
    )


async def propose_write_off(
    connection: AsyncConnection, payment_id: UUID, amount: Fen, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to give `amount` of it up. Raises NotFound, ForeignRegion, AlreadyProposed and the rule's refusals."""
    payment, claim = await _load(connection, payment_id, caller=caller)
    rules.write_off(payment, amount, at=at)
    content = {"amount_fen": amount}
    subject = f"{_SUBJECT}{payment_id}"
    return await propose_about(
        connection, claim, rules.WRITE_OFF, content, subject=subject, reason=reason, caller=caller, at=at
    )


async def propose_recovery_reversal(
    connection: AsyncConnection, payment_id: UUID, recovery_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose that one of its recoveries was a mistake.

    Raises NotFound, ForeignRegion, AlreadyProposed, RecoveryReversedAlready, IllegalMove.
    """
    payment, claim = await _load(connection, payment_id, caller=caller)
    recovery = await _standing_recovery(connection, payment_id, recovery_id)
    rules.reverse_recovery(payment, recovery.standing_fen, at=at)
    content = {"recovery_id": str(recovery_id)}
    subject = f"{_SUBJECT}{payment_id}"
    return await propose_about(
        connection, claim, rules.RECOVERY_REVERSAL, content, subject=subject, reason=reason, caller=caller, at=at
    )


async def propose_write_off_reversal(
    connection: AsyncConnection, payment_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose that all that was given up of it is owed again.

    Raises NotFound, ForeignRegion, AlreadyProposed and the rule's refusals.
    """
    payment, claim = await _load(connection, payment_id, caller=caller)
    rules.reverse_write_off(payment, at=at)
    subject = f"{_SUBJECT}{payment_id}"
    return await propose_about(
        connection, claim, rules.WRITE_OFF_REVERSAL, {}, subject=subject, reason=reason, caller=caller, at=at
    )


async def propose_cancellation(
    connection: AsyncConnection, payment_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose that it was recorded by mistake, also as who confirmed the record.

    Raises NotFound, ForeignRegion, AlreadyProposed, IllegalMove, DoublePaymentUsed.
    """
    payment, claim = await _load(connection, payment_id, caller=caller)
    rules.require_untouched(payment)
    subject = f"{_SUBJECT}{payment_id}"
    return await propose_about(
        connection, claim, rules.CANCELLATION, {}, subject=subject, reason=reason, caller=caller, at=at
    )


async def record(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> DoublePayment:
    """Record what a proposal says that is being confirmed; the money is owed by the payee from now on.

    Raises WrongRole, ForeignRegion, OverBudget, SamePerson if the caller paid the claim, ReferenceRecorded and the
    rule's refusals.
    """
    claim = await _confirmed(connection, UUID(proposal.subject.removeprefix(_CLAIM)), caller=caller)
    content = proposal.content
    transfer = Transfer(date.fromisoformat(content["paid_on"]), Fen(content["amount_fen"]), content["reference"])
    await _require_possible(connection, claim, transfer, at=at)
    by, reason = caller.person, proposal.reason
    made, fact = rules.record(
        claim, transfer, id_=new_id(), reason=reason, proposed_by=proposal.proposed_by, by=by, at=at
    )
    await store.add(connection, made)
    await outbox.record(connection, fact)
    verb = PostingVerb.PAY_TWICE
    await budgets.book_twice(connection, claim.standing, made.amount_fen, verb, by=by, at=at, reason=reason)
    return made


async def recover(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> DoublePayment:
    """What a proposal says that is being confirmed came back, and is free in the budgets that it left.

    Raises WrongRole, ForeignRegion, SamePerson if the caller paid the claim, ClaimInBatch, OffsetImpossible and the
    rule's refusals.
    """
    payment, claim = await _settled(connection, proposal, caller=caller)
    amount = Fen(proposal.content["amount_fen"])
    against = None if proposal.content["against"] is None else UUID(proposal.content["against"])
    after, fact = rules.recover(payment, amount, at=at)
    if against is not None:
        await require_offset(connection, claim, amount, against=against, caller=caller)
    recovery = store.Recovery(
        id=new_id(),
        double_payment_id=payment.id,
        amount_fen=amount,
        against=against,
        recovered_on=business_day(at),
        proposed_by=proposal.proposed_by,
        confirmed_by=caller.person,
    )
    await store.add_recovery(connection, recovery)
    verb = PostingVerb.RECOVER_TWICE if against is None else PostingVerb.OFFSET_TWICE
    return await _save(connection, after, fact, claim, amount, verb, proposal=proposal, caller=caller)


async def write_off(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> DoublePayment:
    """Give up what a proposal says that is being confirmed.

    Raises WrongRole, ForeignRegion, SamePerson if the caller paid the claim, and the rule's refusals.
    """
    payment, claim = await _settled(connection, proposal, caller=caller)
    amount = Fen(proposal.content["amount_fen"])
    after, fact = rules.write_off(payment, amount, at=at)
    verb = PostingVerb.WRITE_OFF_TWICE
    return await _save(connection, after, fact, claim, amount, verb, proposal=proposal, caller=caller)


async def reverse_recovery(
    connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime
) -> DoublePayment:
    """A recovery was a mistake, as a proposal says that is being confirmed: its money leaves the budgets again.

    Raises WrongRole, ForeignRegion, OverBudget, SamePerson if the caller confirmed the recovery or paid the claim,
    RecoveryReversedAlready and the rule's refusals.
    """
    payment, claim = await _settled(connection, proposal, caller=caller)
    recovery = await _standing_recovery(connection, payment.id, UUID(proposal.content["recovery_id"]))
    require_another(caller.person, recovery.confirmed_by, rule="confirmation of a recovery and of its reversal")
    amount = recovery.standing_fen
    after, fact = rules.reverse_recovery(payment, amount, at=at)
    await store.reverse_recovery(connection, recovery.id, on=business_day(at))
    verb = PostingVerb.REVERSE_RECOVERY_TWICE
    return await _save(connection, after, fact, claim, amount, verb, proposal=proposal, caller=caller)


async def reverse_write_off(
    connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime
) -> DoublePayment:
    """All that was given up is owed again, as a proposal says that is being confirmed.

    Raises WrongRole, ForeignRegion, SamePerson if the caller paid the claim, and the rule's refusals.
    """
    payment, claim = await _settled(connection, proposal, caller=caller)
    after, fact = rules.reverse_write_off(payment, at=at)
    amount, verb = payment.written_off_fen, PostingVerb.REVERSE_WRITE_OFF_TWICE
    return await _save(connection, after, fact, claim, amount, verb, proposal=proposal, caller=caller)


async def lapse(
    connection: AsyncConnection, payment_id: UUID, claim: Claim, amount: Fen, *, by: str, at: datetime
) -> None:
    """`amount` of what the bank paid twice for `claim` is owed again: it cannot be kept from another payment.

    Raises OverBudget.
    """
    payment = await store.load(connection, payment_id)
    after, fact = rules.reverse_recovery(payment, amount, at=at)
    await store.save(connection, after)
    await outbox.record(connection, fact)
    verb = PostingVerb.REVERSE_RECOVERY_TWICE
    await budgets.book_twice(connection, claim.standing, amount, verb, by=by, at=at)


async def cancel(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> DoublePayment:
    """Take the record back, as a proposal says that is being confirmed.

    Raises WrongRole, ForeignRegion, SamePerson if the caller confirmed the record or paid the claim, and the rule's
    refusals.
    """
    payment, claim = await _settled(connection, proposal, caller=caller)
    after, fact = rules.cancel(payment, by=caller.person, at=at)
    verb = PostingVerb.CANCEL_TWICE
    return await _save(connection, after, fact, claim, payment.amount_fen, verb, proposal=proposal, caller=caller)


async def visible(connection: AsyncConnection, payment_id: UUID, *, caller: Caller) -> DoublePayment:
    """Raises NotFound, ForeignOrganisation, ForeignRegion."""
    found = await store.load(connection, payment_id)
    (await scope(connection, caller)).require(found, owner=found.institution_id)
    return found


async def _claim(connection: AsyncConnection, claim_id: UUID, *, caller: Caller) -> Claim:
    return await steps.load_for(connection, claim_id, caller=caller, plan=await load_plan(connection))


async def _load(connection: AsyncConnection, payment_id: UUID, *, caller: Caller) -> tuple[DoublePayment, Claim]:
    """The double payment as it is once its claim is locked, and the claim."""
    claim_id = (await store.load(connection, payment_id)).claim_id
    claim = await _claim(connection, claim_id, caller=caller)
    return await store.load(connection, payment_id), claim


async def _confirmed(connection: AsyncConnection, claim_id: UUID, *, caller: Caller) -> Claim:
    caller.require(Role.FINANCE, Role.PROVINCE)
    claim = await _claim(connection, claim_id, caller=caller)
    paid_by = await claims.doers(connection, claim_id, {ClaimVerb.PAY})
    require_another(caller.person, *paid_by, rule="payment of a claim and confirmation of what was paid twice")
    return claim


async def _settled(connection: AsyncConnection, proposal: Proposal, *, caller: Caller) -> tuple[DoublePayment, Claim]:
    payment_id = UUID(proposal.subject.removeprefix(_SUBJECT))
    claim = await _confirmed(connection, (await store.load(connection, payment_id)).claim_id, caller=caller)
    return await store.load(connection, payment_id), claim


async def _standing_recovery(connection: AsyncConnection, payment_id: UUID, recovery_id: UUID) -> store.Recovery:
    """Raises NotFound, RecoveryReversedAlready."""
    found = await store.load_recovery(connection, payment_id, recovery_id)
    if found.reversed_on is not None:
        raise RecoveryReversedAlready(reversed_on=found.reversed_on.isoformat())
    return found


async def _require_possible(connection: AsyncConnection, claim: Claim, transfer: Transfer, *, at: datetime) -> None:
    rules.require_possible(claim, transfer, today=business_day(at))
    recorded = await store.by_reference(connection, claim.reporting_region, transfer.reference)
    if recorded is not None:
        raise ReferenceRecorded(double_payment_id=str(recorded))


async def _save(
    connection: AsyncConnection,
    after: DoublePayment,
    fact: DoublePaymentState,
    claim: Claim,
    amount: Fen,
    verb: PostingVerb,
    *,
    proposal: Proposal,
    caller: Caller,
) -> DoublePayment:
    await store.save(connection, after)
    await outbox.record(connection, fact)
    by, at, reason = caller.person, fact.at, proposal.reason
    await budgets.book_twice(connection, claim.standing, amount, verb, by=by, at=at, reason=reason)
    return after
