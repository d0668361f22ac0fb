"""A second transfer for a claim that was paid: when it can be recorded, and what becomes of the money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import NOTHING
from services.subsidy.claims.rules.states import SPENT
from services.subsidy.payments.rules import PaymentDayImpossible
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.double_payments import (
    DoublePaymentCancelled,
    DoublePaymentRecorded,
    DoublePaymentRecovered,
    DoublePaymentRecoveryReversed,
    DoublePaymentState,
    DoublePaymentStatus,
    DoublePaymentWriteOffReversed,
    DoublePaymentWrittenOff,
)
from shared.kernel.four_eyes import require_another
from shared.kernel.money import Fen
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid

F = TypeVar("F", bound=DoublePaymentState)

KIND: Final = "double-payment"
"""The kind of the proposals to record that the bank paid a claim once more."""
RECOVERY: Final = "double-payment-recovery"
WRITE_OFF: Final = "double-payment-write-off"
CANCELLATION: Final = "double-payment-cancellation"
RECOVERY_REVERSAL: Final = "double-payment-recovery-reversal"
WRITE_OFF_REVERSAL: Final = "double-payment-write-off-reversal"


class NotPaidOnce(Conflict):
    """Facts: `state` of the claim."""

    slug = "claim-not-paid-once"
    title_en = "The claim is not paid, so the bank cannot have paid it once more."
    title_zh = "该申领尚未付款，不存在重复付款。"
    cure_en = "Record what the bank paid as the payment of the claim, which is {state}."
    cure_zh = "该申领当前状态为 {state}，请将银行已付的款项登记为该申领的付款。"


class NotTheTransfer(Invalid):
    """Facts: `transferred_fen`, what was transferred for the claim."""

    slug = "amount-not-transferred"
    title_en = "This is not what was transferred for the claim."
    title_zh = "金额与该申领的付款金额不一致。"
    cure_en = (
        "A transfer that was made twice has the amount of the first: {transferred_fen} fen. Another amount is another "
        "payment; look at the bank's statement."
    )
    cure_zh = "重复付款的金额应与首次付款相同，即 {transferred_fen} 分；金额不同的，请核对银行流水。"


class FirstTransfer(Invalid):
    slug = "reference-of-the-payment"
    title_en = "This is the reference of the payment of the claim itself."
    title_zh = "该流水号为该申领首次付款的流水号。"
    cure_en = "Give the reference under which the bank made the second transfer."
    cure_zh = "请填写银行第二次付款的流水号。"


class ReferenceRecorded(Conflict):
    """Facts: `double_payment_id`."""

    slug = "double-payment-recorded-already"
    title_en = "A double payment with this reference of the bank is recorded already."
    title_zh = "该银行流水号的重复付款已经登记。"
    cure_en = "Nothing has to be done: it is {double_payment_id}. Another transfer has another reference."
    cure_zh = "无需再次登记：编号 {double_payment_id}；另有一笔付款的，请填写其流水号。"


class AboveDoublePayment(Invalid):
    """Facts: `outstanding_fen`."""

    slug = "amount-above-double-payment"
    title_en = "This is more than what is still outstanding of the double payment."
    title_zh = "金额超过该笔重复付款尚未追回的数额。"
    cure_en = "What was paid twice and neither came back nor was given up is the most: {outstanding_fen} fen."
    cure_zh = "最多为 {outstanding_fen} 分，即重复付款中尚未追回、未核销的金额。"


class RecoveryReversedAlready(Conflict):
    """Facts: `reversed_on`."""

    slug = "double-payment-recovery-reversed-already"
    title_en = "This recovery of the double payment was taken back already."
    title_zh = "该笔追回已经撤销。"
    cure_en = "Nothing has to be done: since {reversed_on}, its money is owed again."
    cure_zh = "无需再次撤销：自 {reversed_on} 起，该款已恢复为应追回款。"


class NothingGivenUp(Conflict):
    slug = "double-payment-not-written-off"
    title_en = "Nothing of the double payment was given up."
    title_zh = "该笔重复付款并未核销。"
    cure_en = "Nothing has to be done: what is outstanding of it is owed."
    cure_zh = "无需撤销核销：尚未追回的金额仍为应追回款。"


class DoublePaymentUsed(Conflict):
    """Facts, in fen: `recovered_fen`, `written_off_fen`."""

    slug = "double-payment-settled-in-part"
    title_en = "Some of the double payment came back or was given up already."
    title_zh = "该笔重复付款已部分追回或核销，不能撤销登记。"
    cure_en = (
        "Money that came back shows that the bank did pay twice. Recover or write off the rest; {recovered_fen} fen "
        "came back and {written_off_fen} fen were given up."
    )
    cure_zh = "已追回 {recovered_fen} 分、核销 {written_off_fen} 分，说明重复付款属实；请继续追回或核销其余部分。"


class DoublePaymentVerb(StrEnum):
    RECOVER = "recover"
    WRITE_OFF = "write_off"
    SETTLE = "settle"
    """A recovery or write-off after which nothing is outstanding."""
    CANCEL = "cancel"
    REVERSE_RECOVERY = "reverse_recovery"
    """By two persons, or because it could not be kept from the payment of another claim."""
    REVERSE_WRITE_OFF = "reverse_write_off"


MOVES: Final[Mapping[DoublePaymentStatus, Mapping[DoublePaymentVerb, DoublePaymentStatus]]] = {
    DoublePaymentStatus.OUTSTANDING: {
        DoublePaymentVerb.RECOVER: DoublePaymentStatus.OUTSTANDING,
        DoublePaymentVerb.WRITE_OFF: DoublePaymentStatus.OUTSTANDING,
        DoublePaymentVerb.SETTLE: DoublePaymentStatus.SETTLED,
        DoublePaymentVerb.CANCEL: DoublePaymentStatus.CANCELLED,
        DoublePaymentVerb.REVERSE_RECOVERY: DoublePaymentStatus.OUTSTANDING,
        DoublePaymentVerb.REVERSE_WRITE_OFF: DoublePaymentStatus.OUTSTANDING,
    },
    DoublePaymentStatus.SETTLED: {
        DoublePaymentVerb.REVERSE_RECOVERY: DoublePaymentStatus.OUTSTANDING,
        DoublePaymentVerb.REVERSE_WRITE_OFF: DoublePaymentStatus.OUTSTANDING,
    },
    DoublePaymentStatus.CANCELLED: {},
}
WHY_FINAL: Final = {
    DoublePaymentStatus.CANCELLED: "It was a mistake. If the bank paid twice after all, it is recorded again.",
}


class Transfer(NamedTuple):
    """What the bank did: on which day, how much, and under which reference."""

    paid_on: date
    amount_fen: Fen
    reference: str


@dataclass(frozen=True, slots=True)
class DoublePayment:
    """A second transfer for a claim. It is owed by the claim's payee from the beginning."""

    id: UUID
    claim_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource
    kind: SubsidyKind
    paid_on: date
    amount_fen: Fen
    reference: str
    reason: str
    proposed_by: str
    confirmed_by: str
    recorded_at: datetime
    recovered_fen: Fen = NOTHING
    written_off_fen: Fen = NOTHING
    status: DoublePaymentStatus = DoublePaymentStatus.OUTSTANDING
    version: int = 1

    @property
    def outstanding_fen(self) -> Fen:
        """What neither came back nor was given up."""
        if self.status is DoublePaymentStatus.CANCELLED:
            return NOTHING
        return Fen(self.amount_fen - self.recovered_fen - self.written_off_fen)


