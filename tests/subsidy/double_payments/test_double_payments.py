"""What the bank paid once more for a claim: recorded by two persons, owed at once, and settled to the fen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.contracts.subsidy.claims import ClaimState
from shared.contracts.subsidy.double_payments import DoublePaymentState
from shared.kernel.periods import business_day
from tests.subsidy.builders import L4_FEN, Taught, people
from tests.subsidy.double_payments.transfers import do, listed, of, paid, propose, record
from tests.subsidy.ledger.books import balanced, ledger
from tests.subsidy.office import Office
from tests.support.clock import now

TODAY = business_day(now())
AMOUNT = 2 * L4_FEN


async def told(office: Office) -> list[tuple[str, str, int, int, int]]:
    facts = [fact for fact in await office.service.told() if isinstance(fact, DoublePaymentState)]
    return [
        (type(fact).type.split(".")[1], fact.status.value, fact.amount_fen, fact.recovered_fen, fact.written_off_fen)
        for fact in facts
    ]


async def posted(office: Office, claim_id: str) -> list[tuple[str, int]]:
    return [(row["verb"], row["amount_fen"]) for row in await ledger(office, claim_id=claim_id) if row["line"] is None
            and "twice" in row["verb"]]  # fmt: skip


async def budget(office: Office, **asked: object) -> dict[str, Any]:
    rows = (await office.get("/v1/budgets", office.finance())).json()["rows"]
    [row] = [each for each in rows if all(each[name] == value for name, value in asked.items())]
    return dict(row)


class TestRecord:
    async def test_the_money_has_left_the_budget_and_is_owed_by_the_payee(self, office: Office) -> None:
        taught, claim_id = await paid(office)
        before, claim = await office.balance(), (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()

        payment_id = await record(office, claim_id)

        after = await office.balance()
        assert (after["paid"], after["free"]) == (before["paid"], before["free"] - AMOUNT)
        assert (await budget(office))["paid_twice_fen"] == AMOUNT
        [row] = await listed(office, status="outstanding")
        assert (row["id"], row["claim_id"], row["outstanding_fen"]) == (payment_id, claim_id, AMOUNT)
        assert row["institution_id"] == str(taught.institution_id)
        assert (await office.get(f"/v1/claims/{claim_id}", office.finance())).json() == claim
        assert await posted(office, claim_id) == [("pay_twice", AMOUNT)]
        assert await told(office) == [("double-payment-recorded", "outstanding", AMOUNT, 0, 0)]
        await balanced(office)

    async def test_the_claims_own_facts_say_nothing_of_it(self, office: Office) -> None:
        _, claim_id = await paid(office)
        before = [fact for fact in await office.service.told() if isinstance(fact, ClaimState)]

        await record(office, claim_id)

        assert [fact for fact in await office.service.told() if isinstance(fact, ClaimState)] == before

    async def test_the_payee_sees_it_and_another_one_does_not(self, office: Office) -> None:
        taught, claim_id = await paid(office)
        stranger = Taught(people(1))
        await office.service.hear(*stranger.all_finished())
        payment_id = await record(office, claim_id)

        shown = await office.get(f"/v1/double-payments/{payment_id}", office.institution(taught))
        hidden = await office.get(f"/v1/double-payments/{payment_id}", office.institution(stranger))
        of_another = await office.get("/v1/double-payments", office.institution(stranger))

        assert (shown.status_code, hidden.status_code, of_another.json()["rows"]) == (200, 403, [])

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"amount_fen": AMOUNT - 1}, "amount-not-transferred"),
            ({"amount_fen": AMOUNT + 1}, "amount-not-transferred"),
            ({"reference": "T-1"}, "reference-of-the-payment"),
            ({"paid_on": (TODAY + timedelta(days=1)).isoformat()}, "payment-day-impossible"),
            ({"paid_on": "2020-01-01"}, "payment-day-impossible"),
            ({"amount_fen": 0}, "malformed-request"),
            ({"reference": "流水"}, "malformed-request"),
        ],
    )
    async def test_what_cannot_be_a_second_transfer_is_refused(
        self, office: Office, changes: dict[str, Any], code: str
    ) -> None:
        _, claim_id = await paid(office)

        answer = await propose(office, claim_id, **changes)

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert await listed(office) == []

    async def test_a_claim_that_is_not_paid_was_not_paid_twice(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        assert (await office.approve(claim_id)).status_code == 200

        answer = await propose(office, claim_id)

        assert (answer.status_code, answer.json()["code"]) == (409, "claim-not-paid-once")

    async def test_one_reference_is_recorded_once(self, office: Office) -> None:
        _, first = await paid(office)
        _, second = await paid(office)
        proposed = await propose(office, second)
        payment_id = await record(office, first)

        again = await propose(office, first)
        confirmed = await office.confirm(proposed, office.finance("second"))
        further = await record(office, first, reference="T-3")

        for answer in (again, confirmed):
            assert (answer.status_code, answer.json()["code"]) == (409, "double-payment-recorded-already")
            assert answer.json()["double_payment_id"] == payment_id
        assert further != payment_id
        async with office.service.engine.begin() as connection:
            with pytest.raises(IntegrityError, match="double_payment_reference"):
                await connection.execute(text("UPDATE double_payment SET reference = 'T-2'"))

    async def test_neither_who_proposed_it_nor_who_paid_the_claim_confirms_it(self, office: Office) -> None:
        _, claim_id = await paid(office)
        by_treasurer = await office.post(
            f"/v1/claims/{claim_id}/double-payment",
            {"paid_on": TODAY.isoformat(), "amount_fen": AMOUNT, "reference": "T-2", "reason": "重复"},
            office.finance("treasurer"),
        )

        for person in ("treasurer", "cashier"):
            answer = await office.confirm(by_treasurer, office.finance(person))

            assert (answer.status_code, answer.json()["code"]) == (403, "same-person")

    async def test_a_budget_that_has_nothing_free_is_raised_first(self, office: Office) -> None:
        _, claim_id = await paid(office)
        assert (await office.budget(AMOUNT)).status_code == 200
        proposed = await propose(office, claim_id)

        short = await office.confirm(proposed, office.finance("second"))
        raised = await office.budget(2 * AMOUNT)
        confirmed = await office.confirm(proposed, office.finance("second"))
        lowered = await office.budget(2 * AMOUNT - 1)

        assert (short.json()["code"], short.json()["short"]) == ("over-budget", AMOUNT)
        assert (raised.status_code, confirmed.status_code) == (200, 200)
        assert lowered.json()["code"] == "budget-below-committed"
        await balanced(office)

    async def test_it_leaves_the_budgets_that_paid_the_claim_by_their_shares(self, office: Office) -> None:
        assert (await office.budget(10**9, fund_source="other")).status_code == 200
        assert (await office.share({"employment_fund": 6667, "other": 3333})).status_code == 200
        _, claim_id = await paid(office)

        payment_id = await record(office, claim_id)

        sources = ("employment_fund", "other")
        budgets = [await budget(office, fund_source=source) for source in sources]
        assert [each["paid_twice_fen"] for each in budgets] == [each["paid_fen"] for each in budgets]
        assert (await do(office, payment_id, "recovery", amount_fen=AMOUNT)).status_code == 200
        assert [(await budget(office, fund_source=source))["paid_twice_fen"] for source in sources] == [0, 0]
        await balanced(office)


class TestSettlement:
    async def test_it_comes_back_in_parts_and_never_more_than_was_paid_twice(self, office: Office) -> None:
        _, claim_id = await paid(office)
        payment_id = await record(office, claim_id)

        first = await do(office, payment_id, "recovery", amount_fen=100)
        above = await do(office, payment_id, "recovery", amount_fen=AMOUNT - 99)
        given_up = await do(office, payment_id, "write-off", amount_fen=50)
        rest = await do(office, payment_id, "recovery", amount_fen=AMOUNT - 150)
        after = await do(office, payment_id, "recovery", amount_fen=1)

        assert (first.status_code, given_up.status_code, rest.status_code) == (200, 200, 200)
        assert (above.json()["code"], above.json()["outstanding_fen"]) == ("amount-above-double-payment", AMOUNT - 100)
        assert (after.json()["code"], after.json()["state"]) == ("illegal-move", "settled")
        found = await of(office, payment_id)
        assert (found["status"], found["outstanding_fen"]) == ("settled", 0)
        assert [each["amount_fen"] for each in found["recoveries"]] == [100, AMOUNT - 150]
        assert (await budget(office))["paid_twice_fen"] == (await budget(office))["given_up_fen"] == 50
        assert await posted(office, claim_id) == [
            ("pay_twice", AMOUNT), ("recover_twice", 100), ("write_off_twice", 50), ("recover_twice", AMOUNT - 150),
        ]  # fmt: skip
        assert [each[0] for each in await told(office)] == [
            "double-payment-recorded", "double-payment-recovered", "double-payment-written-off",
            "double-payment-recovered",
        ]  # fmt: skip
        await balanced(office)

    async def test_it_is_kept_from_a_later_payment_of_the_payee(self, office: Office) -> None:
        taught, claim_id = await paid(office)
        payment_id = await record(office, claim_id)
        later = Taught(people(1), institution_id=taught.institution_id)
        await office.service.hear(*later.all_finished())
        later_id = await office.submitted(later, "c-2")
        assert (await office.approve(later_id)).status_code == 200

        above = await do(office, payment_id, "recovery", amount_fen=L4_FEN + 1, against=later_id)
        kept = await do(office, payment_id, "recovery", amount_fen=L4_FEN - 1, against=later_id)
        payable = (await office.get("/v1/payable-claims?region=410100", office.finance("third"))).json()["rows"]

        assert (above.json()["code"], above.json()["left_fen"]) == ("offset-impossible", L4_FEN)
        assert kept.status_code == 200
        assert [(each["claim_id"], each["amount_fen"]) for each in payable] == [(later_id, 1)]
        assert (await of(office, payment_id))["recoveries"][0]["against"] == later_id
        assert ("offset_twice", L4_FEN - 1) in await posted(office, claim_id)
        assert (await office.pay(later_id)).status_code == 200
        beyond = await do(office, payment_id, "recovery", amount_fen=1, against=later_id)
        assert beyond.json()["code"] == "offset-impossible"
        await balanced(office)

    async def test_the_claim_is_recovered_as_if_it_had_been_paid_once(self, office: Office) -> None:
        _, claim_id = await paid(office)
        payment_id = await record(office, claim_id)

        recovered = await office.recover(claim_id)

        assert (recovered.json()["status"], (await office.balance())["recovered"]) == ("recovered", AMOUNT)
        assert (await of(office, payment_id))["outstanding_fen"] == AMOUNT
        await balanced(office)

    async def test_the_database_holds_that_no_more_comes_back(self, office: Office) -> None:
        _, claim_id = await paid(office)
        await record(office, claim_id)

        async with office.service.engine.begin() as connection:
            with pytest.raises(DBAPIError, match="settled_"):
                await connection.execute(text("UPDATE double_payment SET recovered_fen = amount_fen + 1"))


class TestCancellation:
    async def test_a_mistake_is_taken_back_by_a_second_person_and_can_be_recorded_again(self, office: Office) -> None:
        _, claim_id = await paid(office)
        before = await office.balance()
        payment_id = await record(office, claim_id)

        by_who_recorded = await do(office, payment_id, "cancellation")
        cancelled = await do(office, payment_id, "cancellation", by="third")

        assert by_who_recorded.json()["code"] == "same-person"
        assert (cancelled.status_code, await office.balance()) == (200, before)
        assert (await of(office, payment_id))["status"] == "cancelled"
        assert await posted(office, claim_id) == [("pay_twice", AMOUNT), ("cancel_twice", AMOUNT)]
        assert (await do(office, payment_id, "recovery", amount_fen=1)).json()["code"] == "illegal-move"
        assert await record(office, claim_id) != payment_id
        await balanced(office)

    @pytest.mark.parametrize("step", ["recovery", "write-off"])
    async def test_nothing_is_taken_back_once_some_of_it_was_settled(self, office: Office, step: str) -> None:
        _, claim_id = await paid(office)
        payment_id = await record(office, claim_id)
        assert (await do(office, payment_id, step, amount_fen=1)).status_code == 200

        answer = await do(office, payment_id, "cancellation", by="third")

        assert (answer.status_code, answer.json()["code"]) == (409, "double-payment-settled-in-part")
