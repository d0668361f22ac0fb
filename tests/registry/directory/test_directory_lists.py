"""Lists across institutions over HTTP: who is listed for a project on a day, and whom sanctions stand against."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.kernel.callers import Role
from tests.registry.directory.directory import (
    PROJECT,
    THIRD_CREDIT_CODE,
    impose,
    lift,
    open_listing,
    province,
    register,
)
from tests.registry.school import ANOTHER_CREDIT_CODE, School, set_today
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def schools(registry: ServiceUnderTest) -> list[School]:
    """Two of Zhengzhou, in two counties, and one of Luoyang."""
    set_today(registry, date(2025, 3, 10))
    return [
        await register(registry, name="中原学校"),
        await register(registry, name="二七学校", credit_code=ANOTHER_CREDIT_CODE, region="410103"),
        await register(registry, name="洛阳学校", credit_code=THIRD_CREDIT_CODE, region="410307"),
    ]


async def pages(registry: ServiceUnderTest, path: str, headers: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    """All rows, two a page."""
    found: list[dict[str, Any]] = []
    asked = {"size": 2, **query}
    while True:
        answer = await registry.http.get(f"/v1/{path}", params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        found += answer.json()["rows"]
        if answer.json()["next"] is None:
            return found
        asked["cursor"] = answer.json()["next"]


class TestListed:
    async def test_are_who_is_listed_for_the_project_on_the_day_in_the_region(
        self, registry: ServiceUnderTest, schools: list[School]
    ) -> None:
        for school in schools:
            assert (await open_listing(school, headers=province(registry))).status_code == 201
        await open_listing(schools[0], project="4-10-01-05-L3")
        (first, *_) = await pages(registry, "listings", schools[0].headers, project=PROJECT)
        path = f"institutions/{schools[0].id}/listings/{first['id']}/closing"
        await schools[0].post(path, {"from_on": "2025-06-01", "reason": "注销"}, headers=schools[0].officer())

        async def names(**query: str) -> list[str]:
            rows = await pages(registry, "listings", schools[2].headers, **{"project": PROJECT} | query)
            return [row["institution_name"] for row in rows]

        assert await names() == ["中原学校", "二七学校", "洛阳学校"]
        assert await names(day="2025-05-31", region="410100") == ["中原学校", "二七学校"]
        assert await names(day="2025-06-01", region="410100") == ["二七学校"]
        assert await names(region="410307") == ["洛阳学校"]
        assert await names(day="2024-12-31") == []
        assert await names(project="4-10-01-05-L3") == ["中原学校"]
        assert (first["region"], first["reporting_region"], first["opened_by"]) == ("410102", "410100", "province")

    async def test_one_that_never_held_is_not_among_them(
        self, registry: ServiceUnderTest, schools: list[School]
    ) -> None:
        await open_listing(schools[0], first_on="2025-06-01")
        await impose(schools[0], "delist")

        assert await pages(registry, "listings", schools[0].headers, project=PROJECT, day="2025-06-01") == []

    @pytest.mark.parametrize(
        ("query", "code"),
        [({}, "malformed-request"), ({"project": PROJECT, "region": "999999"}, "unknown-region")],
        ids=str,
    )
    async def test_what_cannot_be_answered_is_refused(
        self, registry: ServiceUnderTest, query: dict[str, str], code: str
    ) -> None:
        answer = await registry.http.get("/v1/listings", params=query, headers=province(registry))

        assert (answer.status_code, answer.json()["code"]) == (422, code)


class TestStandingSanctions:
    async def test_are_those_of_today_by_their_end_and_what_was_asked_for(
        self, registry: ServiceUnderTest, schools: list[School]
    ) -> None:
        one, other, third = schools
        await impose(one, "blacklist")
        await impose(one, "stop", last_on="2025-03-10")
        await impose(one, "rectify", last_on="2025-03-09")
        await impose(one, "delist", first_on="2025-03-11")
        await impose(other, "stop", last_on="2025-12-31")
        lifted = (await impose(other, "rectify")).json()
        await lift(other, lifted["id"], from_on="2025-03-10")
        await impose(third, "stop", headers=province(registry))

        async def found(headers: dict[str, str], **query: str) -> list[tuple[str, str]]:
            rows = await pages(registry, "sanctions", headers, **query)
            return [(row["institution_name"], row["step"]) for row in rows]

        everything = [("中原学校", "stop"), ("二七学校", "stop"), ("中原学校", "blacklist"), ("洛阳学校", "stop")]
        assert await found(province(registry)) == everything
        assert await found(province(registry), step="blacklist") == [("中原学校", "blacklist")]
        assert await found(province(registry), step="stop", region="410100") == everything[:2]
        assert await found(one.officer("410100")) == everything[:3]
        assert await found(one.officer()) == [everything[0], everything[2]]
        assert await found(third.officer("410307")) == [everything[3]]

    async def test_move_with_the_institution(self, registry: ServiceUnderTest, schools: list[School]) -> None:
        await impose(schools[0], "stop")
        change = {"version": 1, "region": "410307"}

        await schools[0].post(f"institutions/{schools[0].id}/changes", change, headers=province(registry))

        (row,) = await pages(registry, "sanctions", schools[0].officer("410307"))
        assert (row["region"], row["reporting_region"], row["reason"]) == ("410307", "410300", "签到造假")
        assert await pages(registry, "sanctions", schools[0].officer()) == []

    async def test_are_for_officers_in_their_region(self, registry: ServiceUnderTest, schools: list[School]) -> None:
        body = registry.tokens.of(Role.ASSESSMENT_BODY, organisation=schools[0].id)
        asked = [({}, schools[0].headers), ({}, body), ({"region": "410103"}, schools[0].officer())]

        answers = [await registry.http.get("/v1/sanctions", params=query, headers=headers) for query, headers in asked]

        assert [answer.json()["code"] for answer in answers] == ["wrong-role", "wrong-role", "foreign-region"]
