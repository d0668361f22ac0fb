"""A claim's moves over HTTP, on a real database: from the draft to the money and back."""

from __future__ import annotations

from shared.contracts.subsidy.claims import ClaimState
from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office


class TestTheWholeWay:
    async def test_a_claim_is_drafted_submitted_approved_paid_and_recovered_to_the_fen(self, office: Office) -> None:
        taught = Taught(people(3))
        await office.service.hear(*taught.all_finished())

        drafted = (await office.draft(taught)).json()
        assert amounts(drafted) == [(L4_FEN, None)] * 3
        assert (drafted["status"], drafted["amount_fen"], drafted["policy_row"]) == ("draft", 3 * L4_FEN, "HN-T-L4")
        claim_id = drafted["id"]
        assert (await office.submit(claim_id, taught)).json()["status"] == "submitted"
        assert (await office.balance())["committed"] == 0
        assert (await office.approve(claim_id)).json()["status"] == "approved"
        assert (await office.balance())["committed"] == 3 * L4_FEN
        assert (await office.pay(claim_id)).json()["paid_on"] == TODAY.isoformat()
        one_back = (await office.recover(claim_id, [2])).json()
        assert (one_back["status"], one_back["recovered_fen"]) == ("paid", L4_FEN)
        all_back = (await office.recover(claim_id)).json()
        assert (all_back["status"], all_back["recovered_fen"]) == ("recovered", 3 * L4_FEN)

        assert await office.balance() == {
            "total": 10**10, "committed": 600_000, "paid": 600_000, "recovered": 600_000, "free": 10**10,
        }  # fmt: skip
        told = [fact for fact in await office.service.told() if isinstance(fact, ClaimState)]
        assert [fact.version for fact in told] == [1, 2, 3, 4, 5, 6]
        assert [(fact.amount_fen, fact.recovered_fen) for fact in told[-2:]] == [(600_000, 200_000), (600_000, 600_000)]

    async def test_every_step_is_kept_with_who_when_and_why(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        await office.recover(claim_id)

        answer = await office.service.http.get(f"/v1/claims/{claim_id}", headers=office.institution(taught))

        steps = [(step["verb"], step["done_by"], step["reason"]) for step in answer.json()["history"]]
        assert steps == [
            ("draft", "clerk", None),
            ("submit", "clerk", None),
            ("approve", "reviewer", None),
            ("pay", "cashier", None),
            ("recover", "second", "出勤不实"),
        ]
        assert answer.json()["lines"][0]["recovered_fen"] == L4_FEN
        assert str(taught.persons[0]) not in answer.text


class TestSubmit:
    async def test_a_claim_without_a_payable_line_is_refused(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(taught.completed(), taught.finished(0))
        claim_id = (await office.draft(taught)).json()["id"]

        assert (await office.submit(claim_id, taught)).json()["code"] == "nothing-to-claim"

        await office.service.hear(taught.certified(0))
        rebuilt = await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))
        assert rebuilt.json()["amount_fen"] == L4_FEN
        assert (await office.submit(claim_id, taught)).status_code == 200

    async def test_only_a_draft_can_be_submitted(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        answer = await office.submit(claim_id, taught)

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")
        assert answer.json()["allowed"] == ["approve", "pass_review", "publish", "reject", "return", "take"]
