"""Payments over HTTP, on a real database."""

from __future__ import annotations

from datetime import timedelta

from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    people,
)
from tests.subsidy.office import Office


class TestPay:
    async def test_a_claim_is_paid_once(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)

        answer = await office.pay(claim_id)

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")
        assert (await office.balance())["paid"] == L4_FEN

    async def test_the_approver_cannot_pay_and_the_day_must_be_possible(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        assert (await office.pay(claim_id)).json()["code"] == "illegal-move"
        await office.approve(claim_id)

        assert (await office.pay(claim_id, office.finance("reviewer"))).json()["code"] == "same-person"
        assert (await office.pay(claim_id, office.reviewer())).json()["code"] == "wrong-role"
        for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=2)):
            answer = await office.pay(claim_id, on=day)
            assert (answer.status_code, answer.json()["code"]) == (422, "payment-day-impossible")
        assert (await office.balance())["paid"] == 0

    async def test_a_repeat_with_the_same_key_gets_the_same_answer(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        await office.approve(claim_id)
        headers = office.finance() | {"Idempotency-Key": "pay-1"}

        first, second = await office.pay(claim_id, headers), await office.pay(claim_id, headers)

        assert first.content == second.content
        assert second.headers["idempotent-replayed"] == "true"
        assert (await office.balance())["paid"] == L4_FEN
