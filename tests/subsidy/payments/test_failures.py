"""Payments that the bank sent back, and who may take which step, held by the database too."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    amounts,
    people,
    revoked,
)
from tests.subsidy.ledger.books import balanced
from tests.subsidy.office import Office


async def fail(office: Office, claim_id: str, person: str = "second") -> httpx.Response:
    return await office.post(
        f"/v1/claims/{claim_id}/payment-failure", {"reason": "账号有误，银行退回"}, office.finance(person)
    )


async def paid_class(office: Office, count: int = 2) -> tuple[Taught, str]:
    taught = Taught(people(count))
    await office.service.hear(*taught.all_finished())
    return taught, await office.paid(taught)


class TestFailure:
    async def test_what_the_bank_sent_back_is_paid_again(self, office: Office) -> None:
        _, claim_id = await paid_class(office)

        failed = await fail(office, claim_id)
        between = await office.balance()
        again = await office.pay(claim_id, same_account=True)

        assert (failed.status_code, failed.json()["status"], failed.json()["paid_on"]) == (200, "payment_failed", None)
        assert (between["committed"], between["paid"]) == (2 * L4_FEN, 0)
        assert (again.json()["status"], again.json()["payment_reference"]) == ("paid", "T-1")
        balance = await office.balance()
        assert (balance["committed"], balance["paid"]) == (2 * L4_FEN, 2 * L4_FEN)

    async def test_what_was_given_up_of_a_line_never_left(self, office: Office) -> None:
        _, claim_id = await paid_class(office)
        given_up = await office.post(
            f"/v1/claims/{claim_id}/write-off", {"lines": [1], "reason": "无法追回"}, office.finance()
        )
        assert (await office.confirm(given_up, office.finance("second"))).status_code == 200

        assert (await fail(office, claim_id)).status_code == 200
        await balanced(office)
        again = await office.pay(claim_id, same_account=True)

        assert (again.status_code, [line["written_off_fen"] for line in again.json()["lines"]]) == (200, [0, 0])
        await balanced(office)

    async def test_who_paid_does_not_record_that_it_failed(self, office: Office) -> None:
        _, claim_id = await paid_class(office)

        assert (await fail(office, claim_id, "cashier")).json()["code"] == "same-person"

    async def test_it_may_be_returned_instead_and_its_money_is_free(self, office: Office) -> None:
        taught, claim_id = await paid_class(office)
        await fail(office, claim_id)

        returned = await office.post(f"/v1/claims/{claim_id}/return", {"reason": "户名不符"}, office.reviewer())
        rebuilt = await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))

        assert (returned.json()["status"], (await office.balance())["committed"]) == ("returned", 0)
        assert amounts(rebuilt.json()) == [(L4_FEN, None)] * 2

    async def test_a_line_that_was_owed_by_then_is_not_paid_again(self, office: Office) -> None:
        taught = Taught(people(2))
        certificate = taught.certified(0)
        finished = [taught.finished(0), taught.finished(1)]
        await office.service.hear(*finished, certificate, taught.certified(1), taught.completed())
        claim_id = await office.paid(taught)
        await office.service.hear(revoked(certificate))

        failed = (await fail(office, claim_id)).json()

        assert amounts(failed) == [(0, "C12"), (L4_FEN, None)]
        assert (await office.pay(claim_id, same_account=True)).json()["amount_fen"] == L4_FEN
        balance = await office.balance()
        assert (balance["committed"], balance["paid"]) == (L4_FEN, L4_FEN)

    async def test_money_that_came_back_by_a_recovery_was_not_sent_back_by_the_bank(self, office: Office) -> None:
        _, claim_id = await paid_class(office)
        await office.recover(claim_id, [1])

        assert (await fail(office, claim_id)).json()["code"] == "line-recovered-already"


class TestReversal:
    async def test_a_recovery_by_mistake_is_taken_back_by_two_people(self, office: Office) -> None:
        taught, claim_id = await paid_class(office)
        assert (await office.recover(claim_id)).json()["status"] == "recovered"
        content = {"all_lines": True, "reason": "误追回"}
        proposed = await office.post(f"/v1/claims/{claim_id}/recovery-reversal", content, office.finance())

        by_the_recoverer = await office.confirm(proposed, office.finance("second"))
        confirmed = await office.confirm(proposed, office.finance("third"))

        assert by_the_recoverer.json()["code"] == "same-person"
        assert confirmed.status_code == 200, confirmed.text
        claim = (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()
        assert (claim["status"], claim["recovered_fen"]) == ("paid", 0)
        balance = await office.balance()
        assert (balance["paid"], balance["recovered"]) == (2 * L4_FEN, 0)
        assert (await office.draft(taught, "c-2")).json()["code"] == "class-already-claimed"

    async def test_not_once_the_training_was_claimed_for_again(self, office: Office) -> None:
        taught, claim_id = await paid_class(office)
        await office.recover(claim_id, [1])
        assert (await office.draft(taught, "c-2")).status_code == 201
        content = {"lines": [1], "reason": "误追回"}

        refused = await office.post(f"/v1/claims/{claim_id}/recovery-reversal", content, office.finance())

        assert (refused.status_code, refused.json()["code"], refused.json()["lines"]) == (
            409, "line-claimed-again", [1],
        )  # fmt: skip

    async def test_what_was_not_recovered_cannot_be_taken_back(self, office: Office) -> None:
        _, claim_id = await paid_class(office)
        await office.recover(claim_id, [1])
        content = {"lines": [1, 2], "reason": "误追回"}

        refused = await office.post(f"/v1/claims/{claim_id}/recovery-reversal", content, office.finance())

        assert (refused.status_code, refused.json()["code"], refused.json()["lines"]) == (
            422, "not-a-recovered-line", [2],
        )  # fmt: skip


@pytest.mark.parametrize("change", ["paid_by = approved_by", "paid_by = submitted_by", "approved_by = submitted_by"])
async def test_the_database_tells_submitter_approver_and_payer_apart(office: Office, change: str) -> None:
    _, claim_id = await paid_class(office, 1)

    with pytest.raises(IntegrityError):
        async with office.service.engine.begin() as connection:
            await connection.execute(text(f"UPDATE claim SET {change} WHERE id = :id"), {"id": claim_id})