def require_possible(claim: Claim, transfer: Transfer, *, today: date) -> None:
    """Raises NotPaidOnce, FirstTransfer, NotTheTransfer unless it is what was transferred for the claim at once, and
    PaymentDayImpossible unless it lies between the approval and `today`.
    """
    if claim.status not in SPENT:
        raise NotPaidOnce(state=claim.status.value)
    assert claim.approved_on is not None, "a paid claim was approved"
    if transfer.reference == claim.payment_reference:
        raise FirstTransfer(pointer="/reference")
    if transfer.amount_fen != claim.transfer_fen or not claim.transfer_fen:
        raise NotTheTransfer(pointer="/amount_fen", transferred_fen=claim.transfer_fen)
    if not claim.approved_on <= transfer.paid_on <= today:
        earliest, latest = claim.approved_on.isoformat(), today.isoformat()
        raise PaymentDayImpossible(pointer="/paid_on", earliest=earliest, latest=latest)


def record(
    claim: Claim, transfer: Transfer, *, id_: UUID, reason: str, proposed_by: str, by: str, at: datetime
) -> tuple[DoublePayment, DoublePaymentRecorded]:
    """The double payment of `claim` and its fact."""
    made = DoublePayment(
        id=id_,
        claim_id=claim.id,
        institution_id=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        fund_source=claim.fund_source,
        kind=claim.kind,
        **transfer._asdict(),
        reason=reason,
        proposed_by=proposed_by,
        confirmed_by=by,
        recorded_at=at,
    )
    return made, _fact(DoublePaymentRecorded, made, at=at)


