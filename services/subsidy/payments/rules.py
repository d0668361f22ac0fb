"""The payment of an approved claim, and its failure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import (
    Claim,
    fact_of,
    moved,
)
from services.subsidy.claims.rules.lines import stopped
from services.subsidy.claims.rules.refusals import NothingToClaim
from services.subsidy.claims.rules.states import ClaimVerb
from services.subsidy.holds.rules import Flag, require_free
from services.subsidy.recoveries.rules import LineRecovered
from services.subsidy.rekeyings.rules import LinesRekeyed
from shared.contracts.subsidy import ClaimPaid, ClaimPaymentFailed
from shared.kernel.four_eyes import require_another
from shared.kernel.periods import business_day
from shared.kernel.refusals import Invalid


class PaymentDayImpossible(Invalid):
    """Facts: `earliest`, `latest`."""

    slug = "payment-day-impossible"
    title_en = "The claim cannot have been paid on that day."
    title_zh = "付款日期不成立。"
    cure_en = "Enter a day from {earliest} (the approval) to {latest} (today)."
    cure_zh = "付款日期应在 {earliest}（批准日）与 {latest}（今日）之间。"


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
    who prepared it, FlagsOpen, FlagsUpheld, NothingToClaim if every line was stopped, PaymentDayImpossible.
    """
    after = moved(claim, ClaimVerb.PAY)
    require_another(by, claim.approved_by, *prepared_by, rule="preparation, approval and payment of a claim")
    require_free(flags)
    today = business_day(at)
    assert claim.approved_on is not None, "an approved claim has the day of its approval"
    if claim.amount_fen == 0:
        raise NothingToClaim
    lines = tuple(
        stopped(line, Check.REKEYED, on=today) if line.line in rekeyed and line.is_payable else line
        for line in claim.lines
    )
    if not any(line.is_payable for line in lines):
        raise LinesRekeyed(lines=sorted(rekeyed))
    if not claim.approved_on <= paid_on <= today:
        raise PaymentDayImpossible(pointer="/paid_on", earliest=claim.approved_on.isoformat(), latest=today.isoformat())
    after = replace(after, lines=lines, paid_on=paid_on, paid_by=by, payment_reference=reference)
    return after, fact_of(ClaimPaid, after, at=at)


def fail(claim: Claim, *, paid_by: Collection[str], by: str, at: datetime) -> tuple[Claim, ClaimPaymentFailed]:
    """Record that the bank sent the payment back. Lines that are owed by now are stopped: they are not paid again.

    Raises IllegalMove, SamePerson if `by` is one of those who paid it, LineRecovered if some of it came back before.
    """
    after = moved(claim, ClaimVerb.FAIL_PAYMENT)
    require_another(by, *paid_by, rule="payment of a claim and its failure")
    if recovered := [line.line for line in claim.lines if line.recovered_on is not None]:
        raise LineRecovered(lines=recovered)
    today = business_day(at)
    lines = tuple(
        line if line.owed is None else stopped(line, Check(line.owed["check"]), on=today) for line in claim.lines
    )
    after = replace(after, lines=lines, paid_on=None, paid_by=None, payment_reference=None)
    return after, fact_of(ClaimPaymentFailed, after, at=at)
