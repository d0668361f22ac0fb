"""The first catalogue, policy rows and the calendar over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.registry.plan.usecases import plan
from shared.contracts.registry.plan import ProjectListed
from tests.registry.conftest import PLAN
from tests.registry.directory.directory import PROJECT
from tests.registry.plan.catalogue import again, enter, get, project, propose, put, row
from tests.registry.school import School
from tests.support.clock import now
from tests.support.services import ServiceUnderTest


class TestProjects:
    async def test_anybody_may_look_them_up_by_occupation_level_and_day(self, school: School) -> None:
        async def found(**query: Any) -> list[str]:
            answer = await school.registry.http.get("/v1/projects", params=query, headers=school.headers)
            return [each["code"] for each in answer.json()["rows"]]

        assert PROJECT in await found(occupation="4-10-01-05")
        assert await found(occupation="4-10-01-05", level="L4", on="2025-03-01") == [PROJECT]
        assert await found(occupation="4-10-01-05", level="L4", on="2024-12-31") == []

    async def test_come_a_page_at_a_time_by_code(self, registry: ServiceUnderTest) -> None:
        everything = [each["code"] for each in (await get(registry, "projects", size=500))["rows"]]
        found: list[str] = []
        query: dict[str, Any] = {"size": 7}
        while True:
            page = await get(registry, "projects", **query)
            found += [each["code"] for each in page["rows"]]
            if page["next"] is None:
                break
            query["cursor"] = page["next"]

        assert found == everything == sorted(everything)

    async def test_one_is_listed_changed_and_ended_by_the_province_and_told_each_time(
        self, registry: ServiceUnderTest
    ) -> None:
        answers = [
            await put(registry, project()),
            await put(registry, project()),
            await put(registry, project(version=1, is_scarce=False)),
            await put(registry, project(version=2, is_scarce=False, last_on="2026-12-31")),
        ]

        assert [answer.json()["version"] for answer in answers] == [1, 1, 2, 3]
        told = [fact for fact in await registry.told() if isinstance(fact, ProjectListed)]
        assert [(fact.version, fact.is_scarce, str(fact.last_on)) for fact in told] == [
            (1, True, "None"), (2, False, "None"), (3, False, "2026-12-31"),
        ]  # fmt: skip
        assert (await get(registry, "projects/DRONE-L4"))["last_on"] == "2026-12-31"

    async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, registry: ServiceUnderTest) -> None:
        await put(registry, project())

        answers = await asyncio.gather(*(put(registry, project(version=1, hours_min=60 + each)) for each in range(4)))

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert (await put(registry, project(hours_min=99))).json()["code"] == "stale"

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"last_on": "2025-12-31"}, "period-ends-before-start"),
            ({"occupation": "4-02"}, "malformed-occupation"),
            ({"level": "L9"}, "unknown-level"),
            ({"hours_min": 0}, "malformed-request"),
            ({"colour": "red"}, "malformed-request"),
        ],
        ids=str,
    )
    async def test_wrong_particulars_are_refused(
        self, registry: ServiceUnderTest, wrong: dict[str, object], code: str
    ) -> None:
        answer = await put(registry, project(**wrong))

        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_are_the_provinces_to_change(self, school: School) -> None:
        answer = await put(school.registry, project(), headers=school.officer())

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


class TestPolicyRows:
    async def test_what_holds_is_the_row_of_the_nearest_region(self, registry: ServiceUnderTest) -> None:
        async def seats_max(**query: Any) -> list[tuple[str, str]]:
            rows = await get(registry, "policy-rows", **query)
            return [(each["value"], each["region"]) for each in rows if each["key"] == "class.seats_max"]

        assert (await enter(registry, row())).status_code == 200

        assert await seats_max() == [("60", "410000"), ("45", "410102")]
        assert await seats_max(region="410102", on="2026-07-01") == [("45", "410102")]
        assert await seats_max(region="410102", on="2026-06-30") == [("60", "410000")]
        assert await seats_max(region="410103", on="2026-07-01") == [("60", "410000")]
        assert len(await seats_max(on="2026-07-01")) == 2

    async def test_the_plan_loaded_again_leaves_what_the_province_has_entered(self, registry: ServiceUnderTest) -> None:
        await enter(registry, row(region="410000"))
        changed = await get(registry, f"projects/{PROJECT}")
        await put(registry, again(changed, hours_min=80, last_on="2026-06-30"), code=PROJECT)
        later = await get(registry, "projects/4-10-01-05-L3")
        await put(registry, again(later, first_on="2026-01-01"), code="4-10-01-05-L3")
        before = await get(registry, "policy-rows"), await get(registry, "projects", size=500)

        async with registry.engine.begin() as connection:
            loaded = await plan.load(connection, PLAN, at=now())

        assert loaded.changed == 0
        assert (await get(registry, "policy-rows"), await get(registry, "projects", size=500)) == before

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"key": "class.colour"}, "unknown-policy-key"),
            ({"value": "many"}, "wrong-policy-value"),
            ({"region": "999999"}, "unknown-region"),
            ({"last_on": "2026-06-30"}, "period-ends-before-start"),
            ({"source": ""}, "malformed-request"),
            ({"reason": None}, "past-needs-reason"),
            ({"key": "calendar.worked", "value": "no"}, "calendar-row-too-long"),
        ],
        ids=str,
    )
    async def test_a_wrong_one_is_refused(
        self, registry: ServiceUnderTest, wrong: dict[str, object], code: str
    ) -> None:
        answer = await propose(registry, row(**wrong))

        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_are_the_provinces_to_enter(self, school: School) -> None:
        answer = await propose(school.registry, row(), headers=school.officer())

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


class TestCalendar:
    async def test_lists_holidays_and_weekend_days_that_are_worked(self, registry: ServiceUnderTest) -> None:
        days = {each["day"]: each["working"] for each in await get(registry, "calendar", year=2025)}

        assert days["2025-01-01"] is False
        assert True in days.values()
        assert all(day.startswith("2025") for day in days)
        assert days.keys() < {each["day"] for each in await get(registry, "calendar")}