def recover(payment: DoublePayment, amount: Fen, *, at: datetime) -> tuple[DoublePayment, DoublePaymentRecovered]:
    """`amount` of it came back. Raises IllegalMove, AboveDoublePayment."""
    after = replace(payment, recovered_fen=Fen(payment.recovered_fen + amount))
    after = _moved(payment, after, DoublePaymentVerb.RECOVER)
    return after, _fact(DoublePaymentRecovered, after, at=at)


def write_off(payment: DoublePayment, amount: Fen, *, at: datetime) -> tuple[DoublePayment, DoublePaymentWrittenOff]:
    """`amount` of it is given up. Raises IllegalMove, AboveDoublePayment."""
    after = replace(payment, written_off_fen=Fen(payment.written_off_fen + amount))
    after = _moved(payment, after, DoublePaymentVerb.WRITE_OFF)
    return after, _fact(DoublePaymentWrittenOff, after, at=at)


def reverse_recovery(
    payment: DoublePayment, amount: Fen, *, at: datetime
) -> tuple[DoublePayment, DoublePaymentRecoveryReversed]:
    """`amount` of what came back of it is owed again. Raises IllegalMove."""
    status = move(MOVES, payment.status, DoublePaymentVerb.REVERSE_RECOVERY)
    recovered = Fen(payment.recovered_fen - amount)
    after = replace(payment, recovered_fen=recovered, status=status, version=payment.version + 1)
    return after, _fact(DoublePaymentRecoveryReversed, after, at=at)


def reverse_write_off(payment: DoublePayment, *, at: datetime) -> tuple[DoublePayment, DoublePaymentWriteOffReversed]:
    """All that was given up of it is owed again. Raises IllegalMove, NothingGivenUp."""
    status = move(MOVES, payment.status, DoublePaymentVerb.REVERSE_WRITE_OFF)
    if not payment.written_off_fen:
        raise NothingGivenUp
    after = replace(payment, written_off_fen=NOTHING, status=status, version=payment.version + 1)
    return after, _fact(DoublePaymentWriteOffReversed, after, at=at)


def cancel(payment: DoublePayment, *, by: str, at: datetime) -> tuple[DoublePayment, DoublePaymentCancelled]:
    """It was recorded by mistake. Raises IllegalMove, DoublePaymentUsed, SamePerson if `by` confirmed the record."""
    require_untouched(payment)
    require_another(by, payment.confirmed_by, rule="record of a double payment and its cancellation")
    status = move(MOVES, payment.status, DoublePaymentVerb.CANCEL)
    after = replace(payment, status=status, version=payment.version + 1)
    return after, _fact(DoublePaymentCancelled, after, at=at)


def require_untouched(payment: DoublePayment) -> None:
    """Raises IllegalMove, DoublePaymentUsed unless the record can be taken back."""
    if payment.recovered_fen or payment.written_off_fen:
        raise DoublePaymentUsed(recovered_fen=payment.recovered_fen, written_off_fen=payment.written_off_fen)
    move(MOVES, payment.status, DoublePaymentVerb.CANCEL)


def _moved(before: DoublePayment, after: DoublePayment, verb: DoublePaymentVerb) -> DoublePayment:
    move(MOVES, before.status, verb)
    if after.outstanding_fen < 0:
        raise AboveDoublePayment(pointer="/amount_fen", outstanding_fen=before.outstanding_fen)
    status = move(MOVES, before.status, verb if after.outstanding_fen else DoublePaymentVerb.SETTLE)
    return replace(after, status=status, version=before.version + 1)


def _fact(fact: type[F], payment: DoublePayment, *, at: datetime) -> F:
    return fact(
        subject=f"double-payments/{payment.id}",
        version=payment.version,
        at=at,
        double_payment_id=payment.id,
        claim_id=payment.claim_id,
        institution_id=payment.institution_id,
        region=payment.region,
        reporting_region=payment.reporting_region,
        fund_source=payment.fund_source,
        kind=payment.kind,
        status=payment.status,
        paid_on=payment.paid_on,
        amount_fen=payment.amount_fen,
        recovered_fen=payment.recovered_fen,
        written_off_fen=payment.written_off_fen,
    )
