"""Appeals of candidates over HTTP: in time, answered by who did not mark, and what an accepted one leads to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.kernel.callers import Role
from tests.assessment.centre import Centre, fail_row, pass_row, person_key
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
