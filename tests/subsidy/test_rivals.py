"""Claims that race: no budget is overspent, and no person is subsidised twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from services.subsidy.worker import SERVICE
from tests.conftest import OpenService
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    people,
)
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import open_account

pytestmark = pytest.mark.timeout(60)


class TestBudget:
    async def test_twenty_approvals_at_once_never_overspend_a_budget_that_fits_some(
        self, open_service: OpenService
    ) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=7 * L4_FEN + 1)
        classes = [Taught(people(1)) for _ in range(20)]
        await office.service.hear(*(fact for each in classes for fact in each.all_finished()))
        claims = [await office.submitted(each) for each in classes]

        answers = await asyncio.gather(*(office.approve(claim_id) for claim_id in claims))

        assert Counter(answer.status_code for answer in answers) == {200: 7, 409: 13}
        refusals = [answer.json() for answer in answers if answer.status_code == 409]
        assert {(each["code"], each["needed"]) for each in refusals} == {("over-budget", L4_FEN)}
        assert await office.balance() == {
            "total": 7 * L4_FEN + 1, "committed": 7 * L4_FEN, "paid": 0, "recovered": 0, "free": 1,
        }  # fmt: skip
        # Recovered money can be spent again.
        paid = next(claim_id for claim_id, answer in zip(claims, answers, strict=True) if answer.status_code == 200)
        refused = next(claim_id for claim_id, answer in zip(claims, answers, strict=True) if answer.status_code == 409)
        await office.pay(paid)
        await office.recover(paid)
        assert (await office.approve(refused)).status_code == 200


class TestOnePerson:
    async def test_of_claims_drafted_at_once_for_one_person_one_gets_the_line(self, office: Office) -> None:
        [person] = people(1)
        # Each with other trainees before and after, so that the claims share only one of their lines.
        classes = [Taught([*people(2), person, *people(1)]) for _ in range(6)]
        await office.service.hear(*(fact for each in classes for fact in each.all_finished()))

        answers = await asyncio.gather(*(office.draft(each) for each in classes))

        assert {answer.status_code for answer in answers} == {201}
        codes = Counter(answer.json()["lines"][2]["refusal"] for answer in answers)
        assert codes == {None: 1, "C09": 5}
        assert sum(answer.json()["amount_fen"] for answer in answers) == (6 * 3 + 1) * L4_FEN

    async def test_the_trainings_of_a_year_are_counted_between_rivals_too(self, office: Office) -> None:
        [person] = people(1)
        classes = [Taught([person], occupation=f"4-10-01-0{number}") for number in range(1, 7)]
        await office.service.hear(*(fact for each in classes for fact in each.all_finished()))

        answers = await asyncio.gather(*(office.draft(each) for each in classes))

        codes = Counter(answer.json()["lines"][0]["refusal"] for answer in answers)
        assert codes == {None: 3, "C11": 3}

    async def test_one_post_sent_many_times_at_once_makes_one_claim(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())

        answers = await asyncio.gather(*(office.draft(taught) for _ in range(8)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(await office.service.told()) == 1


class TestOneClaim:
    async def test_of_many_payments_at_once_one_counts(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        await office.approve(claim_id)

        await open_account(office.service, claim_id)
        answers = await asyncio.gather(*(office.pay(claim_id) for _ in range(6)))

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
        assert (await office.balance())["paid"] == 2 * L4_FEN

    async def test_of_an_approval_and_a_rejection_at_once_one_wins(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        rejection = office.post(f"/v1/claims/{claim_id}/rejection", {"reason": "重复"}, office.reviewer())

        approved, rejected = await asyncio.gather(office.approve(claim_id), rejection)

        assert sorted([approved.status_code, rejected.status_code]) == [200, 409]
        committed = (await office.balance())["committed"]
        assert committed == (L4_FEN if approved.status_code == 200 else 0)
