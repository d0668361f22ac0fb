"""A recovery or a write-off of a double payment that was a mistake: the money is owed again, to the fen."""

from __future__ import annotations

from tests.subsidy.builders import L4_FEN
from tests.subsidy.double_payments.transfers import do, of, paid, record
from tests.subsidy.ledger.books import balanced, ledger
from tests.subsidy.office import Office
from tests.subsidy.offsets.kept import approved

AMOUNT = 2 * L4_FEN


async def twice(office: Office, claim_id: str) -> list[tuple[str, int]]:
    rows = await ledger(office, claim_id=claim_id)
    return [(row["verb"], row["amount_fen"]) for row in rows if "twice" in row["verb"]]


class TestRecovery:
    async def test_one_of_several_is_taken_back_by_another_person_than_confirmed_it(self, office: Office) -> None:
        _, claim_id = await paid(office)
        payment_id = await record(office, claim_id)
        for amount in (100, AMOUNT - 100):
            assert (await do(office, payment_id, "recovery", amount_fen=amount)).status_code == 200
        first, rest = [each["id"] for each in (await of(office, payment_id))["recoveries"]]

        by_who_confirmed = await do(office, payment_id, "recovery-reversal", recovery_id=first)
        taken_back = await do(office, payment_id, "recovery-reversal", by="third", recovery_id=first)
        again = await do(office, payment_id, "recovery-reversal", by="third", recovery_id=first)
        unknown = await do(office, payment_id, "recovery-reversal", by="third", recovery_id=payment_id)

        assert (by_who_confirmed.json()["code"], taken_back.status_code) == ("same-person", 200)
        assert (again.status_code, again.json()["code"]) == (409, "double-payment-recovery-reversed-already")
        assert unknown.status_code == 404
        found = await of(office, payment_id)
        assert (found["status"], found["outstanding_fen"], found["recovered_fen"]) == ("outstanding", 100, AMOUNT - 100)
        assert [(each["id"], each["reversed_on"] is None) for each in found["recoveries"]] == [
            (first, False), (rest, True),
        ]  # fmt: skip
        assert (await twice(office, claim_id))[-1] == ("reverse_recovery_twice", 100)
        assert (await do(office, payment_id, "recovery", amount_fen=100)).status_code == 200
        await balanced(office)

    async def test_what_was_kept_from_a_payment_is_not_kept_any_more(self, office: Office) -> None:
        taught, claim_id = await paid(office)
        _, later_id = await approved(office, taught)
        payment_id = await record(office, claim_id)
        assert (await do(office, payment_id, "recovery", amount_fen=7, against=later_id)).status_code == 200
        [recovery] = (await of(office, payment_id))["recoveries"]
        before = (await office.get(f"/v1/claims/{later_id}", office.finance())).json()["kept_fen"]

        taken_back = await do(office, payment_id, "recovery-reversal", by="third", recovery_id=recovery["id"])

        after = (await office.get(f"/v1/claims/{later_id}", office.finance())).json()["kept_fen"]
        assert (taken_back.status_code, before, after) == (200, 7, 0)
        await balanced(office)

    async def test_the_money_leaves_the_budgets_to_which_it_came_back_after_the_first_payment_failed(
        self, office: Office
    ) -> None:
        assert (await office.budget(10**9, fund_source="other")).status_code == 200
        assert (await office.share({"employment_fund": 6667, "other": 3333})).status_code == 200
        _, claim_id = await paid(office)
        payment_id = await record(office, claim_id)
        assert (await do(office, payment_id, "recovery", amount_fen=AMOUNT)).status_code == 200
        [recovery] = (await of(office, payment_id))["recoveries"]
        path = f"/v1/claims/{claim_id}/payment-failure"
        assert (await office.post(path, {"reason": "账户有误"}, office.finance("second"))).status_code == 200

        taken_back = await do(office, payment_id, "recovery-reversal", by="third", recovery_id=recovery["id"])

        assert taken_back.status_code == 200
        rows = (await office.get("/v1/budgets", office.finance())).json()["rows"]
        assert sorted(row["paid_twice_fen"] for row in rows) == [AMOUNT * 3333 // 10000, AMOUNT * 6667 // 10000]
        await balanced(office)

    async def test_a_budget_that_has_nothing_free_is_raised_first(self, office: Office) -> None:
        _, claim_id = await paid(office)
        payment_id = await record(office, claim_id)
        assert (await do(office, payment_id, "recovery", amount_fen=AMOUNT)).status_code == 200
        [recovery] = (await of(office, payment_id))["recoveries"]
        assert (await office.budget(AMOUNT)).status_code == 200

        short = await do(office, payment_id, "recovery-reversal", by="third", recovery_id=recovery["id"])
        assert (await office.budget(2 * AMOUNT)).status_code == 200
        taken_back = await do(office, payment_id, "recovery-reversal", by="third", recovery_id=recovery["id"])

        assert (short.json()["code"], taken_back.status_code) == ("over-budget", 200)
        await balanced(office)


class TestWriteOff:
    async def test_all_that_was_given_up_is_owed_again(self, office: Office) -> None:
        _, claim_id = await paid(office)
        payment_id = await record(office, claim_id)
        nothing_yet = await do(office, payment_id, "write-off-reversal", by="third")
        assert (await do(office, payment_id, "write-off", amount_fen=AMOUNT)).status_code == 200

        due = await do(office, payment_id, "write-off-reversal", by="third")

        assert (nothing_yet.json()["code"], due.status_code) == ("double-payment-not-written-off", 200)
        found = await of(office, payment_id)
        assert (found["status"], found["outstanding_fen"], found["written_off_fen"]) == ("outstanding", AMOUNT, 0)
        assert await twice(office, claim_id) == [
            ("pay_twice", AMOUNT), ("write_off_twice", AMOUNT), ("reverse_write_off_twice", AMOUNT),
        ]  # fmt: skip
        assert (await do(office, payment_id, "cancellation", by="third")).status_code == 200
        await balanced(office)
