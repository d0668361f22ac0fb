"""Recoveries over HTTP, on a real database."""

from __future__ import annotations

from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office


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
