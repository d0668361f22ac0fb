"""Rows of rules over HTTP: proposed by one, approved by another, never rewritten, and listed as they were known."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.contracts.registry.plan import CalendarDayListed
from shared.kernel.callers import Role
from tests.registry.directory.directory import PROJECT, province
from tests.registry.plan.catalogue import LATE, again, decide, enter, get, project, propose, put, row
from tests.registry.school import School
from tests.support.services import ServiceUnderTest

FAR = "2098-01-01"
"""A day on which nothing that the plan says has ended."""


async def seats(registry: ServiceUnderTest, on: str, **query: Any) -> list[str]:
    rows = await get(registry, "policy-rows", region="410102", key="class.seats_max", on=on, **query)
    return [each["value"] for each in rows]


class TestProposals:
    async def test_decide_nothing_until_somebody_else_approves_them(self, registry: ServiceUnderTest) -> None:
        proposed = (await propose(registry, row())).json()

        assert (proposed["provenance"]["state"], proposed["provenance"]["sequence"]) == ("proposed", None)
        assert await seats(registry, FAR) == ["60"]
        own = await decide(registry, proposed["id"], person="province")
        assert (own.status_code, own.json()["code"]) == (403, "same-person")
        assert await seats(registry, FAR) == ["60"]

        approved = (await decide(registry, proposed["id"])).json()

        assert await seats(registry, FAR) == ["45"]
        provenance = approved["provenance"]
        assert (provenance["entered_by"], provenance["decided_by"]) == ("province", "another")
        assert (provenance["reason"], provenance["backdated"]) == (LATE, True)
        assert (await get(registry, f"policy-rows/{proposed['id']}")) == approved

    async def test_are_approved_once_and_a_repeat_answers_the_same(self, registry: ServiceUnderTest) -> None:
        row_id = (await propose(registry, row())).json()["id"]

        answers = [await decide(registry, row_id) for _ in range(2)]

        assert answers[0].json() == answers[1].json()
        third = await decide(registry, row_id, person="a third one")
        assert (third.status_code, third.json()["code"]) == (409, "illegal-move")

    async def test_are_withdrawn_by_who_entered_them_or_refused_and_stay_on_record(
        self, registry: ServiceUnderTest
    ) -> None:
        row_id = (await propose(registry, row())).json()["id"]

        answer = await decide(registry, row_id, "rejection", person="province", content={"reason": "录入有误"})

        assert answer.json()["provenance"]["decision_reason"] == "录入有误"
        assert (await decide(registry, row_id)).json()["code"] == "illegal-move"
        assert [each["id"] for each in await get(registry, "policy-rows", state="rejected")] == [row_id]
        assert await seats(registry, FAR) == ["60"]
        assert (await propose(registry, row())).json()["id"] != row_id

    async def test_the_same_again_is_one(self, registry: ServiceUnderTest) -> None:
        answers = await asyncio.gather(*(propose(registry, row()) for _ in range(3)))

        assert [answer.status_code for answer in answers] == [201, 201, 201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(await get(registry, "policy-rows", state="proposed")) == 1

    async def test_that_no_longer_fit_when_they_are_approved_are_refused(self, registry: ServiceUnderTest) -> None:
        earlier = (await propose(registry, row(first_on="2026-06-01"))).json()["id"]
        await enter(registry, row(first_on="2026-09-01"))

        answer = await decide(registry, earlier)

        assert (answer.status_code, answer.json()["code"]) == (409, "policy-row-overlaps")
        assert answer.json()["first_on"] == "2026-09-01"

    @pytest.mark.parametrize("region", ["330000", "410100"])
    async def test_are_for_the_province_of_the_plan(self, registry: ServiceUnderTest, region: str) -> None:
        stranger = registry.tokens.of(Role.PROVINCE, person="stranger", region=region)
        row_id = (await propose(registry, row())).json()["id"]

        answers = [
            await propose(registry, row(value="7"), headers=stranger),
            await put(registry, project(), headers=stranger),
            await registry.http.post(f"/v1/policy-rows/{row_id}/approval", headers=stranger),
        ]

        assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "foreign-region")] * 3


class TestRows:
    async def test_that_begin_later_end_the_one_before_and_leave_its_days(self, registry: ServiceUnderTest) -> None:
        await enter(registry, row())

        await enter(registry, row(value="50", first_on="2026-09-01"))

        assert [await seats(registry, day) for day in ("2026-06-30", "2026-08-31", "2026-09-01")] == [
            ["60"], ["45"], ["50"],
        ]  # fmt: skip
        entered = await get(registry, "policy-rows", key="class.seats_max")
        assert [(each["first_on"], each["last_on"]) for each in entered if each["region"] == "410102"] == [
            ("2026-07-01", None), ("2026-09-01", None),
        ]  # fmt: skip

    async def test_that_begin_on_the_same_day_replace_one_and_the_old_list_can_still_be_read(
        self, registry: ServiceUnderTest
    ) -> None:
        first = (await enter(registry, row())).json()
        known_at = first["provenance"]["decided_at"]

        await enter(registry, row(value="50"))

        assert await seats(registry, FAR) == ["50"]
        assert await seats(registry, FAR, known_at=known_at) == ["45"]
        assert await seats(registry, FAR, known_at="2024-01-01T00:00:00+08:00") == []
        assert len(await get(registry, "policy-rows", key="class.seats_max", on=FAR)) == 2

    async def test_are_ended_by_another_row_and_the_wider_region_decides_again(
        self, registry: ServiceUnderTest
    ) -> None:
        row_id = (await enter(registry, row())).json()["id"]
        content = {"last_on": "2026-09-30", "source": "某文件", "reason": LATE}

        ending = await decide(registry, row_id, "end", content=content, person="province")
        assert await seats(registry, FAR) == ["45"]
        assert (await decide(registry, ending.json()["id"])).json()["value"] is None

        assert [await seats(registry, day) for day in ("2026-09-30", "2026-10-01")] == [["45"], ["60"]]
        again_ = await decide(registry, row_id, "end", content=content | {"last_on": "2027-01-01"})
        assert (again_.status_code, again_.json()["code"]) == (409, "nothing-to-end")
        assert (again_.json()["first_on"], again_.json()["last_on"]) == ("2026-07-01", "2026-09-30")

    @pytest.mark.parametrize(
        "other", [{"first_on": "2026-06-01"}, {"first_on": "2026-08-01", "last_on": "2026-08-31"}], ids=str
    )
    async def test_reach_into_no_later_one_and_leave_no_days_without_one(
        self, registry: ServiceUnderTest, other: dict[str, object]
    ) -> None:
        await enter(registry, row())

        answer = await propose(registry, row(**other))

        assert (answer.status_code, answer.json()["code"]) == (409, "policy-row-overlaps")
        assert answer.json()["first_on"] == "2026-07-01"

    async def test_that_begin_today_or_later_need_no_reason(self, registry: ServiceUnderTest) -> None:
        answer = await propose(registry, row(first_on=FAR, reason=None))

        assert (answer.status_code, answer.json()["provenance"]["backdated"]) == (201, False)

    @pytest.mark.parametrize("table", ["policy_row", "project_term"])
    @pytest.mark.parametrize("statement", ["UPDATE {} SET source = 'another'", "DELETE FROM {}"])
    async def test_are_never_rewritten_not_even_by_hand(
        self, registry: ServiceUnderTest, table: str, statement: str
    ) -> None:
        with pytest.raises(IntegrityError, match="never rewritten"):
            async with registry.engine.begin() as connection:
                await connection.execute(text(statement.format(table)))


class TestTerms:
    async def test_of_projects_wait_for_another_person_as_well(self, registry: ServiceUnderTest) -> None:
        answer = await registry.http.put("/v1/projects/DRONE-L4", json=project(), headers=province(registry))
        term = answer.json()

        assert (answer.status_code, term["provenance"]["state"]) == (202, "proposed")
        assert (await registry.http.get("/v1/projects/DRONE-L4", headers=province(registry))).status_code == 404
        own = await decide(registry, term["id"], rows="project-terms", person="province")
        assert own.json()["code"] == "same-person"
        assert [each["id"] for each in await get(registry, "project-terms", state="proposed")] == [term["id"]]

        await decide(registry, term["id"], rows="project-terms")

        assert (await get(registry, "projects/DRONE-L4"))["version"] == 1

    async def test_that_were_replaced_can_be_read_as_they_were_known(self, registry: ServiceUnderTest) -> None:
        before = await get(registry, f"projects/{PROJECT}")
        known_at = (await enter(registry, row())).json()["provenance"]["decided_at"]
        await put(registry, again(before, hours_min=90), code=PROJECT)

        now = await get(registry, f"projects/{PROJECT}/terms")
        then = await get(registry, f"projects/{PROJECT}/terms", known_at=known_at)

        assert [each["hours_min"] for each in now] == [90]
        assert then == [before]


class TestCalendar:
    async def test_a_day_is_entered_as_a_row_and_told_once_it_is_approved(self, registry: ServiceUnderTest) -> None:
        day = row(key="calendar.worked", value="no", region="410000", first_on="2026-12-31", last_on="2026-12-31",
                  note="临时放假", reason=None)  # fmt: skip

        entered = (await enter(registry, day)).json()
        moved = (await enter(registry, day | {"value": "yes", "note": "取消放假"})).json()

        listed = {each["day"]: each for each in await get(registry, "calendar", year=2026)}
        assert listed["2026-12-31"] == {
            "day": "2026-12-31", "working": True, "name_zh": "取消放假", "row": moved["id"],
        }  # fmt: skip
        known_at = entered["provenance"]["decided_at"]
        then = {each["day"]: each["working"] for each in await get(registry, "calendar", year=2026, known_at=known_at)}
        assert then["2026-12-31"] is False
        told = [fact for fact in await registry.told() if isinstance(fact, CalendarDayListed)]
        assert [(fact.version, fact.working, fact.name_zh) for fact in told] == [
            (1, False, "临时放假"), (2, True, "取消放假"),
        ]  # fmt: skip


async def test_an_officer_reads_rows_and_enters_none(school: School) -> None:
    row_id = (await propose(school.registry, row())).json()["id"]

    read = await school.registry.http.get("/v1/policy-rows", params={"state": "proposed"}, headers=school.officer())
    approved = await school.registry.http.post(f"/v1/policy-rows/{row_id}/approval", headers=school.officer())

    assert [each["id"] for each in read.json()] == [row_id]
    assert (approved.status_code, approved.json()["code"]) == (403, "wrong-role")
