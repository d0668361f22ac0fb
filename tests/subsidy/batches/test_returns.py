"""What a bank returns: taken as a whole or not at all, and once; what failed is paid again to a corrected account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.subsidy.claims import ClaimPaid, ClaimPaymentFailed
from tests.subsidy.batches import banking
from tests.subsidy.batches.banking import RETURNS, Row
from tests.subsidy.builders import L4_FEN, TODAY
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import account_of


async def three(office: Office) -> tuple[list[str], str]:
    """Three claims of two thousand yuan each in a released batch."""
    claims = [(await banking.approved(office))[1] for _ in range(3)]
    return claims, await banking.released(office, 3, 3 * L4_FEN)


async def states(office: Office, claims: list[str]) -> list[str]:
    return [(await banking.claim_of(office, claim_id))["status"] for claim_id in claims]


async def report(office: Office, file: Any) -> list[tuple[str, str]]:
    rows = (await office.get(f"{RETURNS}/{file['id']}/report", office.finance())).json()["rows"]
    return [(row["row_id"], row["errors"][0]["code"]) for row in rows]


class TestTaken:
    async def test_each_paid_row_pays_its_claim_once_and_failed_ones_wait(self, office: Office) -> None:
        claims, batch_id = await three(office)

        file = await banking.returned(office, batch_id, banking.failing(2))

        assert (file["status"], file["accepted"], file["refused"]) == ("done", 3, 0)
        assert await states(office, claims) == ["paid", "payment_failed", "paid"]
        batch = await banking.batch_of(office, batch_id)
        assert (batch["status"], batch["paid_rows"], batch["paid_fen"]) == ("settled", 2, 2 * L4_FEN)
        assert (batch["failed_rows"], batch["failed_fen"]) == (1, L4_FEN)
        balance = await office.balance()
        assert (balance["committed"], balance["paid"]) == (3 * L4_FEN, 2 * L4_FEN)
        first = await banking.claim_of(office, claims[0])
        assert (first["paid_on"], first["payment_reference"]) == (TODAY.isoformat(), "B-1")
        told = await office.service.told()
        assert sum(isinstance(fact, ClaimPaid) for fact in told) == 2
        assert sum(isinstance(fact, ClaimPaymentFailed) for fact in told) == 1

    async def test_the_history_says_who_paid_and_the_ledger_follows(self, office: Office) -> None:
        claims, batch_id = await three(office)
        await banking.returned(office, batch_id, banking.failing(3))

        last = [(await banking.claim_of(office, each))["history"][-1] for each in claims]
        paid, failed = last[0], last[2]
        rows = (await office.get(f"/v1/ledger?claim_id={claims[0]}", office.finance())).json()["rows"]

        assert (paid["verb"], paid["done_by"]) == ("pay", "treasurer")
        assert (failed["verb"], failed["done_by"], failed["reason"]) == (
            "refuse_payment", "cashier", "账号 * 不存在",
        )  # fmt: skip
        assert [row["verb"] for row in rows][-1] == "pay"

    async def test_the_same_return_again_changes_nothing(self, office: Office) -> None:
        claims, batch_id = await three(office)
        await banking.returned(office, batch_id, banking.failing(2))
        told, balance = len(await office.service.told()), await office.balance()

        again = await banking.returned(office, batch_id, banking.failing(2))

        assert (again["status"], again["accepted"], again["repeated"]) == ("done", 0, 3)
        assert (len(await office.service.told()), await office.balance()) == (told, balance)
        assert await states(office, claims) == ["paid", "payment_failed", "paid"]

    async def test_another_result_after_it_was_taken_is_refused(self, office: Office) -> None:
        _, batch_id = await three(office)
        await banking.returned(office, batch_id)

        again = await banking.returned(office, batch_id, banking.failing(2))

        assert (again["status"], again["problem"]["code"]) == ("refused", "return-file-differs")
        assert await report(office, again) == [("2", "payment-result-differs")]

    async def test_what_the_bank_paid_after_all_is_recorded_by_hand_and_goes_into_no_other_batch(
        self, office: Office
    ) -> None:
        claims, batch_id = await three(office)
        await banking.returned(office, batch_id, banking.failing(2))

        again = await banking.returned(office, batch_id)
        assert (again["status"], await report(office, again)) == ("refused", [("2", "payment-result-differs")])
        assert (await office.pay(claims[1], same_account=True)).status_code == 200

        assert await states(office, claims) == ["paid", "paid", "paid"]
        assert (await office.balance())["paid"] == 3 * L4_FEN
        payable = (await office.get("/v1/payable-claims?region=410100", office.finance())).json()["rows"]
        assert payable == []


def shortened(rows: list[Row]) -> list[Row]:
    return banking.all_paid(rows)[:-1]


def changed(**cells: str) -> banking.Answer:
    def answer(rows: list[Row]) -> list[Row]:
        paid = banking.all_paid(rows)
        return [paid[0], paid[1] | cells, paid[2]]

    return answer


def twice(rows: list[Row]) -> list[Row]:
    return [*banking.all_paid(rows), banking.all_paid(rows)[0]]


class TestRefusedWhole:
    @pytest.mark.parametrize(
        ("answer", "problem", "rows"),
        [
            (shortened, "return-file-incomplete", []),
            (changed(**{"金额（元）": "2000.01"}), "return-file-differs", [("2", "payment-amount-differs")]),
            (changed(收款账号="16050101040012345"), "return-file-differs", [("2", "payment-account-differs")]),
            (changed(付款序号="9"), "return-file-differs", [("9", "unknown-payment-row")]),
            (changed(入账日期=""), "return-file-differs", [("2", "payment-day-missing")]),
            (
                changed(入账日期=(TODAY + timedelta(days=9)).isoformat()),
                "return-file-differs",
                [("2", "payment-day-impossible")],
            ),
            (twice, "return-file-differs", [("1", "payment-row-twice")]),
        ],
    )
    async def test_a_file_that_does_not_fit_its_batch(
        self, office: Office, answer: banking.Answer, problem: str, rows: list[tuple[str, str]]
    ) -> None:
        claims, batch_id = await three(office)

        file = await banking.returned(office, batch_id, answer)

        assert (file["status"], file["problem"]["code"]) == ("refused", problem)
        assert await report(office, file) == rows
        assert await states(office, claims) == ["approved"] * 3
        assert (await office.balance())["paid"] == 0
        # The right file is taken afterwards.
        assert (await banking.returned(office, batch_id))["status"] == "done"
        assert await states(office, claims) == ["paid"] * 3

    async def test_the_return_of_another_batch(self, office: Office) -> None:
        first = await banking.approved(office)
        other = await banking.released(office, 1, L4_FEN)
        second = await banking.approved(office)
        batch_id = await banking.released(office, 1, L4_FEN)
        of_other = banking.returning((await banking.exported(office, other)).content, banking.all_paid)

        file = await banking.post_return(office, batch_id, of_other)

        assert (file["status"], file["problem"]["code"]) == ("refused", "return-file-differs")
        assert await report(office, file) == [("1", "payment-row-of-another-batch")]
        assert await states(office, [first[1], second[1]]) == ["approved"] * 2

    async def test_a_dry_run_says_the_same_and_takes_nothing(self, office: Office) -> None:
        claims, batch_id = await three(office)
        content = banking.returning((await banking.exported(office, batch_id)).content, banking.all_paid)
        headers = office.finance() | {"Content-Type": "text/csv"}
        path = f"{RETURNS}?batch_id={batch_id}&mode=validate"
        posted = await office.service.http.post(path, content=content, headers=headers)
        await banking.work(office)

        file = (await office.get(f"{RETURNS}/{posted.json()['id']}", office.finance())).json()

        assert (file["status"], file["accepted"]) == ("done", 3)
        assert await states(office, claims) == ["approved"] * 3


class TestWho:
    async def test_who_released_a_batch_does_not_post_its_return(self, office: Office) -> None:
        _, batch_id = await three(office)

        assert (await banking.returned(office, batch_id, by="treasurer"))["code"] == "same-person"

    async def test_a_batch_that_is_not_out_awaits_no_return(self, office: Office) -> None:
        await banking.approved(office)
        drafted = await banking.draft(office, 1, L4_FEN)

        refused = await banking.post_return(office, drafted.json()["id"], b"x")

        assert (refused["code"], refused["state"]) == ("batch-awaits-no-return", "drafted")


class TestRetry:
    async def test_what_failed_is_paid_again_once_the_account_is_corrected(self, office: Office) -> None:
        taught, claim_id = await banking.approved(office)
        await banking.returned(office, await banking.released(office, 1, L4_FEN), banking.failing(1))
        barred = await banking.draft(office, 1, L4_FEN, claims=[claim_id])
        by_hand = await office.pay(claim_id)
        await office.service.hear(taught.institution("甲校"))
        entered = await office.post("/v1/payee-accounts", account_of(taught), office.finance())
        path = f"/v1/proposals/{entered.json()['proposal_id']}/confirmation"
        assert (await office.post(path, None, office.finance("second"))).status_code == 200

        batch_id = await banking.released(office, 1, L4_FEN)
        bank_file = (await banking.exported(office, batch_id)).content.decode()
        await banking.returned(office, batch_id)

        assert barred.json()["claims"] == [{"claim_id": claim_id, "barrier": "account_failed"}]
        assert by_hand.json()["code"] == "payee-account-failed-before"
        assert ",16050101040012345," in bank_file
        assert await states(office, [claim_id]) == ["paid"]
        assert (await office.balance())["paid"] == L4_FEN

    async def test_to_the_same_account_only_if_somebody_says_that_it_was_right(self, office: Office) -> None:
        _, claim_id = await banking.approved(office)
        await banking.returned(office, await banking.released(office, 1, L4_FEN), banking.failing(1))

        batch_id = await banking.released(office, 1, L4_FEN, same_accounts=True)
        await banking.returned(office, batch_id)

        assert await states(office, [claim_id]) == ["paid"]
