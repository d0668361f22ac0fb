"""When an approved claim can be paid, and by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.subsidy.payments import rules
from services.subsidy.payments.rules import PaymentDayImpossible
from shared.kernel.refusals import SamePerson
from tests.subsidy.claiming import AT, DAY, approved


class TestPay:
    @pytest.mark.parametrize("days", [-1, 1])
    def test_the_day_lies_between_approval_and_today(self, days: int) -> None:
        with pytest.raises(PaymentDayImpossible):
            rules.pay(approved(), paid_on=DAY + timedelta(days=days), reference="T-1", by="zhao", at=AT)

    def test_the_approver_cannot_pay(self) -> None:
        with pytest.raises(SamePerson):
            rules.pay(approved(), paid_on=DAY, reference="T-1", by="wang", at=AT)
