"""Who became due after the claim of their class is claimed for by a further one; drafts are given up, or expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from services.subsidy.claims.usecases import steps
from shared.contracts.subsidy.claims import ClaimWithdrawn
from tests.subsidy.builders import (
    L4_FEN,
    NOW,
    TODAY,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office
from tests.support.persons import rekeyed


async def names(office: Office, taught: Taught, name: str) -> None:
    await office.service.hear(taught.institution(name))


async def withdraw(office: Office, claim_id: str, taught: Taught) -> httpx.Response:
    return await office.post(f"/v1/claims/{claim_id}/withdrawal", {"reason": "误建"}, office.institution(taught))


def enrolments(answer: dict[str, Any]) -> list[str]:
    return [each["enrolment_id"] for each in answer["lines"]]


class TestSupplement:
    async def test_a_late_certificate_is_claimed_for_after_the_class_was_paid(self, office: Office) -> None:
        taught = Taught(people(3))
        await office.service.hear(
            *(taught.finished(place) for place in range(3)), taught.certified(0), taught.completed()
        )
        first = await office.paid(taught)
        await office.service.hear(taught.certified(1))

        drafted = (await office.draft(taught, "c-2")).json()

        assert drafted["supplements"] == first
        assert enrolments(drafted) == [str(each) for each in taught.enrolments[1:]]
        assert amounts(drafted) == [(L4_FEN, None), (0, "C12")]
        assert (await office.submit(drafted["id"], taught)).status_code == 200
        assert (await office.approve(drafted["id"])).status_code == 200
        assert (await office.pay(drafted["id"])).json()["amount_fen"] == L4_FEN
        assert (await office.balance())["paid"] == 2 * L4_FEN

    async def test_there_is_none_while_the_first_claim_is_on_its_way_or_everybody_has_one(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        on_its_way = await office.draft(taught, "c-2")
        await office.approve(claim_id)
        approved = await office.draft(taught, "c-2")
        await office.pay(claim_id)
        everybody = await office.draft(taught, "c-2")

        for answer in (on_its_way, approved, everybody):
            assert (answer.status_code, answer.json()["code"]) == (409, "class-already-claimed")
            assert answer.json()["claim_id"] == claim_id

    async def test_re_keyed_and_recovered_the_line_of_the_right_person_is_claimed_for(self, office: Office) -> None:
        wrong, right, other = people(3)
        taught = Taught([wrong, other])
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        right_one = replace(taught, persons=[right, other])
        await office.service.hear(rekeyed(taught.finished(0), right), right_one.certified(0))
        await office.recover(claim_id, [1])

        drafted = (await office.draft(taught, "c-2")).json()

        assert (enrolments(drafted), amounts(drafted)) == ([str(taught.enrolments[0])], [(L4_FEN, None)])
        rows = await office.service.rows("SELECT person FROM claim_line WHERE live AND amount_fen > 0")
        assert {row.person for row in rows} == {right, other}
        await office.submit(drafted["id"], taught)
        await office.approve(drafted["id"])
        assert (await office.pay(drafted["id"])).status_code == 200
        assert await office.balance() == {
            "total": 10**10, "committed": 3 * L4_FEN, "paid": 3 * L4_FEN, "recovered": L4_FEN,
            "free": 10**10 - 2 * L4_FEN,
        }  # fmt: skip

    async def test_all_lines_recovered_the_class_can_be_claimed_for_again(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        assert (await office.recover(claim_id)).json()["status"] == "recovered"

        assert amounts((await office.draft(taught, "c-2")).json()) == [(L4_FEN, None), (L4_FEN, None)]

    async def test_a_rebuilt_supplement_leaves_out_what_others_pay(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(taught.finished(0), taught.finished(1), taught.certified(0), taught.completed())
        await office.paid(taught)
        drafted = (await office.draft(taught, "c-2")).json()
        await office.service.hear(taught.certified(1))

        rebuilt = await office.post(f"/v1/claims/{drafted['id']}/rebuild", None, office.institution(taught))

        assert (amounts(drafted), amounts(rebuilt.json())) == ([(0, "C12")], [(L4_FEN, None)])


class TestDrafts:
    async def test_given_up_it_holds_nothing_and_the_class_is_free_again(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        first = (await office.draft(taught)).json()["id"]

        withdrawn = await withdraw(office, first, taught)
        again = await office.draft(taught, "c-2")

        assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
        assert amounts(again.json()) == [(L4_FEN, None)]
        assert again.json()["supplements"] is None
        assert (await withdraw(office, first, taught)).json()["code"] == "illegal-move"
        assert [type(each) for each in await office.service.told()].count(ClaimWithdrawn) == 1

    async def test_what_was_handed_in_is_not_given_up(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        assert (await withdraw(office, claim_id, taught)).json()["code"] == "illegal-move"
        await office.post(f"/v1/claims/{claim_id}/return", {"reason": "材料不全"}, office.reviewer())
        assert (await withdraw(office, claim_id, taught)).status_code == 200

    async def test_a_line_that_another_draft_refuses_says_whose_and_until_when(self, office: Office) -> None:
        [person] = people(1)
        first, second = Taught([person]), Taught([person])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        await names(office, first, "第一职业培训学校")
        holder = (await office.draft(first)).json()

        [refused] = (await office.draft(second)).json()["lines"]

        until = (TODAY + timedelta(days=30)).isoformat()
        assert holder["held_until"] == until
        assert refused["refusal"] == "C09"
        assert refused["held_by"] == [{
            "claim_id": holder["id"], "kind": "training", "institution": "第一职业培训学校", "status": "draft",
            "until": until,
            "paid_on": None,
            "occupation": first.occupation, "award": "L4", "level": "L4",
        }]  # fmt: skip

    async def test_a_draft_expires_after_its_days_and_not_before(self, office: Office) -> None:
        [person] = people(1)
        first, second = Taught([person]), Taught([person])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        claim_id = (await office.draft(first)).json()["id"]
        engine = office.service.engine

        assert not await steps.expire(engine, at=NOW + timedelta(days=30))
        assert amounts((await office.draft(second)).json()) == [(0, "C09")]
        assert await steps.expire(engine, at=NOW + timedelta(days=31))
        assert not await steps.expire(engine, at=NOW + timedelta(days=31))

        claim = (await office.get(f"/v1/claims/{claim_id}", office.institution(first))).json()
        assert (claim["status"], claim["history"][-1]["verb"], claim["held_until"]) == ("withdrawn", "expire", None)
        assert amounts((await office.draft(second, "c-2")).json()) == [(L4_FEN, None)]

    async def test_what_was_handed_in_never_expires(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        await office.submitted(taught)

        assert not await steps.expire(office.service.engine, at=NOW + timedelta(days=400))
