"""The payment of an approved claim."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from services.subsidy.claims.rules.claims import Claim, ClaimVerb, fact_of, moved
from services.subsidy.holds.rules import Flag, require_free
from shared.contracts.subsidy import ClaimPaid
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
    prepared_by: Collection[str],
    by: str,
    at: datetime,
) -> tuple[Claim, ClaimPaid]:
    """Record that an approved claim was paid on `paid_on`, from the day of approval to today, both inclusive.

    `flags` are those that hold it. Raises IllegalMove, SamePerson if `by` approved it or is one of those who prepared
    it, FlagsOpen, FlagsUpheld, PaymentDayImpossible.
    """
    after = moved(claim, ClaimVerb.PAY)
    require_another(by, claim.approved_by, *prepared_by, rule="preparation, approval and payment of a claim")
    require_free(flags)
    today = business_day(at)
    assert claim.approved_on is not None, "an approved claim has the day of its approval"
    if not claim.approved_on <= paid_on <= today:
        raise PaymentDayImpossible(pointer="/paid_on", earliest=claim.approved_on.isoformat(), latest=today.isoformat())
    after = replace(after, paid_on=paid_on, payment_reference=reference)
    return after, fact_of(ClaimPaid, after, at=at)
