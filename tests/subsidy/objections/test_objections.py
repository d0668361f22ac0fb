"""Objections over HTTP, on a real database: in time, late, after the payment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.subsidy.objections.usecases import erase_batch
from services.subsidy.review.usecases import approve_batch
from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    amounts,
    people,
)
from tests.subsidy.ladder import CALENDAR, PUBLIC_UNTIL, go_past_publicity, go_to, published
from tests.subsidy.office import Office

WORDS = "名单中第一名学员当月一直在外地，并未参加培训，电话13912345678"


async def object_to(office: Office, claim_id: str, line: int = 1, **changes: object) -> httpx.Response:
    content = {"claim_id": claim_id, "line": line, "text": WORDS} | changes
    return await office.post("/v1/objections", content, {})


async def the_only(office: Office) -> dict[str, Any]:
    [row] = (await office.get("/v1/objections", office.reviewer())).json()["rows"]
    return dict(row)


async def answer(office: Office, verdict: str, person: str = "third", **changes: object) -> httpx.Response:
    content = {"verdict": verdict, "reason": "核对签到与轨迹", "answer": "经核查情况属实"} | changes
    objection = await the_only(office)
    return await office.post(f"/v1/objections/{objection['id']}/answer", content, office.reviewer(person))


async def two_trainees(office: Office) -> tuple[Taught, str]:
    taught = Taught(people(2))
    await office.service.hear(*taught.all_finished())
    return taught, await published(office, taught)


class TestInTime:
    async def test_it_stops_its_line_until_it_is_answered_and_the_claim_waits(self, ladder: Office) -> None:
        _, claim_id = await two_trainees(ladder)

        filed = await object_to(ladder, claim_id)
        go_past_publicity(ladder)
        await approve_batch(ladder.service.engine, at=ladder.service.clock.now())
        waiting = (await ladder.get(f"/v1/claims/{claim_id}", ladder.reviewer())).json()
        early = await ladder.approve(claim_id, ladder.reviewer("third"))
        answered = await answer(ladder, "uphold")
        await approve_batch(ladder.service.engine, at=ladder.service.clock.now())
        approved = (await ladder.get(f"/v1/claims/{claim_id}", ladder.reviewer())).json()

        assert (filed.status_code, filed.json()["late"]) == (201, False)
        assert filed.json()["due_on"] == CALENDAR.after(TODAY, 5).isoformat()
        assert (waiting["status"], waiting["due_on"]) == ("objected", filed.json()["due_on"])
        assert (early.status_code, early.json()["code"]) == (409, "illegal-move")
        assert answered.json()["status"] == "upheld"
        assert (approved["status"], amounts(approved)) == ("approved", [(0, "OBJECTION"), (L4_FEN, None)])
        assert (await ladder.balance())["committed"] == L4_FEN

    async def test_dismissed_it_leaves_the_line_as_it_was(self, ladder: Office) -> None:
        _, claim_id = await two_trainees(ladder)
        receipt = (await object_to(ladder, claim_id)).json()["receipt"]

        await answer(ladder, "dismiss", answer="经核查不属实，手机13912345678")
        state = await ladder.post("/v1/objections/state", {"receipt": receipt.lower().replace("-", " ")}, {})
        go_past_publicity(ladder)
        approved = await ladder.approve(claim_id)

        assert (state.json()["status"], state.json()["answer"]) == ("dismissed", "经核查不属实，手机***")
        assert amounts(approved.json()) == [(L4_FEN, None), (L4_FEN, None)]

    async def test_a_claim_waits_for_each_of_several(self, ladder: Office) -> None:
        _, claim_id = await two_trainees(ladder)
        for line in (1, 2):
            assert (await object_to(ladder, claim_id, line)).status_code == 201
        rows = (await ladder.get("/v1/objections", ladder.reviewer())).json()["rows"]

        states = []
        for row in rows:
            content = {"verdict": "dismiss", "reason": "不属实", "answer": "不属实"}
            assert (
                await ladder.post(f"/v1/objections/{row['id']}/answer", content, ladder.reviewer("third"))
            ).is_success
            states.append((await ladder.get(f"/v1/claims/{claim_id}", ladder.reviewer())).json()["status"])

        assert states == ["objected", "publicity"]

    @pytest.mark.parametrize("person", ["clerk", "reviewer", "second"])
    async def test_nobody_answers_who_prepared_or_reviewed_the_claim(self, ladder: Office, person: str) -> None:
        _, claim_id = await two_trainees(ladder)
        await object_to(ladder, claim_id)

        refused = await answer(ladder, "dismiss", person)

        assert (refused.status_code, refused.json()["code"]) == (403, "same-person")

    async def test_a_rebuilt_claim_refuses_the_line_again(self, ladder: Office) -> None:
        taught, claim_id = await two_trainees(ladder)
        await object_to(ladder, claim_id)
        await answer(ladder, "uphold")

        await ladder.post(f"/v1/claims/{claim_id}/return", {"reason": "重新核对"}, ladder.reviewer())
        rebuilt = await ladder.post(f"/v1/claims/{claim_id}/rebuild", None, ladder.institution(taught))

        assert amounts(rebuilt.json()) == [(0, "OBJECTION"), (L4_FEN, None)]


class TestLate:
    async def test_one_day_after_the_publicity_it_says_so_and_stops_the_line_only_when_it_is_upheld(
        self, ladder: Office
    ) -> None:
        _, claim_id = await two_trainees(ladder)
        go_past_publicity(ladder)
        await ladder.approve(claim_id)

        filed = await object_to(ladder, claim_id)
        unchanged = (await ladder.get(f"/v1/claims/{claim_id}", ladder.reviewer())).json()
        await answer(ladder, "uphold")
        stopped = (await ladder.get(f"/v1/claims/{claim_id}", ladder.reviewer())).json()

        assert (filed.status_code, filed.json()["late"]) == (201, True)
        assert "publicity is over" in filed.json()["effect_en"]
        assert (unchanged["status"], unchanged["amount_fen"]) == ("approved", 2 * L4_FEN)
        assert (stopped["status"], amounts(stopped)) == ("approved", [(0, "OBJECTION"), (L4_FEN, None)])
        assert (await ladder.balance())["committed"] == L4_FEN

    async def test_on_the_last_public_day_it_is_in_time(self, ladder: Office) -> None:
        _, claim_id = await two_trainees(ladder)
        go_to(ladder, PUBLIC_UNTIL)

        assert (await object_to(ladder, claim_id)).json()["late"] is False

    async def test_after_the_payment_it_leads_to_a_proposal_to_recover_the_line(self, ladder: Office) -> None:
        _, claim_id = await two_trainees(ladder)
        go_past_publicity(ladder)
        await ladder.approve(claim_id)
        paid_on = PUBLIC_UNTIL + timedelta(days=1)
        assert (await ladder.pay(claim_id, on=paid_on)).status_code == 200

        await object_to(ladder, claim_id)
        await answer(ladder, "uphold")
        owed = (await ladder.get("/v1/owed-lines", ladder.finance())).json()["rows"]
        [proposal] = (await ladder.get("/v1/proposals?status=proposed", ladder.finance())).json()["rows"]

        assert [(row["line"], row["owed"]["check"]) for row in owed] == [(1, "OBJECTION")]
        assert (proposal["kind"], proposal["content"], proposal["subject"]) == (
            "recovery", {"lines": [1], "cause": "ground_lost"}, f"claims/{claim_id}",
        )  # fmt: skip


class TestRefused:
    async def test_what_was_never_public_is_not_found_and_what_pays_nothing_is_pointless(self, ladder: Office) -> None:
        taught = Taught(people(2))
        await ladder.service.hear(taught.completed(), taught.finished(0), taught.finished(1), taught.certified(0))
        claim_id = await ladder.submitted(taught)

        hidden = await object_to(ladder, claim_id)
        await ladder.approve(claim_id)
        await ladder.approve(claim_id, ladder.reviewer("second"))
        refused, unknown = await object_to(ladder, claim_id, 2), await object_to(ladder, claim_id, 3)
        await ladder.post(f"/v1/claims/{claim_id}/rejection", {"reason": "资料不实"}, ladder.reviewer("third"))
        rejected = await object_to(ladder, claim_id)

        assert (hidden.status_code, hidden.json()["code"]) == (404, "not-found")
        assert (refused.status_code, refused.json()["code"]) == (409, "objection-pointless")
        assert (unknown.status_code, rejected.status_code) == (404, 409)


class TestContact:
    async def test_it_is_read_with_a_reason_that_is_kept_and_erased_in_time(self, ladder: Office) -> None:
        _, claim_id = await two_trainees(ladder)
        filed = await object_to(ladder, claim_id, contact="微信 objector")
        objection = await the_only(ladder)
        path = f"/v1/objections/{objection['id']}"

        read = await ladder.post(f"{path}/contact-reading", {"reason": "核实时间"}, ladder.reviewer("third"))
        shown = (await ladder.get(path, ladder.reviewer())).json()
        later = TODAY + timedelta(days=180)
        assert await erase_batch(ladder.service.engine, at=ladder.service.clock.now() + timedelta(days=180))
        gone = (await ladder.get(path, ladder.reviewer())).json()

        assert filed.json()["contact_erased_on"] == later.isoformat()
        assert read.json() == {"contact": "微信 objector"}
        assert [(each["read_by"], each["reason"]) for each in shown["contact_readings"]] == [("third", "核实时间")]
        assert "13912345678" not in shown["text"]
        assert (shown["has_contact"], gone["has_contact"]) == (True, False)
        async with ladder.service.engine.connect() as connection:
            sealed = (await connection.execute(text("SELECT sealed FROM objection"))).scalar_one()
        assert "学员".encode() not in sealed
