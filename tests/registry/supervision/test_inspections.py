"""Inspections over HTTP: hazards of an institution or a site, from the finding to the recheck."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from shared.contracts.registry.supervision import FindingState
from tests.registry.enrolling import code
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, open_school, set_policy, set_today
from tests.registry.supervising import province, read, recheck, rectify
from tests.registry.supervision.test_attachments import attach
from tests.registry.supervision.test_safety import ready_to_start

HAZARD = {"severity": "critical", "found": "疏散通道被堵"}


async def inspect(school: School, *, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    content = {"local_id": "I1", "inspected_at": "2025-03-01T01:00:00Z", "hazards": [HAZARD]} | changes
    return await school.post(f"institutions/{school.id}/inspections", content, headers=headers or school.officer())


async def hazard(school: School, **changes: Any) -> str:
    """The id of the hazard of a new inspection."""
    answer = await inspect(school, **changes)
    assert answer.status_code == 201, answer.text
    finding_id: str = answer.json()["hazards"][0]["id"]
    return finding_id


class TestRecord:
    async def test_its_hazards_are_findings_with_a_grade_and_a_due_day(self, school: School) -> None:
        site_id = await add_site(school)

        recorded = (await inspect(school, site_id=site_id)).json()

        (found,) = recorded["hazards"]
        assert (found["severity"], found["due_on"], found["class_id"], found["patrol_id"]) == (
            "critical", "2025-03-16", None, None,
        )  # fmt: skip
        assert (found["inspection_id"], found["site_id"], found["level"]) == (recorded["id"], site_id, "county")
        listed = (await read(school, "findings", inspection_id=recorded["id"])).json()["rows"]
        assert listed == [found] == (await read(school, "findings", site_id=site_id, overdue=True)).json()["rows"]
        assert (await read(school, f"inspections/{recorded['id']}", headers=school.headers)).json() == recorded
        own = (await read(school, "inspections", headers=school.headers)).json()["rows"]
        assert [row["id"] for row in own] == [recorded["id"]]
        assert [fact for fact in await school.registry.told() if isinstance(fact, FindingState)] == []

    async def test_a_repeat_answers_the_first_and_other_content_is_refused(self, school: School) -> None:
        first = await inspect(school)

        assert (await inspect(school)).json() == first.json()
        assert code(await inspect(school, note="另查")) == (409, "local-id-taken")
        assert code(await inspect(school, hazards=[HAZARD, HAZARD])) == (409, "local-id-taken")

    async def test_what_cannot_be_is_refused(self, school: School) -> None:
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        foreign_site = await add_site(stranger)

        answers = [
            await inspect(school, inspected_at="2199-01-01T09:00:00+08:00"),
            await inspect(school, site_id=foreign_site),
            await inspect(school, hazards=[HAZARD | {"due_on": "2025-02-28"}]),
            await inspect(school, headers=school.headers),
            await inspect(school, headers=school.officer("410103")),
        ]

        assert [code(answer)[1] for answer in answers] == [
            "inspection-ahead", "not-found", "finding-due-too-early", "wrong-role", "foreign-region",
        ]  # fmt: skip


class TestWayToTheEnd:
    async def test_a_hazard_is_rectified_rechecked_and_reopened_where_that_was_wrong(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 2))
        finding_id = await hazard(school)

        evidence = await attach(school, f"findings/{finding_id}", headers=school.headers)
        steps = [await rectify(school, finding_id), await recheck(school, finding_id)]
        reopened = await school.post(f"findings/{finding_id}/reopening", {"said": "看错了"}, headers=school.officer())

        assert evidence.status_code == 201, evidence.text
        content = await read(school, f"attachments/{evidence.json()['id']}/content")
        assert content.status_code == 200
        assert [step.json()["status"] for step in steps] == ["rectified", "closed"]
        assert (reopened.json()["status"], reopened.json()["due_on"]) == ("open", "2025-03-17")
        shown = (await read(school, f"findings/{finding_id}")).json()
        assert [step["verb"] for step in shown["history"]] == ["open", "rectify", "pass", "reopen"]
        again = await school.post(f"findings/{finding_id}/reopening", {"said": "看错了"}, headers=school.officer())
        assert code(again) == (409, "illegal-move")

    async def test_a_higher_levels_hazard_is_not_reopened_by_a_lower_one(self, school: School) -> None:
        finding_id = await hazard(school, headers=province(school))

        answer = await school.post(f"findings/{finding_id}/reopening", {"said": "看错了"}, headers=school.officer())

        assert code(answer) == (403, "finding-of-higher-level")

    async def test_it_is_given_to_an_officer_and_back(self, school: School) -> None:
        finding_id = await hazard(school)
        path = f"findings/{finding_id}/assignment"

        for person in ("lee", "lee", None):
            given = {"reason": "片区", **({} if person is None else {"person": person})}
            answer = await school.post(path, given, headers=school.officer())
            assert (answer.json()["assigned_to"], answer.json()["version"]) == (person, 1)
            mine = (await read(school, "findings", assigned_to="lee")).json()["rows"]
            assert [row["id"] for row in mine] == ([finding_id] if person else [])

        shown = (await read(school, f"findings/{finding_id}")).json()
        assert [each["assigned_to"] for each in shown["assignments"]] == ["lee", None]
        assert code(await school.post(path, {"reason": "片区"})) == (403, "wrong-role")


class TestStart:
    @pytest.mark.parametrize("required", ["yes", "no"])
    async def test_by_policy_no_class_starts_beside_a_critical_hazard(self, school: School, required: str) -> None:
        await set_policy(school.registry, "safety.hazards_closed_required", required)
        site_id = await add_site(school)
        class_id = await ready_to_start(school)
        # At a site where the class is not, a hazard does not concern it.
        await hazard(school, local_id="I0", site_id=site_id)
        finding_id = await hazard(school)

        answer = await school.post(f"classes/{class_id}/start")

        if required == "no":
            assert answer.status_code == 200
        else:
            assert code(answer) == (409, "hazards-open")
            assert answer.json()["findings"] == [finding_id]
            await rectify(school, finding_id)
            await recheck(school, finding_id)
            assert (await school.post(f"classes/{class_id}/start")).status_code == 200
