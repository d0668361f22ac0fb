"""Institutions and the plan over HTTP."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from services.registry.plan.usecases import plan
from shared.contracts.registry.directory import InstitutionRegistered
from shared.contracts.registry.plan import ProgrammeListed, RegionListed
from shared.kernel.callers import Role
from tests.registry.conftest import PLAN
from tests.registry.school import ANOTHER_CREDIT_CODE, CREDIT_CODE, institution, open_school
from tests.support.clock import now
from tests.support.services import ServiceUnderTest


def province(registry: ServiceUnderTest) -> dict[str, str]:
    return registry.tokens.of(Role.PROVINCE, region="410000")


class TestRegister:
    async def test_an_institution_is_stored_and_told(self, registry: ServiceUnderTest) -> None:
        school = await open_school(registry, region="410173")

        (fact,) = [fact for fact in await registry.told() if isinstance(fact, InstitutionRegistered)]
        assert (str(fact.institution_id), fact.reporting_region) == (school.id, "410173")

    async def test_the_same_again_even_at_once_answers_the_one_that_exists(self, registry: ServiceUnderTest) -> None:
        schools = await asyncio.gather(*(open_school(registry) for _ in range(5)))

        assert len({school.id for school in schools}) == 1
        assert len(await registry.told()) == 1

    async def test_other_particulars_under_a_known_credit_code_are_a_conflict(self, registry: ServiceUnderTest) -> None:
        await open_school(registry)

        answer = await registry.http.post(
            "/v1/institutions", json=institution(name="洛阳学校"), headers=province(registry)
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "credit-code-taken")

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"credit_code": "52410000MJ00123453"}, "credit-code-wrong-check"),
            ({"credit_code": "5241"}, "credit-code-wrong-length"),
            ({"region": "999999"}, "unknown-region"),
            ({"region": "410306"}, "ended-region"),
            ({"region": "410000"}, "province-is-no-place"),
            ({"kind": "kindergarten"}, "malformed-request"),
            ({"name": " "}, "malformed-request"),
            ({"name": "郑州\0学校"}, "malformed-request"),
        ],
        ids=str,
    )
    async def test_wrong_particulars_are_refused(
        self, registry: ServiceUnderTest, wrong: dict[str, object], code: str
    ) -> None:
        answer = await registry.http.post("/v1/institutions", json=institution(**wrong), headers=province(registry))

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert await registry.told() == []

    @pytest.mark.parametrize(
        ("role", "region", "code"),
        [
            (Role.INSTITUTION, "410102", "wrong-role"),
            (Role.REVIEWER, "410102", "wrong-role"),
            (Role.COUNTY_OFFICER, "410103", "foreign-region"),
            (Role.PROVINCE, "410102", "foreign-region"),
        ],
    )
    async def test_without_the_right_is_refused(
        self, registry: ServiceUnderTest, role: Role, region: str | None, code: str
    ) -> None:
        headers = registry.tokens.of(role, organisation=uuid4(), region=region)

        answer = await registry.http.post("/v1/institutions", json=institution(), headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, code)


class TestFind:
    async def test_by_credit_code_region_or_reporting_region(self, registry: ServiceUnderTest) -> None:
        here = await open_school(registry)
        there = await open_school(registry, credit_code=ANOTHER_CREDIT_CODE, region="410307")

        async def found(**query: str) -> list[str]:
            answer = await registry.http.get("/v1/institutions", params=query, headers=province(registry))
            return [row["id"] for row in answer.json()["rows"]]

        assert await found() == [here.id, there.id]
        assert await found(credit_code=CREDIT_CODE) == [here.id]
        assert await found(region="410307") == await found(region="410300") == [there.id]
        assert await found(region="410500") == []

    async def test_with_text_no_database_can_hold_is_told(self, registry: ServiceUnderTest) -> None:
        answer = await registry.http.get("/v1/teachers", params={"project": "\0"}, headers=province(registry))

        assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")


class TestPlan:
    async def test_lists_what_was_loaded(self, registry: ServiceUnderTest) -> None:
        async def listed(what: str) -> int:
            return len((await registry.http.get(f"/v1/{what}", headers=province(registry))).json())

        assert (await listed("programmes"), await listed("levels")) == (16, 8)
        assert await listed("regions") > 157

    async def test_nineteen_regions_report(self, registry: ServiceUnderTest) -> None:
        regions = (await registry.http.get("/v1/regions", headers=province(registry))).json()

        assert len({each["reporting_region"] for each in regions} - {None}) == 19

    async def test_a_second_load_of_the_same_files_changes_nothing(self, registry: ServiceUnderTest) -> None:
        async with registry.engine.begin() as connection:
            again = await plan.load(connection, PLAN, at=now())

        assert again.changed == 0
        assert await registry.told() == []

    async def test_every_entry_is_told_once(self, registry: ServiceUnderTest) -> None:
        async with registry.engine.begin() as connection:
            await connection.exec_driver_sql("TRUNCATE plan_entry, plan_entry_version")
            loaded = await plan.load(connection, PLAN, at=now())

        told = await registry.told()
        assert len(told) == loaded.changed > 157 + 16 + 8
        assert sum(isinstance(fact, ProgrammeListed) for fact in told) == 16
        assert {fact.reporting_region for fact in told if isinstance(fact, RegionListed) and fact.code == "419001"} == {
            "419001"
        }
