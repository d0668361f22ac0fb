"""Which classes each level looked at, beside the share that it has to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.registry.attending import run
from tests.registry.enrolling import code
from tests.registry.school import School, set_policy, trainee
from tests.registry.supervising import look, province, read, running_in

MARCH = {"first_on": "2025-03-01", "last_on": "2025-03-31"}


class TestCoverage:
    async def covered(self, school: School, headers: dict[str, str], **query: Any) -> dict[str, Any]:
        answer = await read(school, "patrols/coverage", headers=headers, **(MARCH | query))
        assert answer.status_code == 200, answer.text
        return {row["reporting_region"]: row for row in answer.json()}

    async def test_counts_each_class_once_for_each_level_that_looked(self, school: School) -> None:
        classes = [await school.run(local_id=f"C{number}") for number in range(3)]
        await school.file(local_id="never-opened")
        for class_id in classes[:2]:
            for local_id in ("first", "second"):
                await look(school, class_id, local_id=f"{local_id}-{class_id}")
        await look(school, classes[0], headers=school.officer("410100", person="city"))

        (row,) = (await self.covered(school, province(school))).values()

        assert (row["reporting_region"], row["classes"]) == ("410100", 3)
        assert [(each["level"], each["patrolled"], each["needed"], each["met"]) for each in row["levels"]] == [
            ("county", 2, 3, False), ("city", 1, 1, True), ("province", 0, 1, False),
        ]  # fmt: skip

    async def test_reaches_only_classes_that_ran_in_these_days_and_this_region(self, school: School) -> None:
        await school.run(local_id="C1")
        await running_in(school, "410103", local_id="C2")

        async def classes(headers: dict[str, str], **query: str) -> int:
            return sum(row["classes"] for row in (await self.covered(school, headers, **query)).values())

        assert await classes(province(school)) == await classes(school.officer("410100")) == 2
        assert await classes(school.officer()) == await classes(province(school), region="410103") == 1
        assert await classes(province(school), first_on="2025-03-20") == 2
        assert await classes(province(school), first_on="2025-03-21") == 0
        assert await classes(province(school), first_on="2025-02-01", last_on="2025-02-28") == 0

    async def test_a_reporting_region_without_counties_looks_in_their_stead(self, school: School) -> None:
        class_id = await running_in(school, "419001")
        await look(school, class_id, headers=school.officer("419001"))

        row = (await self.covered(school, province(school)))["419001"]

        assert [(each["level"], each["patrolled"]) for each in row["levels"]] == [
            ("county", 1), ("city", 1), ("province", 0),
        ]  # fmt: skip

    async def test_shows_each_county_beside_what_it_had_to_look_at(self, school: School) -> None:
        classes = [await school.run(local_id=f"C{number}") for number in range(2)]
        lagging = await running_in(school, "410103", local_id="C2")
        for class_id in classes:
            await look(school, class_id, local_id=class_id)
        await look(school, lagging, headers=school.officer("410100", person="city"))
        await run(
            school,
            """
            INSERT INTO policy_row (key, region, validity, value, status, source)
            VALUES ('patrol.county_share', '410102', '[2025-01-01,)', '0.5', 'test', 'test')
            """,
        )

        answer = await read(school, "patrols/coverage", headers=school.officer("410100"), **MARCH, by="region")

        assert [
            (row["reporting_region"], row["region"], row["classes"], *list(row["levels"][0].values())[1:])
            for row in answer.json()
        ] == [("410100", "410102", 2, 2, 0.5, 1, True), ("410100", "410103", 1, 0, 1, 1, False)]

    async def test_the_shares_are_policy(self, school: School) -> None:
        await school.run()
        await set_policy(school.registry, "patrol.county_share", "0")

        row = (await self.covered(school, school.officer()))["410100"]

        assert (row["levels"][0]["share"], row["levels"][0]["needed"], row["levels"][0]["met"]) == (0, 0, True)

    @pytest.mark.parametrize(
        ("query", "refused"),
        [
            ({"last_on": "2025-02-28"}, "period-ends-before-start"),
            ({"last_on": "2026-03-02"}, "coverage-too-long"),
            ({"first_on": "1900-01-01", "last_on": "2199-12-31"}, "coverage-too-long"),
            ({"first_on": "soon"}, "malformed-request"),
            ({"region": "999999"}, "unknown-region"),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("path", ["coverage", "uncovered"])
    async def test_a_wrong_question_is_refused(
        self, school: School, path: str, query: dict[str, str], refused: str
    ) -> None:
        answer = await read(school, f"patrols/{path}", headers=province(school), **(MARCH | query))

        assert code(answer) == (422, refused)

    async def test_is_for_officers_in_their_region(self, school: School) -> None:
        answers = [
            await read(school, f"patrols/{path}", headers=headers, **MARCH, region="410100")
            for path in ("coverage", "uncovered")
            for headers in (school.headers, school.officer())
        ]

        assert [code(answer)[1] for answer in answers] == ["wrong-role", "foreign-region"] * 2


class TestUncovered:
    async def listed(self, school: School, headers: dict[str, str], **query: Any) -> list[str]:
        """The schools' own names of the classes, over pages of two."""
        shown: list[str] = []
        while True:
            answer = await read(school, "patrols/uncovered", headers=headers, size=2, **(MARCH | query))
            assert answer.status_code == 200, answer.text
            shown += [row["local_id"] for row in answer.json()["rows"]]
            if answer.json()["next"] is None:
                return shown
            query["cursor"] = answer.json()["next"]

    async def test_lists_what_a_level_has_not_looked_at_and_what_ends_first_comes_first(self, school: School) -> None:
        ends = {"C1": "2025-03-20", "C2": "2025-03-18", "C3": "2025-03-19", "C4": "2025-03-17"}
        ids = {name: await school.run(local_id=name, ends_on=day) for name, day in ends.items()}
        await running_in(school, "410103", local_id="C5", ends_on="2025-03-16")
        await school.file(local_id="never-opened")
        await look(school, ids["C2"])
        await look(school, ids["C3"], headers=school.officer("410100", person="city"))

        assert await self.listed(school, school.officer()) == ["C4", "C3", "C1"]
        assert await self.listed(school, school.officer("410100")) == ["C5", "C4", "C2", "C1"]
        assert await self.listed(school, province(school)) == ["C5", "C4", "C2", "C3", "C1"]
        assert await self.listed(school, province(school), level="county") == ["C5", "C4", "C3", "C1"]
        assert await self.listed(school, province(school), level="city", region="410102") == ["C4", "C2", "C1"]
        assert await self.listed(school, province(school), first_on="2025-03-19") == ["C3", "C1"]
        assert await self.listed(school, province(school), first_on="2025-02-01", last_on="2025-02-28") == []

    async def test_leaves_what_coverage_does_not_count_as_looked_at(self, school: School) -> None:
        seen, _ = [await running_in(school, "419001", local_id=name) for name in ("seen", "missed")]
        await look(school, seen, headers=school.officer("419001"))

        (row,) = (await read(school, "patrols/coverage", headers=province(school), **MARCH)).json()

        for each in row["levels"]:
            listed = await self.listed(school, province(school), level=each["level"])
            assert len(listed) == row["classes"] - each["patrolled"]
        assert await self.listed(school, school.officer("419001")) == ["missed"]
        assert await self.listed(school, province(school), level="county") == ["missed"]

    async def test_a_completed_class_stays_until_somebody_says_that_it_was_looked_at(self, school: School) -> None:
        class_id = await school.run(trainee(1))
        await school.conclude(class_id, T1=60)
        assert (await school.post(f"classes/{class_id}/completion")).status_code == 200

        before = await self.listed(school, school.officer())
        assert (await look(school, class_id, present=1, findings=[])).status_code == 201

        assert (before, await self.listed(school, school.officer())) == (["2025-001"], [])
