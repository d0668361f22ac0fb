"""The trail of one yuan over HTTP: each answer names what to ask for next, and who moves no money can read it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from shared.kernel.callers import Role
from tests.subsidy.batches import banking
from tests.subsidy.builders import L4_FEN, STARTS_ON, TODAY, Taught, people
from tests.subsidy.ledger.books import balanced
from tests.subsidy.office import Office


class Auditor:
    """Reads as an officer of Zhengzhou, who pays and recovers nothing."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._headers = office.service.tokens.of(Role.COUNTY_OFFICER, person="auditor", region="410100")

    async def read(self, path: str) -> Any:
        answer = await self._office.get(path, self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def rows(self, path: str) -> list[Any]:
        found: list[Any] = (await self.read(path))["rows"]
        return found


async def freeze(office: Office) -> None:
    """The statements of this month, in the next one."""
    office.service.clock.offset = timedelta(days=32)
    frozen = await office.post("/v1/statements", {"month": TODAY.isoformat()}, office.finance())
    assert frozen.status_code == 200, frozen.text


async def test_an_auditor_goes_from_the_fund_to_the_statements_by_what_each_answer_names(office: Office) -> None:
    taught, claim_id = await banking.approved(office, trainees=2)
    await banking.returned(office, await banking.released(office, 1, 2 * L4_FEN))
    assert (await office.recover(claim_id, [2])).status_code == 200
    await freeze(office)
    auditor = Auditor(office)

    [fund] = await auditor.rows(f"/v1/budgets?region=410100&fund_source=employment_fund&year={STARTS_ON.year}")
    of_fund = await auditor.rows(f"/v1/ledger?budget_id={fund['id']}")
    [allocated, *_] = [each for each in of_fund if each["verb"] == "allocate"]
    committed = next(each for each in of_fund if each["verb"] == "approve" and each["line"] == 2)
    claim = await auditor.read(f"/v1/claims/{committed['claim_id']}")
    of_line = await auditor.rows(f"/v1/ledger?claim_id={claim['id']}&line=2")
    [batch] = await auditor.rows(f"/v1/payment-batches?claim_id={claim['id']}")
    [row] = await auditor.rows(f"/v1/payment-batches/{batch['id']}/rows?claim_id={claim['id']}")
    returned = await auditor.read(f"/v1/payment-return-files/{batch['return_file_id']}")
    [account] = await auditor.rows(f"/v1/proposals?subject=payees/{claim['institution_id']}")
    [recovery] = await auditor.rows(f"/v1/claims/{claim['id']}/recoveries")
    statements = await auditor.rows(f"/v1/statements?posting_id={of_line[-1]['id']}")
    frozen = [await auditor.rows(f"/v1/statements/{each['id']}/postings") for each in statements]

    assert (allocated["credit"], allocated["amount_fen"]) == ("allocated", fund["total_fen"])
    assert [each["verb"] for each in of_line] == ["approve", "pay", "recover"]
    assert (batch["released_by"], batch["returned_by"], returned["posted_by"]) == ("treasurer", "cashier", "cashier")
    assert (row["status"], row["amount_fen"], row["result_reference"]) == ("paid", 2 * L4_FEN, "B-1")
    assert (account["content"]["account_id"], account["proposed_by"], account["decided_by"]) == (
        row["account_id"], "accountant", "another accountant",
    )  # fmt: skip
    assert (recovery["line"], recovery["proposed_by"], recovery["confirmed_by"]) == (2, "cashier", "second")
    assert {(each["kind"], each["institution_id"], each["budget_id"]) for each in statements} == {
        ("institution", str(taught.institution_id), None), ("fund", None, fund["id"]),
    }  # fmt: skip
    assert all(of_line[-1] in postings for postings in frozen)
    assert nets(of_line) == {}
    await balanced(office)


def nets(postings: list[Any]) -> dict[str, int]:
    """What each account has of the postings in the end; what came to nothing is left out."""
    found = Counter[str]()
    for each in postings:
        found[each["debit"]] += each["amount_fen"]
        found[each["credit"]] -= each["amount_fen"]
    return {account: amount for account, amount in found.items() if amount}


async def test_a_claim_names_its_batches_and_its_row_in_each_and_no_others(office: Office) -> None:
    _, first = await banking.approved(office)
    _, second = await banking.approved(office)
    refused = await banking.draft(office, 1, L4_FEN, claims=[first])
    assert (await banking.decide(office, refused, "rejection")).status_code == 200
    batch_id = await banking.released(office, 2, 2 * L4_FEN)
    auditor = Auditor(office)

    of_first = await auditor.rows(f"/v1/payment-batches?claim_id={first}")
    of_second = await auditor.rows(f"/v1/payment-batches?claim_id={second}")
    rows = await auditor.rows(f"/v1/payment-batches/{batch_id}/rows?claim_id={second}")

    assert [(each["id"], each["status"]) for each in of_first] == [
        (refused.json()["id"], "rejected"), (batch_id, "released"),
    ]  # fmt: skip
    assert [each["id"] for each in of_second] == [batch_id]
    assert [each["claim_id"] for each in rows] == [second]
    assert await auditor.rows(f"/v1/payment-batches?claim_id={first}&status=returned") == []


async def test_an_institution_finds_its_own_statement_by_a_posting_and_not_the_funds(office: Office) -> None:
    taught = Taught(people(1))
    await office.service.hear(*taught.all_finished())
    claim_id = await office.paid(taught)
    await freeze(office)
    posting_id = (await Auditor(office).rows(f"/v1/ledger?claim_id={claim_id}"))[0]["id"]

    own = await office.get(f"/v1/statements?posting_id={posting_id}", office.institution(taught))
    foreign = await office.get(f"/v1/statements?posting_id={posting_id}", office.institution(Taught(people(1))))

    assert [each["kind"] for each in own.json()["rows"]] == ["institution"]
    assert foreign.json()["rows"] == []


async def test_a_fund_is_found_by_its_source(office: Office) -> None:
    assert (await office.budget(10**6, fund_source="special_account")).status_code == 200
    auditor = Auditor(office)

    found = await auditor.rows("/v1/budgets?fund_source=special_account")

    assert [(each["fund_source"], each["total_fen"]) for each in found] == [("special_account", 10**6)]


async def test_another_citys_officer_follows_nothing(office: Office) -> None:
    _, claim_id = await banking.approved(office)
    batch_id = await banking.released(office, 1, L4_FEN)
    returned = await banking.returned(office, batch_id)
    elsewhere = office.service.tokens.of(Role.COUNTY_OFFICER, person="auditor", region="410200")

    paths = (f"payment-return-files/{returned['id']}", f"payment-batches/{batch_id}", f"claims/{claim_id}")
    answers = [await office.get(f"/v1/{path}", elsewhere) for path in paths]
    listed = await office.get(f"/v1/payment-batches?claim_id={claim_id}", elsewhere)

    assert [answer.json()["code"] for answer in answers] == ["foreign-region"] * 3
    assert listed.json()["rows"] == []
