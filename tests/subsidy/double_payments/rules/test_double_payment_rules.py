"""What can be recorded as paid twice, and that never more of it is settled than was paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.double_payments import rules
from services.subsidy.double_payments.rules import (
    AboveDoublePayment,
    DoublePayment,
    DoublePaymentUsed,
    FirstTransfer,
    NothingGivenUp,
    NotPaidOnce,
    NotTheTransfer,
    Transfer,
)
from services.subsidy.payments.rules import PaymentDayImpossible
from shared.contracts.subsidy.claims import ClaimStatus
from shared.contracts.subsidy.double_payments import DoublePaymentStatus
from shared.kernel.money import Fen
from shared.kernel.refusals import IllegalMove, Refusal, SamePerson
from tests.subsidy.builders import line
from tests.subsidy.claiming import AT, DAY, paid

CLAIM = replace(paid(line(1, 700), line(2, 300)), approved_on=DAY, payment_reference="T-1")
SECOND = Transfer(DAY, Fen(1000), "T-2")


def recorded() -> DoublePayment:
    payment, _ = rules.record(
        CLAIM, SECOND, id_=UUID(int=1), reason="重复划款", proposed_by="cashier", by="second", at=AT
    )
    return payment


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reference": "T-1"}, FirstTransfer),
        ({"amount_fen": Fen(999)}, NotTheTransfer),
        ({"amount_fen": Fen(1001)}, NotTheTransfer),
        ({"paid_on": DAY - timedelta(1)}, PaymentDayImpossible),
        ({"paid_on": DAY + timedelta(1)}, PaymentDayImpossible),
    ],
)
def test_a_second_transfer_is_as_the_first_under_another_reference(
    changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    rules.require_possible(CLAIM, SECOND, today=DAY)

    with pytest.raises(refusal):
        rules.require_possible(CLAIM, SECOND._replace(**changes), today=DAY)


def test_what_was_kept_from_the_payment_was_not_transferred() -> None:
    claim = replace(CLAIM, kept_fen=Fen(600))
    rules.require_possible(claim, SECOND._replace(amount_fen=Fen(400)), today=DAY)

    with pytest.raises(NotTheTransfer):
        rules.require_possible(claim, SECOND, today=DAY)


@pytest.mark.parametrize("status", [ClaimStatus.APPROVED, ClaimStatus.PAYMENT_FAILED, ClaimStatus.RETURNED])
def test_a_claim_that_is_not_paid_was_not_paid_twice(status: ClaimStatus) -> None:
    with pytest.raises(NotPaidOnce):
        rules.require_possible(replace(CLAIM, status=status), SECOND, today=DAY)


def test_a_record_that_was_not_touched_is_taken_back_by_another_person() -> None:
    with pytest.raises(SamePerson):
        rules.cancel(recorded(), by="second", at=AT)

    cancelled, fact = rules.cancel(recorded(), by="third", at=AT)

    assert (cancelled.outstanding_fen, fact.status, fact.version) == (0, DoublePaymentStatus.CANCELLED, 2)
    with pytest.raises(IllegalMove):
        rules.recover(cancelled, Fen(1), at=AT)


def test_what_was_given_up_is_owed_again_as_a_whole() -> None:
    with pytest.raises(NothingGivenUp):
        rules.reverse_write_off(recorded(), at=AT)
    given_up, _ = rules.write_off(recorded(), Fen(300), at=AT)
    settled, _ = rules.recover(given_up, Fen(700), at=AT)

    due, fact = rules.reverse_write_off(settled, at=AT)

    assert (due.status, due.outstanding_fen, fact.written_off_fen) == (DoublePaymentStatus.OUTSTANDING, 300, 0)


@given(st.lists(st.integers(1, 400), max_size=6), st.integers(0, 5))
def test_a_recovery_that_is_taken_back_leaves_it_as_if_it_had_never_been(parts: list[int], which: int) -> None:
    with_it = without = recorded()
    for number, part in enumerate(parts):
        if part > with_it.outstanding_fen:
            return
        with_it, _ = rules.recover(with_it, Fen(part), at=AT)
        if number != which:
            without, _ = rules.recover(without, Fen(part), at=AT)
    if which >= len(parts):
        return

    back, fact = rules.reverse_recovery(with_it, Fen(parts[which]), at=AT)

    assert (back.recovered_fen, back.status) == (without.recovered_fen, without.status)
    assert (fact.recovered_fen, fact.version) == (back.recovered_fen, with_it.version + 1)


@given(st.lists(st.tuples(st.sampled_from([rules.recover, rules.write_off]), st.integers(1, 1200)), max_size=12))
def test_what_is_settled_is_never_more_than_was_paid_twice(steps: list[tuple[Any, int]]) -> None:
    payment = recorded()
    for step, amount in steps:
        before = payment
        try:
            payment, fact = step(payment, Fen(amount), at=AT)
        except (AboveDoublePayment, IllegalMove):
            assert amount > before.outstanding_fen
        else:
            assert before.outstanding_fen - payment.outstanding_fen == amount
            assert (fact.recovered_fen, fact.written_off_fen) == (payment.recovered_fen, payment.written_off_fen)
            assert payment.version == before.version + 1
            with pytest.raises((DoublePaymentUsed, IllegalMove)):
                rules.cancel(payment, by="third", at=AT)
        assert (payment.status is DoublePaymentStatus.SETTLED) is (payment.outstanding_fen == 0)
