"""Lists of findings: by the day on which they are due, overdue ones, and nobody else's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.kernel.callers import Role
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_today
from tests.registry.supervising import FOUND, look, province, read, recheck, rectify, running, running_in


class TestList:
    async def listed(self, school: School, headers: dict[str, str] | None = None, **query: Any) -> list[str]:
        """What the findings say, over pages of two."""
        shown: list[str] = []
        while True:
            answer = await read(school, "findings", headers=headers, size=2, **query)
            assert answer.status_code == 200, answer.text
            shown += [row["found"] for row in answer.json()["rows"]]
            if answer.json()["next"] is None:
                return shown
            query["cursor"] = answer.json()["next"]

    async def made(self, school: School, class_id: str, region: str, *days: str) -> list[str]:
        findings = [FOUND | {"found": f"{region} {day}", "due_on": f"2025-03-{day}"} for day in days]
        answer = await look(school, class_id, headers=school.officer(region, person=region), findings=findings)
        assert answer.status_code == 201, answer.text
        assert {finding["patrol_id"] for finding in answer.json()["findings"]} == {answer.json()["id"]}
        return [finding["id"] for finding in answer.json()["findings"]]

    async def test_runs_by_the_day_that_is_due_and_narrows_to_what_is_asked(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 15))
        one, other = await running(school), await running_in(school, "410103", local_id="C2")
        _, due_last, _ = await self.made(school, one, "410102", "16", "18", "14")
        due_first, _ = await self.made(school, other, "410103", "12", "15")
        await rectify(school, due_first)
        await rectify(school, due_last)
        await recheck(school, due_last)

        everything = ["410103 12", "410102 14", "410103 15", "410102 16", "410102 18"]
        assert await self.listed(school, province(school)) == everything
        assert await self.listed(school, school.officer("410100")) == await self.listed(school, school.headers)
        assert await self.listed(school) == ["410102 14", "410102 16", "410102 18"]
        assert await self.listed(school, province(school), region="410103") == ["410103 12", "410103 15"]
        assert await self.listed(school, school.headers, class_id=other) == ["410103 12", "410103 15"]
        assert await self.listed(school, province(school), status="open") == everything[1:4]
        assert await self.listed(school, province(school), status="rectified") == everything[:1]
        assert await self.listed(school, school.headers, status="closed") == everything[4:]
        assert await self.listed(school, province(school), overdue=True) == everything[:2]
        assert await self.listed(school, overdue=True, status="open") == everything[1:2]

    async def test_narrows_to_one_patrol_and_for_officers_to_one_institution(self, school: School) -> None:
        one, other = await running(school), await running_in(school, "410103", local_id="C2")
        await self.made(school, one, "410102", "16")
        (finding_id,) = await self.made(school, other, "410103", "12")
        patrol_id = (await read(school, f"findings/{finding_id}", headers=province(school))).json()["patrol_id"]

        assert await self.listed(school, province(school), patrol_id=patrol_id) == ["410103 12"]
        assert await self.listed(school, school.officer(), patrol_id=patrol_id) == []
        assert await self.listed(school, province(school), institution_id=school.id) == ["410103 12", "410102 16"]
        assert await self.listed(school, province(school), institution_id=finding_id) == []

    async def test_what_is_closed_is_overdue_no_more(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 15))
        (finding_id,) = await self.made(school, await running(school), "410102", "14")
        shown = [(await read(school, f"findings/{finding_id}")).json()["overdue"]]

        await rectify(school, finding_id)
        await recheck(school, finding_id)

        shown += [(await read(school, f"findings/{finding_id}")).json()["overdue"]]
        assert shown == [True, False]
        assert await self.listed(school, overdue=True) == []

    async def test_an_institution_sees_no_others(self, school: School) -> None:
        class_id = await running(school)
        await look(school, class_id)
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        assert await self.listed(school, stranger.headers, class_id=class_id) == []
        refused = await read(school, "findings", headers=stranger.headers, institution_id=school.id)
        assert refused.json()["code"] == "foreign-organisation"

    @pytest.mark.parametrize(
        ("role", "region", "query", "refused"),
        [
            (Role.COUNTY_OFFICER, "410102", {"region": "410100"}, "foreign-region"),
            (Role.COUNTY_OFFICER, None, {}, "unauthenticated"),
            (Role.COUNTY_OFFICER, "330000", {}, "foreign-region"),
            (Role.PROVINCE, "330000", {}, "foreign-region"),
            (Role.PROVINCE, "410102", {}, "foreign-region"),
            (Role.PROVINCE, "410000", {"region": "999999"}, "unknown-region"),
            (Role.PROVINCE, "410000", {"cursor": "!"}, "wrong-cursor"),
            (Role.PROVINCE, "410000", {"status": "gone"}, "malformed-request"),
            (Role.INSTITUTION, None, {}, "unauthenticated"),
            (Role.FINANCE, "410000", {}, "wrong-role"),
        ],
    )
    async def test_without_the_right_or_sense_is_refused(
        self, school: School, role: Role, region: str | None, query: dict[str, str], refused: str
    ) -> None:
        answer = await read(school, "findings", headers=school.registry.tokens.of(role, region=region), **query)

        assert answer.json()["code"] == refused
