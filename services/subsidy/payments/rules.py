"""The payment of an approved claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from services.subsidy.claims.rules.claims import Claim, ClaimVerb, fact_of, moved
from shared.contracts.subsidy import ClaimPaid
from shared.kernel.periods import business_day
from shared.kernel.refusals import Invalid, SamePerson


class PaymentDayImpossible(Invalid):
    """Facts: `earliest`, `latest`."""

    slug = "payment-day-impossible"
    title_en = "The claim cannot have been paid on that day."
    title_zh = "付款日期不成立。"
    cure_en = "Enter a day from {earliest} (the approval) to {latest} (today)."
    cure_zh = "付款日期应在 {earliest}（批准日）与 {latest}（今日）之间。"


def pay(claim: Claim, *, paid_on: date, reference: str, by: str, at: datetime) -> tuple[Claim, ClaimPaid]:
    """Record that an approved claim was paid on `paid_on`, from the day of approval to today, both included.

    Raises IllegalMove, SamePerson if `by` approved it, PaymentDayImpossible.
    """
    after = moved(claim, ClaimVerb.PAY)
    if by == claim.approved_by:
        raise SamePerson(rule="approval and payment of a claim")
    today = business_day(at)
    assert claim.approved_on is not None, "an approved claim has the day of its approval"
    if not claim.approved_on <= paid_on <= today:
        raise PaymentDayImpossible(pointer="/paid_on", earliest=claim.approved_on.isoformat(), latest=today.isoformat())
    after = replace(after, paid_on=paid_on, payment_reference=reference)
    return after, fact_of(ClaimPaid, after, at=at)
