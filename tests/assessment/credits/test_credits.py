"""Conversion of credits over HTTP: dated rules of schools, one use each way, and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.kernel.callers import Role
from tests.assessment.centre import BORN, Centre, pass_row
from tests.support.people import identity_number

SCHOOL = UUID(int=77)
RULE = {
    "direction": "to_credits", "school_id": str(SCHOOL), "occupation": "4-10-01-05", "award": "L4", "course": "护理",
    "credits": 4, "first_on": "2025-01-01", "source": "学分认定办法", "reason": "补录",
}  # fmt: skip


def school(centre: Centre, number: int = 77) -> dict[str, str]:
    return centre.service.tokens.of(Role.INSTITUTION, person="teacher", organisation=str(UUID(int=number)))


async def rule(centre: Centre, **changes: object) -> str:
    """The id of an approved rule."""
    entered = await centre.post("/credit-rules", RULE | changes, centre.province)
    assert entered.status_code == 201, entered.text
    second = centre.service.tokens.of(Role.PROVINCE, person="second", region="410000")
    approved = await centre.post(f"/credit-rules/{entered.json()['id']}/approval", None, second)
    assert approved.status_code == 200, approved.text
    return str(entered.json()["id"])


@pytest.fixture
async def certified(centre: Centre) -> Centre:
    session_id = await centre.examined(pass_row(1))
    assert (await centre.conclude(session_id)).status_code == 200
    await rule(centre)
    await rule(centre, course="营养", credits=2.5)
    await rule(centre, course="急救", award="L3")
    await rule(centre, direction="to_award", course="护理实训", credits=6)
    return centre


async def use(centre: Centre, name: str = "王小明", by: int = 77) -> httpx.Response:
    number = (await centre.get("/certificates")).json()["rows"][0]["number"]
    return await centre.post("/credit-uses/of-certificates", {"number": number, "name": name}, school(centre, by))


async def use_courses(centre: Centre, *courses: str) -> httpx.Response:
    student = {"document_number": identity_number(BORN, 5), "name": "李小红"}
    asked: dict[str, Any] = {"occupation": "4-10-01-05", "award": "L4", "courses": list(courses)}
    return await centre.post("/credit-uses/of-courses", student | asked, school(centre))


async def test_a_certificate_counts_as_the_courses_of_the_schools_rules_once(certified: Centre) -> None:
    first, again = await use(certified), await use(certified)

    assert (first.status_code, first.json()["credits"]) == (201, 6.5)
    assert [(each["course"], each["credits"]) for each in first.json()["courses"]] == [("护理", 4.0), ("营养", 2.5)]
    assert (again.status_code, again.json()["code"], again.json()["use_id"]) == (
        409, "credits-already-used", first.json()["id"],
    )  # fmt: skip


async def test_each_school_uses_it_by_its_own_rules(certified: Centre) -> None:
    none = await use(certified, by=78)
    await rule(certified, school_id=str(UUID(int=78)), course="综合实践", credits=1)
    await use(certified)

    other = await use(certified, by=78)

    assert none.json()["code"] == "no-credit-conversion"
    assert (other.status_code, other.json()["credits"]) == (201, 1.0)
    [seen] = (await certified.get("/credit-uses", school(certified, 78))).json()["rows"]
    assert seen["id"] == other.json()["id"]


async def test_another_name_or_a_revoked_certificate_is_told_no_more_than_that(certified: Centre) -> None:
    otherwise = await use(certified, name="王晓明")
    certificate = (await certified.get("/certificates")).json()["rows"][0]["id"]
    await certified.revoke(certificate, {"reason": "评分有误"})

    revoked = await use(certified)

    assert [each.json()["code"] for each in (otherwise, revoked)] == ["not-verified", "not-verified"]


async def test_courses_count_towards_an_award_once(certified: Centre) -> None:
    unknown = await use_courses(certified, "护理实训", "绘画")
    first, again = await use_courses(certified, "护理实训"), await use_courses(certified, "护理实训")

    assert unknown.json()["code"] == "no-credit-conversion"
    assert (first.status_code, first.json()["credits"], first.json()["direction"]) == (201, 6.0, "to_award")
    assert again.json()["code"] == "credits-already-used"


async def test_a_mistaken_use_is_taken_back_and_made_again(certified: Centre) -> None:
    first = (await use(certified)).json()["id"]
    path, why = f"/credit-uses/{first}/withdrawal", {"reason": "办错人"}

    foreign = await certified.post(path, why, school(certified, 78))
    taken_back = await certified.post(path, why, school(certified))
    twice = await certified.post(path, why, school(certified))
    again = await use(certified)

    assert foreign.status_code == 403
    assert (taken_back.json()["withdrawn_by"], taken_back.json()["withdrawal_reason"]) == ("teacher", "办错人")
    assert (twice.json()["code"], again.status_code) == ("credit-use-withdrawn", 201)


async def test_a_rule_that_was_ended_converts_nothing_from_then_on(certified: Centre) -> None:
    listed = (await certified.get("/credit-rules", certified.province)).json()
    rows = listed["rows"] if isinstance(listed, dict) else listed
    second = certified.service.tokens.of(Role.PROVINCE, person="second", region="410000")
    for row in rows:
        end = {"last_on": "2025-12-31", "source": "停止认定", "reason": "停止"}
        ended = await certified.post(f"/credit-rules/{row['id']}/end", end, certified.province)
        assert ended.status_code == 201, ended.text
        approved = await certified.post(f"/credit-rules/{ended.json()['id']}/approval", None, second)
        assert approved.status_code == 200, approved.text

    assert (await use(certified)).json()["code"] == "no-credit-conversion"
