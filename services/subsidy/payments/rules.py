"""The payment of an approved claim, and its failure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import (
    Claim,
    fact_of,
    moved,
)
from services.subsidy.claims.rules.lines import NOTHING, stopped
from services.subsidy.claims.rules.refusals import NothingToClaim
from services.subsidy.claims.rules.states import MOVES, ClaimVerb
from services.subsidy.holds.rules import Flag, require_free
from services.subsidy.recoveries.rules import LineRecovered
from services.subsidy.rekeyings.rules import LinesRekeyed
from shared.contracts.subsidy.claims import ClaimPaid, ClaimPaymentFailed, ClaimState, ClaimStatus
from shared.kernel.four_eyes import require_another
from shared.kernel.money import Fen
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict, Invalid


class PaymentDayImpossible(Invalid):
    """Facts: `earliest`, `latest`."""

    slug = "payment-day-impossible"
    title_en = "The claim cannot have been paid on that day."
    title_zh = "付款日期不成立。"
    cure_en = "Enter a day from {earliest} (the approval) to {latest} (today)."
    cure_zh = "付款日期应在 {earliest}（批准日）与 {latest}（今日）之间。"


class NotDueYet(Conflict):
    """Facts: `payable_from`."""

    slug = "instalment-not-due"
    title_en = "This instalment of a grant is not due yet."
    title_zh = "该期项目资助尚未到拨付日期。"
    cure_en = "Pay it from {payable_from} on."
    cure_zh = "请于 {payable_from} 起拨付。"


class AccountMissing(Conflict):
    """Facts: `institution_id`."""

    slug = "payee-account-missing"
    title_en = "The payee has no confirmed account to which this could be paid."
    title_zh = "收款方没有已确认的收款账户，不能付款。"
    cure_en = "Enter the account of {institution_id}, and have another person confirm it."
    cure_zh = "请录入机构 {institution_id} 的收款账户，并由另一人确认。"
    reference = "POST /v1/payee-accounts"


class AccountFailedBefore(Conflict):
    """Facts: `account_id`."""

    slug = "payee-account-failed-before"
    title_en = "The last payment to this account failed, and the account is still the same."
    title_zh = "上次向该账户付款失败，账户尚未更正。"
    cure_en = "Correct the account and have it confirmed; or, if the account was right, say so with `same_account`."
    cure_zh = "请更正收款账户并经另一人确认；账户无误的，付款时注明 `same_account`。"
    reference = "GET /v1/payee-accounts/{account_id}"


class KeptAbovePayment(Conflict):
    """Facts, in fen: `kept_fen`, `amount_fen`."""

    slug = "kept-above-payment"
    title_en = "More is kept from this payment than the claim comes to by now."
    title_zh = "从该申领付款中抵扣的金额超过其现有金额。"
    cure_en = (
        "Pay it in a minute: of the {kept_fen} fen that are kept, what is above {amount_fen} is owed again by then. If "
        "it is refused for longer, return the claim to its institution; then nothing is kept from it any more."
    )
    cure_zh = (
        "请稍后再付款：已抵扣 {kept_fen} 分，超过 {amount_fen} 分的部分将恢复为应追回款；"
        "长时间仍不能付款的，请将申领退回机构，退回后不再抵扣。"
    )
    reference = "GET /v1/offsets-in-excess"


def require_account(claim: Claim, account_id: UUID | None, *, transfer: Fen, same_account: bool = False) -> UUID | None:
    """The account to which `transfer` of the claim is paid: the payee's current one, `account_id`.

    None if nothing is left to transfer. Raises AccountMissing; AccountFailedBefore unless `same_account`.
    """
    if not transfer:
        return None
    if account_id is None:
        raise AccountMissing(institution_id=str(claim.institution_id))
    has_failed = claim.status is ClaimStatus.PAYMENT_FAILED and claim.account_id == account_id
    if has_failed and not same_account:
        raise AccountFailedBefore(account_id=str(account_id))
    return account_id


def pay(
    claim: Claim,
    *,
    paid_on: date,
    reference: str,
    flags: Sequence[Flag],
    rekeyed: Collection[int] = (),
    prepared_by: Collection[str],
    by: str,
    at: datetime,
) -> tuple[Claim, ClaimPaid]:
    """Record that an approved claim was paid on `paid_on`, from the day of approval to today, both inclusive.

    `flags` are those that hold it. The lines `rekeyed`, whose training is another person's by now, are stopped; the
    others are paid. Raises LinesRekeyed if none is left, IllegalMove, SamePerson if `by` approved it or is one of those
    who prepared it, FlagsOpen, FlagsUpheld, NothingToClaim if every line was stopped, NotDueYet, PaymentDayImpossible,
    KeptAbovePayment.
    """
    after = moved(claim, ClaimVerb.PAY)
    require_another(by, claim.approved_by, *prepared_by, rule="preparation, approval and payment of a claim")
    require_free(flags)
    today = business_day(at)
    assert claim.approved_on is not None, "an approved claim has the day of its approval"
    if claim.amount_fen == 0:
        raise NothingToClaim
    earliest = max(claim.approved_on, claim.payable_from or claim.approved_on)
    if claim.payable_from is not None and today < claim.payable_from:
        raise NotDueYet(payable_from=claim.payable_from.isoformat())
    lines = tuple(
        stopped(line, Check.REKEYED, on=today) if line.line in rekeyed and line.is_payable else line
        for line in claim.lines
    )
    if not any(line.is_payable for line in lines):
        raise LinesRekeyed(lines=sorted(rekeyed))
    if not earliest <= paid_on <= today:
        raise PaymentDayImpossible(pointer="/paid_on", earliest=earliest.isoformat(), latest=today.isoformat())
    after = replace(after, lines=lines, paid_on=paid_on, paid_by=by, payment_reference=reference)
    if after.transfer_fen < 0:
        raise KeptAbovePayment(kept_fen=after.kept_fen, amount_fen=after.amount_fen)
    return after, fact_of(ClaimPaid, after, at=at)


class BankMove(NamedTuple):
    """How the bank moves the claims of a batch, which a statement does to all of them: see `MOVES`."""

    verb: ClaimVerb
    before: frozenset[ClaimStatus]
    """The states that allow the verb."""
    after: ClaimStatus
    fact: type[ClaimState]
    """What is told of each claim."""


def _by_bank(verb: ClaimVerb, fact: type[ClaimState]) -> BankMove:
    ways = {status: allowed[verb] for status, allowed in MOVES.items() if verb in allowed}
    [after] = set(ways.values())
    return BankMove(verb, frozenset(ways), after, fact)


PAID_BY_BANK: Final = _by_bank(ClaimVerb.PAY, ClaimPaid)
"""The bank paid them. What was raised against them meanwhile comes too late."""
REFUSED_BY_BANK: Final = _by_bank(ClaimVerb.REFUSE_PAYMENT, ClaimPaymentFailed)
"""The bank paid nothing for them: their amounts stay committed."""


def fail(claim: Claim, *, paid_by: Collection[str], by: str, at: datetime) -> tuple[Claim, ClaimPaymentFailed]:
    """Record that the bank sent the payment back. Lines that are owed by now are stopped: they are not paid again. What
    was given up of lines never left.

    Raises IllegalMove, SamePerson if `by` is one of those who paid it, LineRecovered if some of it came back before.
    """
    after = moved(claim, ClaimVerb.FAIL_PAYMENT)
    require_another(by, *paid_by, rule="payment of a claim and its failure")
    if recovered := [line.line for line in claim.lines if line.recovered_on is not None]:
        raise LineRecovered(lines=recovered)
    today = business_day(at)
    lines = tuple(
        line if line.owed is None else stopped(line, Check(line.owed["check"]), on=today)
        for line in (replace(each, written_off_fen=NOTHING) for each in claim.lines)
    )
    after = replace(after, lines=lines, paid_on=None, paid_by=None, payment_reference=None)
    return after, fact_of(ClaimPaymentFailed, after, at=at)
