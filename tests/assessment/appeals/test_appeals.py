"""Appeals of candidates over HTTP: in time, answered by who did not mark, and what an accepted one leads to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.kernel.callers import Role
from tests.assessment.centre import Centre, fail_row, pass_row, person_key, person_row
from tests.registry.school import set_today

GROUND = {"ground": "请求复核理论成绩"}
WHY = {"reason": "复核无误"}
BETTER = {"verdict": "accept", "reason": "漏加一题得分", "result": {"theory": 62, "skills": 70}}


@pytest.fixture
async def candidate(centre: Centre) -> str:
    """The first candidate of a concluded session, who failed."""
    session_id = await centre.examined(fail_row(1), pass_row(2))
    assert (await centre.conclude(session_id)).status_code == 200
    return (await centre.candidate_ids(session_id))["1"]


def holder(centre: Centre, order: int) -> dict[str, str]:
    return centre.service.tokens.of(Role.HOLDER, person=str(person_key(centre.service, order)))


async def appeal(centre: Centre, candidate_id: str) -> dict[str, Any]:
    answer = await centre.post(f"/candidates/{candidate_id}/appeals", GROUND, holder(centre, 1))
    assert answer.status_code == 201, answer.text
    filed: dict[str, Any] = answer.json()
    return filed


class TestFile:
    async def test_the_candidate_files_one_and_sees_it_and_nobody_else_does(
        self, centre: Centre, candidate: str
    ) -> None:
        filed, again = await appeal(centre, candidate), await appeal(centre, candidate)
        foreign = await centre.post(f"/candidates/{candidate}/appeals", GROUND, holder(centre, 2))

        assert (filed["status"], again["id"]) == ("open", filed["id"])
        assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign-person")
        own, other = [(await centre.get("/holder/appeals", holder(centre, order))).json()["rows"] for order in (1, 2)]
        assert ([each["id"] for each in own], other) == ([filed["id"]], [])
        assert [each["id"] for each in (await centre.get("/appeals")).json()["rows"]] == [filed["id"]]

    async def test_results_that_are_not_public_are_not_appealed_against(self, centre: Centre) -> None:
        session_id = await centre.examined(fail_row(1))
        candidate_id = (await centre.candidate_ids(session_id))["1"]

        answer = await centre.post(f"/candidates/{candidate_id}/appeals", GROUND, holder(centre, 1))

        assert (answer.status_code, answer.json()["code"]) == (409, "result-not-published")

    async def test_after_the_last_day_it_is_too_late(self, centre: Centre, candidate: str) -> None:
        at = await centre.service.rows("SELECT at FROM session_step WHERE verb = 'conclude'")
        last = date.fromordinal(at[0][0].date().toordinal() + 32)
        set_today(centre.service, last)

        answer = await centre.post(f"/candidates/{candidate}/appeals", GROUND, holder(centre, 1))

        assert (answer.status_code, answer.json()["code"]) == (409, "result-appeal-too-late")


class TestAnswer:
    async def test_who_marked_does_not_answer(self, centre: Centre, candidate: str) -> None:
        path = f"/appeals/{(await appeal(centre, candidate))['id']}/answer"

        marker = await centre.post(path, {"verdict": "reject"} | WHY)
        rejected = await centre.post(path, {"verdict": "reject"} | WHY, centre.colleague)
        again = await centre.post(path, {"verdict": "reject"} | WHY, centre.colleague)

        assert [(each.status_code, each.json().get("code")) for each in (marker, rejected, again)] == [
            (403, "marker-answers"), (200, None), (409, "illegal-move"),
        ]  # fmt: skip
        assert (rejected.json()["status"], rejected.json()["answer"]) == ("rejected", WHY["reason"])

    async def test_an_accepted_one_changes_the_mark_once_another_person_confirms_it(
        self, centre: Centre, candidate: str
    ) -> None:
        path = f"/appeals/{(await appeal(centre, candidate))['id']}/answer"

        without = await centre.post(path, {"verdict": "accept"} | WHY, centre.colleague)
        accepted = (await centre.post(path, BETTER, centre.colleague)).json()
        before = (await centre.get(f"/candidates/{candidate}")).json()
        confirmed = await centre.post(f"/proposals/{accepted['proposal_id']}/confirmation", None, centre.officer())

        assert without.json()["code"] == "appealed-result-missing"
        assert (accepted["status"], before["passed"]) == ("accepted", False)
        assert confirmed.status_code == 200, confirmed.text
        after = (await centre.get(f"/candidates/{candidate}")).json()
        assert (after["passed"], after["marks"]["theory"]) == (True, 62.0)
        assert len(await centre.certificates(after["session_id"])) == 2

    async def test_an_officer_has_it_answered_again_and_lists_what_is_overdue(
        self, centre: Centre, candidate: str
    ) -> None:
        filed = await appeal(centre, candidate)
        path, officer = f"/appeals/{filed['id']}", centre.officer(region="410102")
        await centre.post(f"{path}/answer", {"verdict": "reject"} | WHY, centre.colleague)

        foreign = await centre.post(f"{path}/reopening", WHY, centre.officer(region="410300"))
        reopened = await centre.post(f"{path}/reopening", WHY, officer)
        in_time = (await centre.get("/appeals?overdue=true", officer)).json()["rows"]
        set_today(centre.service, date.fromordinal(date.fromisoformat(filed["answer_by"]).toordinal() + 1))
        overdue = (await centre.get("/appeals?overdue=true", officer)).json()["rows"]

        assert (foreign.json()["code"], reopened.json()["status"], reopened.json()["answer"]) == (
            "foreign-region", "open", None,
        )  # fmt: skip
        assert (in_time, [each["id"] for each in overdue]) == ([], [filed["id"]])

    async def test_the_candidate_takes_it_back_and_appeals_again(self, centre: Centre, candidate: str) -> None:
        filed = await appeal(centre, candidate)

        withdrawn = await centre.post(f"/appeals/{filed['id']}/withdrawal", None, holder(centre, 1))
        late = await centre.post(f"/appeals/{filed['id']}/answer", {"verdict": "reject"} | WHY, centre.colleague)

        assert (withdrawn.json()["status"], late.json()["code"]) == ("withdrawn", "illegal-move")
        assert (await appeal(centre, candidate))["id"] != filed["id"]


class TestHolds:
    async def test_an_open_appeal_holds_the_certificate_of_its_candidate_alone(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1), pass_row(2), pass_row(3))
        ids = await centre.candidate_ids(session_id)
        assert (await centre.post(f"/sessions/{session_id}/publication")).status_code == 200
        first, second = [
            (await centre.post(f"/candidates/{ids[str(order)]}/appeals", GROUND, holder(centre, order))).json()
            for order in (1, 2)
        ]
        session = await centre.service.rows("SELECT public_until FROM session")
        if session[0][0] is not None:
            set_today(centre.service, date.fromordinal(session[0][0].toordinal() + 1))

        concluded = (await centre.conclude(session_id)).json()
        accept = {"verdict": "accept", "reason": "漏加一题得分", "result": {"theory": 75, "skills": 88.5}}
        accepted = await centre.post(f"/appeals/{first['id']}/answer", accept, centre.colleague)
        rejected = await centre.post(f"/appeals/{second['id']}/answer", {"verdict": "reject"} | WHY, centre.colleague)
        owed = (await centre.post(f"/sessions/{session_id}/certificates", None, centre.colleague)).json()
        proposal = accepted.json()["proposal_id"]
        assert (await centre.post(f"/proposals/{proposal}/confirmation", None, centre.officer())).status_code == 200
        rest = (await centre.post(f"/sessions/{session_id}/certificates", None, centre.colleague)).json()

        assert (concluded["passed"], concluded["certificates"]) == (3, 1)
        assert [(each["local_id"], each["cause"], each["id"]) for each in concluded["held"]] == [
            ("1", "appeal", first["id"]), ("2", "appeal", second["id"]),
        ]  # fmt: skip
        assert rejected.status_code == 200
        # The accepted one waits until another person has decided about its correction.
        assert (owed["certificates"], [each["local_id"] for each in owed["held"]]) == (1, ["1"])
        assert (rest["certificates"], rest["held"]) == (1, [])
        assert len(await centre.certificates(session_id)) == 3

    async def test_an_open_question_about_the_name_holds_it_as_well(self, centre: Centre) -> None:
        await centre.examined(fail_row(1))
        session_id = await centre.session(local_id="2025-E2")
        rows = [person_row(1, name="王大明"), person_row(2)]
        await centre.batch(f"/sessions/{session_id}/candidates", rows)
        await centre.batch(f"/sessions/{session_id}/results", [pass_row(1), pass_row(2)])

        concluded = (await centre.conclude(session_id)).json()
        [held] = concluded["held"]
        settled = {"name": "王大明", "reason": "已查验证件"}
        answer = await centre.post(f"/name-questions/{held['id']}/settlement", settled, centre.officer())
        owed = (await centre.post(f"/sessions/{session_id}/certificates", None, centre.colleague)).json()

        assert (concluded["certificates"], held["cause"], held["local_id"]) == (1, "name-question", "1")
        assert answer.status_code == 200, answer.text
        assert (owed["certificates"], owed["held"]) == (1, [])

    async def test_the_history_of_an_appeal_is_seen_by_its_candidate_its_body_and_its_officers(
        self, centre: Centre, candidate: str
    ) -> None:
        path = f"/appeals/{(await appeal(centre, candidate))['id']}"
        await centre.post(f"{path}/answer", {"verdict": "reject"} | WHY, centre.colleague)
        await centre.post(f"{path}/reopening", WHY, centre.officer(region="410102"))

        seen = [
            (await centre.get(f"{path}/history", headers)).json()["rows"]
            for headers in (holder(centre, 1), centre.own, centre.officer())
        ]
        foreign = [
            (await centre.get(f"{path}/history", headers)).json()["code"]
            for headers in (holder(centre, 2), centre.officer(region="410300"))
        ]

        assert [[each["verb"] for each in rows] for rows in seen] == [["reject", "reopen"]] * 3
        assert foreign == ["foreign-person", "foreign-region"]
