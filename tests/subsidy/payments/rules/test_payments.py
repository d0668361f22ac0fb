"""When an approved claim can be paid, and by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.subsidy.payments import rules
from services.subsidy.payments.rules import PaymentDayImpossible
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.refusals import SamePerson
from tests.subsidy.claiming import AT, DAY, approved


class TestPay:
    @pytest.mark.parametrize("days", [-1, 1])
    def test_the_day_lies_between_approval_and_today(self, days: int) -> None:
        with pytest.raises(PaymentDayImpossible):
            rules.pay(
                approved(),
                paid_on=DAY + timedelta(days=days),
                reference="T-1",
                flags=(),
                prepared_by=["li"],
                by="zhao",
                at=AT,
            )

    @pytest.mark.parametrize("by", ["wang", "Wang", "li"])
    def test_neither_who_approved_nor_who_prepared_the_claim_pays_it(self, by: str) -> None:
        with pytest.raises(SamePerson):
            rules.pay(approved(), paid_on=DAY, reference="T-1", flags=(), prepared_by=["li"], by=by, at=AT)


def test_a_bank_moves_what_waits_for_its_payment_and_nothing_else() -> None:
    waiting = frozenset({ClaimStatus.APPROVED, ClaimStatus.PAYMENT_FAILED})

    assert (rules.PAID_BY_BANK.before, rules.PAID_BY_BANK.after) == (waiting, ClaimStatus.PAID)
    assert (rules.REFUSED_BY_BANK.before, rules.REFUSED_BY_BANK.after) == (waiting, ClaimStatus.PAYMENT_FAILED)
