"""What is kept from an approved claim that then comes to less is owed again, and no payment is below zero."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.contracts.subsidy.claims import ClaimRecoveryReversed
from shared.contracts.subsidy.double_payments import DoublePaymentRecoveryReversed
from tests.subsidy.builders import L4_FEN, Taught, people, revoked
from tests.subsidy.double_payments import transfers
from tests.subsidy.double_payments.transfers import paid
from tests.subsidy.ledger.books import balanced, ledger
from tests.subsidy.office import Office
from tests.subsidy.offsets.kept import approved, claim_of, do, in_excess, lapse, owed, recoveries


async def returned(office: Office, claim_id: str) -> None:
    answer = await office.post(f"/v1/claims/{claim_id}/return", {"reason": "材料有误"}, office.reviewer())
    assert answer.status_code == 200, answer.text


class TestStoppedLine:
    async def test_the_excess_is_owed_again_and_the_rest_is_kept(self, office: Office) -> None:
        taught, claim_id = await paid(office)
        later, later_id = await approved(office, taught)
        assert (await do(office, claim_id, all_lines=True, cause="audit", against=later_id)).status_code == 200
        await office.service.hear(later.withdrawn(0, version=2))

        too_early = await office.pay(later_id)
        [waiting] = await in_excess(office)
        lapsed = await lapse(office)

        assert (too_early.status_code, too_early.json()["code"]) == (409, "kept-above-payment")
        assert (waiting["claim_id"], waiting["amount_fen"], waiting["kept_fen"], waiting["excess_fen"]) == (
            later_id, L4_FEN, 2 * L4_FEN, L4_FEN,
        )  # fmt: skip
        assert (lapsed, await in_excess(office), await lapse(office)) == (True, [], False)
        [row] = await owed(office)
        assert (row["claim_id"], row["line"], row["owed"]["check"]) == (claim_id, 2, "OFFSET")
        assert row["owed"]["held_by"] == [later_id]
        claim = await claim_of(office, claim_id)
        assert (claim["status"], claim["recovered_fen"]) == ("paid", L4_FEN)
        assert [(each["verb"], each["done_by"]) for each in claim["history"]][-1] == ("lapse_offset", "offsets")
        assert await recoveries(office, claim_id) == [(L4_FEN, 0, False), (L4_FEN, L4_FEN, True)]
        assert [each["verb"] for each in await ledger(office, claim_id=claim_id, line=2)] == [
            "approve", "pay", "offset", "reverse_recovery",
        ]  # fmt: skip
        [told] = [fact for fact in await office.service.told() if isinstance(fact, ClaimRecoveryReversed)]
        assert (str(told.claim_id), told.recovered_fen) == (claim_id, L4_FEN)
        assert (await office.pay(later_id)).status_code == 200
        assert (await claim_of(office, later_id))["kept_fen"] == L4_FEN
        await balanced(office)

    async def test_a_part_of_a_recovery_lapses_and_comes_back_for_the_same_cause(self, office: Office) -> None:
        taught, claim_id = await paid(office, 1)
        later, later_id = await approved(office, taught)
        half = L4_FEN // 2
        part = [{"line": 1, "amount_fen": L4_FEN}]
        assert (await do(office, claim_id, amounts=part, cause="fraud", against=later_id)).status_code == 200
        payment_id = await transfers.record(office, claim_id, amount_fen=L4_FEN)
        kept = await transfers.do(office, payment_id, "recovery", amount_fen=half, against=later_id)
        assert kept.status_code == 200
        await office.service.hear(later.withdrawn(0, version=2))

        assert await lapse(office)

        # The double payment was kept last, so that it lapses first; then nothing else is in excess.
        payment = await transfers.of(office, payment_id)
        assert (payment["outstanding_fen"], payment["status"]) == (L4_FEN, "outstanding")
        [recovery] = payment["recoveries"]
        assert (recovery["lapsed_fen"], recovery["reversed_on"] is not None) == (half, True)
        assert await recoveries(office, claim_id) == [(L4_FEN, 0, False)]
        assert len([f for f in await office.service.told() if isinstance(f, DoublePaymentRecoveryReversed)]) == 1

        await office.service.hear(later.withdrawn(1, version=2))
        assert await lapse(office)
        again = await do(office, claim_id, all_lines=True, cause="fraud")

        assert again.status_code == 200
        assert await recoveries(office, claim_id) == [(L4_FEN, L4_FEN, True), (L4_FEN, 0, False)]
        await balanced(office)

    async def test_what_is_left_of_an_offset_in_part_stands(self, office: Office) -> None:
        taught, claim_id = await paid(office, 1)
        later, later_id = await approved(office, taught, count=2)
        payment_id = await transfers.record(office, claim_id, amount_fen=L4_FEN)
        assert (await transfers.do(office, payment_id, "recovery", amount_fen=L4_FEN, against=later_id)).is_success
        part = [{"line": 1, "amount_fen": L4_FEN - 1}]
        assert (await do(office, claim_id, amounts=part, cause="audit", against=later_id)).status_code == 200
        await office.service.hear(later.withdrawn(0, version=2))

        assert await lapse(office)

        assert await recoveries(office, claim_id) == [(L4_FEN - 1, L4_FEN - 1, True)]
        assert (await claim_of(office, later_id))["kept_fen"] == L4_FEN
        assert (await do(office, claim_id, amounts=part, cause="audit")).status_code == 200
        await balanced(office)


class TestReturned:
    async def test_nothing_is_kept_from_a_claim_that_is_not_approved(self, office: Office) -> None:
        taught, claim_id = await paid(office)
        _, later_id = await approved(office, taught)
        payment_id = await transfers.record(office, claim_id)
        assert (await do(office, claim_id, lines=[1], against=later_id)).status_code == 200
        kept = await transfers.do(office, payment_id, "recovery", amount_fen=L4_FEN, against=later_id)
        assert kept.status_code == 200
        await returned(office, later_id)

        assert await lapse(office)

        assert (await claim_of(office, later_id))["kept_fen"] == 0
        assert (await claim_of(office, claim_id))["recovered_fen"] == 0
        assert (await transfers.of(office, payment_id))["outstanding_fen"] == 2 * L4_FEN
        assert [row["line"] for row in await owed(office)] == [1]
        verbs = [row["verb"] for row in await ledger(office, claim_id=claim_id) if row["line"] is None]
        assert verbs[-3:] == ["pay_twice", "offset_twice", "reverse_recovery_twice"]
        await balanced(office)

    async def test_what_the_budget_has_no_money_for_waits_for_it(self, office: Office) -> None:
        taught, claim_id = await paid(office)
        _, later_id = await approved(office, taught)
        assert (await do(office, claim_id, all_lines=True, against=later_id)).status_code == 200
        await returned(office, later_id)
        other = Taught(people(2))
        await office.service.hear(*other.all_finished())
        third = await office.submitted(other, "c-3")
        assert (await office.budget(4 * L4_FEN)).status_code == 200
        assert (await office.approve(third)).status_code == 200
        assert (await office.budget(2 * L4_FEN)).status_code == 200

        waited = await lapse(office)
        listed = [row["claim_id"] for row in await in_excess(office)]
        assert (await office.budget(4 * L4_FEN)).status_code == 200

        assert (waited, listed) == (False, [later_id])
        assert (await lapse(office), await in_excess(office)) == (True, [])
        await balanced(office)

    async def test_a_line_that_was_claimed_again_waits_until_that_claim_is_given_up(self, office: Office) -> None:
        taught, claim_id = await paid(office, 1)
        _, later_id = await approved(office, taught)
        assert (await do(office, claim_id, all_lines=True, against=later_id)).status_code == 200
        again = await office.draft(taught, "c-3")
        assert (again.status_code, again.json()["amount_fen"]) == (201, L4_FEN)
        await returned(office, later_id)

        waited = await lapse(office)
        listed = [row["claim_id"] for row in await in_excess(office)]
        path = f"/v1/claims/{again.json()['id']}/withdrawal"
        assert (await office.post(path, {}, office.institution(taught))).status_code == 200

        assert (waited, listed) == (False, [later_id])
        assert (await lapse(office), await in_excess(office)) == (True, [])
        assert (await claim_of(office, claim_id))["status"] == "paid"
        await balanced(office)


class TestFailedPayment:
    async def test_a_line_that_was_owed_stops_when_the_bank_sends_the_payment_back(self, office: Office) -> None:
        taught, claim_id = await paid(office, 1)
        later, later_id = await approved(office, taught)
        assert (await do(office, claim_id, all_lines=True, against=later_id)).status_code == 200
        assert (await office.pay(later_id)).status_code == 200
        await office.service.hear(later.withdrawn(0, version=2), later.withdrawn(1, version=2))
        path = f"/v1/claims/{later_id}/payment-failure"
        assert (await office.post(path, {"reason": "账户有误"}, office.finance("second"))).status_code == 200

        assert await lapse(office)

        assert (await claim_of(office, claim_id))["status"] == "paid"
        assert [row["claim_id"] for row in await owed(office)] == [claim_id]
        await balanced(office)


class TestCase:
    async def test_what_a_line_owes_by_an_offset_is_not_ended_by_a_fact_about_its_training(
        self, office: Office
    ) -> None:
        taught, claim_id = await paid(office, 1)
        _, later_id = await approved(office, taught)
        assert (await do(office, claim_id, all_lines=True, cause="audit", against=later_id)).status_code == 200
        await returned(office, later_id)
        assert await lapse(office)

        await office.service.hear(taught.finished(0, version=2))
        after_fact = [row["owed"]["check"] for row in await owed(office)]
        dismissed = await do(office, claim_id, "owed-dismissal", lines=[1])

        assert (after_fact, dismissed.status_code, await owed(office)) == (["OFFSET"], 200, [])

    async def test_a_line_whose_ground_stands_again_owes_nothing(self, office: Office) -> None:
        taught = Taught(people(1))
        certificate = taught.certified(0)
        await office.service.hear(taught.finished(0), certificate, taught.completed())
        claim_id = await office.paid(taught)
        await office.service.hear(revoked(certificate))
        _, later_id = await approved(office, taught)
        assert (await do(office, claim_id, all_lines=True, against=later_id)).status_code == 200
        await office.service.hear(taught.certified(0))
        await returned(office, later_id)

        assert await lapse(office)

        assert ((await claim_of(office, claim_id))["recovered_fen"], await owed(office)) == (0, [])


async def test_the_database_holds_that_no_payment_is_below_zero(office: Office) -> None:
    taught, claim_id = await paid(office)
    _, later_id = await approved(office, taught)
    assert (await do(office, claim_id, all_lines=True, against=later_id)).status_code == 200

    for repair in ("SET status = 'paid', amount_fen = amount_fen - 1", "SET kept_fen = -1"):
        with pytest.raises(IntegrityError, match="kept_as_paid"):
            async with office.service.engine.begin() as connection:
                await connection.execute(text(f"UPDATE claim {repair} WHERE id = '{later_id}'"))
    with pytest.raises(IntegrityError, match="lapsed_as_kept"):
        async with office.service.engine.begin() as connection:
            await connection.execute(text("UPDATE line_recovery SET lapsed_fen = amount_fen + 1"))
