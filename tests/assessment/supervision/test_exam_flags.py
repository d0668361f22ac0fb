"""Flags about exams over HTTP: raised with results, settled by officers, counted for the public; what holds an exam."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.assessment.consumers import apply, apply_for_exams
from services.assessment.supervision.usecases import look_at_some
from shared.contracts.registry.directory import InstitutionRegistered
from shared.kernel.ids import new_id
from tests.assessment.centre import Centre, a_class, pass_row
from tests.support.clock import now

WHY = {"reason": "已核查"}


async def flags(centre: Centre, query: str = "") -> list[dict[str, Any]]:
    """The flags, once the night has passed in which they are raised."""
    await look_at_some(centre.service.engine, at=now() + timedelta(days=1))
    rows: list[dict[str, Any]] = (await centre.get(f"/exam-flags{query}", centre.officer())).json()["rows"]
    return rows


@pytest.fixture
async def flagged(centre: Centre) -> str:
    """A concluded session in which everybody passed with the same marks."""
    session_id = await centre.examined(*(pass_row(order) for order in range(1, 22)))
    assert (await centre.conclude(session_id)).status_code == 200
    return session_id


class TestFlags:
    async def test_they_are_raised_with_evidence_owner_and_deadline(self, centre: Centre, flagged: str) -> None:
        rows = await flags(centre)

        assert {each["kind"]: each["facts"] for each in rows} == {
            "all-passed": {"with_marks": 21}, "identical-marks": {"identical": 21, "with_marks": 21},
            "pile-up-at-pass-mark": {"part": "theory", "near": 21, "with_marks": 21},
        }  # fmt: skip
        assert {(each["session_id"], each["region"], each["status"], each["holds"]) for each in rows} == {
            (flagged, "410102", "open", False)
        }
        assert all(each["due_on"] > each["raised_at"][:10] for each in rows)
        assert await flags(centre, "?overdue=true") == []
        assert (await centre.get("/exam-flags")).json()["code"] == "wrong-role"
        assert (await centre.get("/exam-flags", centre.officer(region="410300"))).json()["rows"] == []

    async def test_an_officer_settles_reopens_and_assigns_them(self, centre: Centre, flagged: str) -> None:
        path = f"/exam-flags/{(await flags(centre))[0]['id']}"
        upheld = {"verdict": "uphold"} | WHY

        async def step(noun: str, content: object, region: str = "410102") -> Any:
            answer = await centre.post(f"{path}/{noun}", content, centre.officer(region=region))
            return answer.json().get("code") or answer.json()["status"]

        assert await step("settlement", upheld, region="410300") == "foreign-region"
        assert await step("assignment", {"person": "eve"} | WHY) == "open"
        assert await step("settlement", upheld) == "upheld"
        assert [await step("settlement", upheld), await step("assignment", {"person": "bob"} | WHY)] == [
            "illegal-move", "exam-flag-settled",
        ]  # fmt: skip
        assert await step("reopening", WHY) == "open"
        assert await step("settlement", {"verdict": "dismiss"} | WHY) == "dismissed"
        steps = (await centre.get(f"{path}/history", centre.officer())).json()["rows"]
        assert [each["verb"] for each in steps] == ["assign", "uphold", "reopen", "dismiss"]

    async def test_hit_rates_are_public(self, centre: Centre, flagged: str) -> None:
        rows = await flags(centre)
        for each, verdict in zip(rows, ("uphold", "dismiss"), strict=False):
            content = {"verdict": verdict} | WHY
            await centre.post(f"/exam-flags/{each['id']}/settlement", content, centre.officer())
        day = rows[0]["raised_at"][:10]
        days = f"first_on={day[:8]}01&last_on={day[:4]}-12-31"

        answer = await centre.service.http.get(f"/v1/exam-flag-rates?{days}")
        too_long = await centre.service.http.get("/v1/exam-flag-rates?first_on=2024-01-01&last_on=2025-12-31")

        found = {each["kind"]: (each["raised"], each["upheld_permille"]) for each in answer.json()["rows"]}
        assert found[rows[0]["kind"]] == (1, 1000)
        assert found[rows[1]["kind"]] == (1, 0)
        assert found[rows[2]["kind"]] == (1, None)
        assert too_long.json()["code"] == "exam-flag-rates-too-long"


class TestFeesAndRelations:
    async def test_a_fee_is_flagged_where_the_assessment_is_subsidised(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        path = f"/sessions/{session_id}/fee"

        await centre.post(path, {"fee_fen": 16000, "subsidised": False})
        nothing = await flags(centre)
        await centre.post(path, {"fee_fen": 16000, "subsidised": True})

        assert nothing == []
        assert [(each["kind"], each["check"], each["facts"]) for each in await flags(centre)] == [
            ("fee-although-subsidised", "C26", {"fee_fen": 16000})
        ]

    @pytest.mark.parametrize("declared", [False, True], ids=["one legal person", "declared"])
    async def test_a_related_trainer_is_flagged(self, centre: Centre, *, declared: bool) -> None:
        institution, class_id = new_id(), new_id()
        code = "91410100MA44AAAA0X" if declared else centre.body["credit_code"]
        async with centre.service.engine.begin() as connection:
            told = a_class(class_id, institution_id=institution)
            await apply(connection, [told])
            await apply_for_exams(connection, [told, an_institution(institution, code)])
        relation = {"institution_code": code, "ground": "同一实际控制人"}
        if declared:
            answer = await centre.post(f"/bodies/{centre.body['id']}/relations", relation)
            again = await centre.post(f"/bodies/{centre.body['id']}/relations", relation)
            assert (answer.status_code, again.json()["id"]) == (201, answer.json()["id"])
        session_id = await centre.examined(pass_row(1), class_id=str(class_id))
        await centre.conclude(session_id)

        [flag] = await flags(centre)

        assert (flag["kind"], flag["check"]) == ("related-trainer", "C23")
        assert flag["facts"]["ground"] == ("declared" if declared else "one-legal-person")
        if declared:
            ended = await centre.post(f"/relations/{flag['facts']['relation_id']}/ending", WHY, centre.officer())
            assert (ended.status_code, ended.json()["ending_reason"]) == (200, WHY["reason"])

    async def test_a_trainer_that_the_body_took_over_is_related_as_well(self, centre: Centre) -> None:
        former, follower, class_id = new_id(), new_id(), new_id()
        told = a_class(class_id, institution_id=former)
        code = "91410100MA44AAAA0X"
        institutions = [
            an_institution(former, code, succeeded_by=follower),
            an_institution(follower, centre.body["credit_code"]),
        ]
        async with centre.service.engine.begin() as connection:
            await apply(connection, [told, *institutions])
            await apply_for_exams(connection, [told, *institutions])
        session_id = await centre.examined(pass_row(1), class_id=str(class_id))
        await centre.conclude(session_id)

        [flag] = await flags(centre)

        assert (flag["kind"], flag["facts"]) == ("related-trainer", {"ground": "one-legal-person"})


class TestNights:
    async def test_a_session_is_looked_at_in_the_night_after_it_and_a_burst_is_one_flag(self, centre: Centre) -> None:
        """The burst of 25 batches within two months of the filing. Source: domain rules §4.6 [20c]."""
        sessions = [await centre.examined(pass_row(1), local_id=f"B{n}", held_on="2020-01-31") for n in range(22)]
        for session_id in sessions:
            assert (await centre.conclude(session_id)).status_code == 200
        today = now()

        assert await look_at_some(centre.service.engine, at=today) is False
        assert (await centre.get("/exam-flags", centre.officer())).json()["rows"] == []
        rows = await flags(centre)
        bursts = [each for each in rows if each["kind"] == "burst-after-filing"]
        assert [(each["body_id"], each["facts"]) for each in bursts] == [
            (centre.body["id"], {"sessions": 22, "candidates": 22})
        ]
        later = await centre.examined(pass_row(2), local_id="B99", held_on="2020-02-02")
        await centre.conclude(later)
        assert len([each for each in await flags(centre) if each["kind"] == "burst-after-filing"]) == 1
        assert await centre.service.rows("SELECT session_id FROM session_to_look") == []


def an_institution(institution_id: Any, code: str, *, succeeded_by: UUID | None = None) -> InstitutionRegistered:
    return InstitutionRegistered(
        subject=f"institutions/{institution_id}", version=1, at=a_class(institution_id).at,
        institution_id=institution_id, credit_code=code, name="某培训学校", kind="school", region="410102",
        reporting_region="410100", closed_from=date(2024, 1, 1) if succeeded_by else None, succeeded_by=succeeded_by,
    )  # fmt: skip


class TestInspections:
    async def test_a_finding_holds_the_conclusion_until_it_is_dismissed(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        path, officer = f"/sessions/{session_id}/inspections", centre.officer(region="410102")
        seen = {"manner": "video", "inspected_on": "2025-06-30", "found": "监控缺失一小时"}

        await centre.post(path, seen | {"manner": "on_site"}, officer)
        finding = (await centre.post(path, seen | {"holds": True}, officer)).json()
        held = await centre.conclude(session_id)
        settlement = f"/exam-flags/{finding['flag_id']}/settlement"
        await centre.post(settlement, {"verdict": "uphold"} | WHY, officer)
        still = await centre.conclude(session_id)
        await centre.post(f"/exam-flags/{finding['flag_id']}/reopening", WHY, officer)
        await centre.post(settlement, {"verdict": "dismiss"} | WHY, officer)
        concluded = await centre.conclude(session_id)

        assert [(each.status_code, each.json()["code"]) for each in (held, still)] == [(409, "session-held")] * 2
        assert held.json()["flag_id"] == finding["flag_id"]
        assert concluded.json()["certificates"] == 1
        shown = (await centre.get(path)).json()
        assert [(each["manner"], each["flag_id"]) for each in shown] == [
            ("on_site", None),
            ("video", finding["flag_id"]),
        ]

    async def test_a_day_to_come_and_another_region_are_refused(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        seen = {"manner": "video", "inspected_on": "2099-06-30", "found": "监控缺失"}

        answers = [
            await centre.post(f"/sessions/{session_id}/inspections", seen, centre.officer(region=region))
            for region in ("410102", "410300")
        ]

        assert [each.json()["code"] for each in answers] == ["exam-inspected-to-come", "foreign-region"]
