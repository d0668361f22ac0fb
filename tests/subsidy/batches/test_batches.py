"""Payment batches over HTTP, on a real database: drawn up, released, exported, recalled."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.subsidy.batches import banking
from tests.subsidy.batches.banking import BATCHES
from tests.subsidy.builders import L4_FEN, revoked
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import account_of


class TestDraft:
    async def test_what_can_be_paid_is_put_into_a_batch_with_the_declared_number_and_sum(self, office: Office) -> None:
        _, first = await banking.approved(office)
        _, second = await banking.approved(office, trainees=2)
        listed = (await office.get("/v1/payable-claims?region=410100", office.finance())).json()

        drafted = await banking.draft(office, 2, 3 * L4_FEN)

        assert (listed["payable_rows"], listed["payable_fen"]) == (2, 3 * L4_FEN)
        assert [row["barrier"] for row in listed["rows"]] == [None, None]
        assert (drafted.status_code, drafted.json()["status"]) == (201, "drafted")
        rows = (await office.get(f"{BATCHES}/{drafted.json()['id']}/rows", office.finance())).json()["rows"]
        assert [(row["row"], row["claim_id"], row["amount_fen"], row["status"]) for row in rows] == [
            (1, first, L4_FEN, "open"), (2, second, 2 * L4_FEN, "open"),
        ]  # fmt: skip

    @pytest.mark.parametrize(("rows", "amount"), [(2, L4_FEN), (1, L4_FEN - 1)])
    async def test_a_declared_number_or_sum_that_differs_refuses_the_batch_whole(
        self, office: Office, rows: int, amount: int
    ) -> None:
        await banking.approved(office)

        refused = await banking.draft(office, rows, amount)

        assert (refused.status_code, refused.json()["code"]) == (409, "batch-totals-differ")
        assert (refused.json()["rows"], refused.json()["amount_fen"]) == (1, L4_FEN)
        assert await office.service.rows("SELECT row FROM payment_row") == []

    async def test_who_approved_a_claim_does_not_pay_it(self, office: Office) -> None:
        _, claim_id = await banking.approved(office)
        content = {"region": "410100", "rows": 1, "amount_fen": L4_FEN, "layout": "sandbox", "reason": "六月第一批"}

        refused = await office.post(BATCHES, content | {"claims": [claim_id]}, office.finance("Reviewer"))

        assert (refused.status_code, refused.json()["code"]) == (409, "claims-not-payable")
        assert refused.json()["claims"] == [{"claim_id": claim_id, "barrier": "same_person"}]

    async def test_a_claim_is_in_one_batch_and_an_unconfirmed_account_is_none(self, office: Office) -> None:
        taught, claim_id = await banking.approved(office)
        await banking.draft(office, 1, L4_FEN)
        again = await banking.draft(office, 1, L4_FEN, claims=[claim_id])
        async with office.service.engine.begin() as connection:
            await connection.execute(text("UPDATE payment_row SET status = 'given_up'"))
            await connection.execute(text("UPDATE payee_account SET status = 'replaced', replaced_at = now()"))
        await office.service.hear(taught.institution("甲校"))
        await office.post("/v1/payee-accounts", account_of(taught), office.finance())

        without = await banking.draft(office, 1, L4_FEN, claims=[claim_id])

        assert [refused.json()["claims"][0]["barrier"] for refused in (again, without)] == ["in_batch", "no_account"]

    async def test_a_claim_of_another_region_or_fund_source_is_not_due(self, office: Office) -> None:
        _, claim_id = await banking.approved(office)

        refused = await banking.draft(office, 1, L4_FEN, claims=[claim_id], fund_source="other")

        assert refused.json()["claims"] == [{"claim_id": claim_id, "barrier": "not_due"}]


class TestRelease:
    async def test_another_person_releases_it_and_neither_approved_its_claims(self, office: Office) -> None:
        await banking.approved(office)
        drafted = await banking.draft(office, 1, L4_FEN)

        own = await banking.decide(office, drafted, by="Cashier")
        approver = await banking.decide(office, drafted, by="reviewer")
        second = await banking.decide(office, drafted)

        assert [answer.json()["code"] for answer in (own, approver)] == ["same-person", "same-person"]
        assert second.status_code == 200
        batch = await banking.batch_of(office, drafted.json()["id"])
        assert (batch["status"], batch["released_by"]) == ("released", "treasurer")

    async def test_the_database_holds_that_payer_and_approver_differ(self, office: Office) -> None:
        await banking.approved(office)
        drafted = await banking.draft(office, 1, L4_FEN)
        change = "UPDATE payment_batch SET status = 'released', released_at = now(), released_by = :by WHERE id = :id"

        for by in ("REVIEWER", "Clerk", "CASHIER"):
            with pytest.raises(IntegrityError):
                async with office.service.engine.begin() as connection:
                    await connection.execute(text(change), {"by": by, "id": drafted.json()["id"]})

    async def test_a_claim_that_changed_since_stops_the_release(self, office: Office) -> None:
        taught, claim_id = await banking.approved(office, trainees=2)
        drafted = await banking.draft(office, 1, 2 * L4_FEN)
        certificate = taught.certified(0)
        await office.service.hear(taught.withdrawn(0, version=2), certificate)

        refused = await banking.decide(office, drafted)

        assert (refused.status_code, refused.json()["code"]) == (409, "batch-claims-changed")
        assert refused.json()["claims"] == [claim_id]
        assert (await banking.decide(office, drafted, "rejection")).status_code == 200
        assert (await banking.draft(office, 1, L4_FEN)).status_code == 201

    async def test_while_it_is_in_a_batch_a_claim_is_neither_returned_nor_paid_otherwise(self, office: Office) -> None:
        _, claim_id = await banking.approved(office)
        batch_id = await banking.released(office, 1, L4_FEN)

        returned = await office.post(f"/v1/claims/{claim_id}/return", {"reason": "户名不符"}, office.reviewer())
        paid = await office.pay(claim_id, office.finance("third"))

        for refused in (returned, paid):
            assert (refused.status_code, refused.json()["code"]) == (409, "claim-in-batch")
            assert refused.json()["batch_id"] == batch_id


class TestExport:
    async def test_the_file_has_the_whole_account_and_is_the_same_each_time(self, office: Office) -> None:
        taught, _ = await banking.approved(office)
        number = f"1605{taught.institution_id.int % 10**13:013d}"
        batch_id = await banking.released(office, 1, L4_FEN)

        first = await banking.exported(office, batch_id)
        second = await banking.exported(office, batch_id, by="cashier")

        assert first.content == second.content
        lines = first.content.decode().split("\r\n")
        assert lines[0] == "批次号,付款序号,收款账号,户名,开户行,联行号,金额（元）,用途"
        assert lines[1] == (f"{batch_id},1,{number},甲校,中国农业银行郑州管城支行,103491000017,2000.00,职业培训补贴")
        exports = (await banking.batch_of(office, batch_id))["exports"]
        assert [(each["exported_by"], each["digest"]) for each in exports] == [
            (by, hashlib.sha256(first.content).hexdigest()) for by in ("treasurer", "cashier")
        ]

    async def test_an_account_that_changes_while_the_batch_is_out_does_not_change_the_batch(
        self, office: Office
    ) -> None:
        taught, claim_id = await banking.approved(office)
        batch_id = await banking.released(office, 1, L4_FEN)
        before = (await banking.exported(office, batch_id)).content
        await office.service.hear(taught.institution("甲校"))
        entered = await office.post("/v1/payee-accounts", account_of(taught), office.finance())
        path = f"/v1/proposals/{entered.json()['proposal_id']}/confirmation"
        assert (await office.post(path, None, office.finance("second"))).status_code == 200

        assert (await banking.exported(office, batch_id)).content == before
        assert (await banking.returned(office, batch_id))["status"] == "done"
        assert (await banking.claim_of(office, claim_id))["status"] == "paid"

    async def test_only_a_released_batch_has_a_file(self, office: Office) -> None:
        await banking.approved(office)
        drafted = await banking.draft(office, 1, L4_FEN)

        refused = await banking.exported(office, drafted.json()["id"])

        assert (refused.status_code, refused.json()["code"]) == (409, "batch-not-released")


class TestRecall:
    async def test_two_people_take_back_what_the_bank_did_not_pay(self, office: Office) -> None:
        _, claim_id = await banking.approved(office)
        batch_id = await banking.released(office, 1, L4_FEN)
        proposed = await office.post(f"{BATCHES}/{batch_id}/recall", {"reason": "银行拒收"}, office.finance())

        own = await office.confirm(proposed, office.finance("treasurer"))
        confirmed = await office.confirm(proposed, office.finance("third"))

        assert (own.json()["code"], confirmed.status_code) == ("same-person", 200)
        assert (await banking.batch_of(office, batch_id))["status"] == "recalled"
        assert (await banking.returned(office, await banking.released(office, 1, L4_FEN)))["accepted"] == 1
        assert (await banking.claim_of(office, claim_id))["status"] == "paid"

    async def test_what_was_received_meanwhile_stops_its_line_then(self, office: Office) -> None:
        taught, claim_id = await banking.approved(office, trainees=2)
        batch_id = await banking.released(office, 1, 2 * L4_FEN)
        await office.service.hear(taught.withdrawn(0, version=2))
        out = await banking.claim_of(office, claim_id)
        proposed = await office.post(f"{BATCHES}/{batch_id}/recall", {"reason": "银行拒收"}, office.finance())
        await office.confirm(proposed, office.finance("third"))

        assert out["amount_fen"] == 2 * L4_FEN
        assert (await banking.claim_of(office, claim_id))["amount_fen"] == L4_FEN


async def test_a_certificate_that_was_revoked_on_the_way_is_owed_once_it_is_paid(office: Office) -> None:
    taught, claim_id = await banking.approved(office)
    [row] = await office.service.rows("SELECT id FROM heard_certificate")
    batch_id = await banking.released(office, 1, L4_FEN)
    certificate = taught.certified(0)
    fact = revoked(certificate)
    told = type(fact)(**{name: getattr(fact, name) for name in fact.__struct_fields__} | {
        "certificate_id": row.id, "subject": f"certificates/{row.id}",
    })  # fmt: skip
    await office.service.hear(told)

    await banking.returned(office, batch_id)

    claim = await banking.claim_of(office, claim_id)
    assert (claim["status"], claim["lines"][0]["owed"]["check"]) == ("paid", "C12")
