"""A claim's moves over HTTP, on a real database: from the draft to the money and back."""

from __future__ import annotations

from datetime import timedelta

from shared.contracts.subsidy import ClaimState
from tests.subsidy.builders import L4_FEN, TODAY, Office, Taught, amounts, people, revoked


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
            ("recover", "cashier", "出勤不实"),
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
        assert answer.json()["allowed"] == ["approve", "reject", "return"]


class TestApprove:
    async def test_the_submitter_cannot_approve(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        answer = await office.approve(claim_id, office.reviewer("clerk"))

        assert (answer.status_code, answer.json()["code"]) == (403, "same-person")
        assert (await office.balance())["committed"] == 0

    async def test_a_reviewer_of_the_region_or_above_approves(self, office: Office) -> None:
        for region, status in (("410102", 200), ("410000", 200), ("410200", 403)):
            taught = Taught(people(1))
            await office.service.hear(*taught.all_finished())
            claim_id = await office.submitted(taught)

            assert (await office.approve(claim_id, office.reviewer(region=region))).status_code == status

    async def test_a_certificate_revoked_since_the_draft_sends_the_claim_back(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(taught.completed(), taught.finished(0), taught.finished(1), taught.certified(0))
        await office.service.hear(certificate := taught.certified(1))
        claim_id = await office.submitted(taught)
        await office.service.hear(revoked(certificate))

        answer = await office.approve(claim_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "claim-outdated")
        assert answer.json()["lines"] == [{"line": 2, "refusal": "C12"}]

        reason = {"reason": "证书已撤销"}
        returned = await office.post(f"/v1/claims/{claim_id}/return", reason, office.reviewer())
        assert returned.json()["status"] == "returned"
        rebuilt = await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))
        assert amounts(rebuilt.json()) == [(L4_FEN, None), (0, "C12")]
        assert (await office.submit(claim_id, taught)).status_code == 200
        assert (await office.approve(claim_id)).json()["amount_fen"] == L4_FEN

    async def test_a_withdrawal_since_the_draft_is_noticed(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        await office.service.hear(taught.withdrawn(0, version=2))

        assert (await office.approve(claim_id)).json()["lines"] == [{"line": 1, "refusal": "WITHDRAWN"}]


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


class TestRecover:
    async def test_only_paid_lines_come_back_and_only_once(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(taught.completed(), taught.finished(0), taught.failed(1), taught.certified(0))
        claim_id = await office.submitted(taught)
        await office.approve(claim_id)
        assert (await office.recover(claim_id)).json()["code"] == "illegal-move"
        await office.pay(claim_id)

        for wrong in ([2], [3], [1, 2]):
            answer = await office.recover(claim_id, wrong)
            assert (answer.status_code, answer.json()["code"]) == (422, "not-a-paid-line")
        assert (await office.recover(claim_id, [1])).json()["status"] == "recovered"
        assert (await office.recover(claim_id, [1])).json()["code"] == "illegal-move"
        assert (await office.balance())["recovered"] == L4_FEN

    async def test_a_line_that_came_back_cannot_come_back_again(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        await office.recover(claim_id, [1])

        answer = await office.recover(claim_id, [1, 2])

        assert (answer.json()["code"], answer.json()["lines"]) == ("line-recovered-already", [1])

    async def test_a_recovered_line_lets_the_person_be_claimed_for_again(self, office: Office) -> None:
        [person] = people(1)
        first, second = Taught([person]), Taught([person])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        await office.recover(await office.paid(first))

        assert amounts((await office.draft(second)).json()) == [(L4_FEN, None)]
