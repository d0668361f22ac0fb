"""Direct recognition over HTTP: places in contests, what was held before, and the rows that the province sets."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.kernel.callers import Role
from tests.assessment.centre import Centre, person_row
from tests.assessment.conferrals.employer import PLACE, confirmed, employer, listed
from tests.registry.school import set_today
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def works(assessment: ServiceUnderTest) -> Centre:
    set_today(assessment, date(2026, 7, 6))
    return await employer(assessment)


async def conclude(works: Centre, conferral: str) -> None:
    set_today(works.service, date(2026, 7, 14))
    assert (await works.post(f"/conferrals/{conferral}/conclusion")).status_code == 200


@pytest.mark.parametrize(
    ("place", "award", "outcome"),
    [
        (8, "L5", "accepted"),
        (9, "L5", "contest-place-not-recognised"),
        (9, "L4", "accepted"),
        (15, "L4", "accepted"),
        (16, "L4", "contest-place-not-recognised"),
        (1, "L6", "contest-place-not-recognised"),
        (1, "L4", "contest-place-not-recognised"),
    ],
)
async def test_a_place_gives_what_the_rule_of_its_day_says(works: Centre, place: int, award: str, outcome: str) -> None:
    conferral = await listed(works, "recognition", award, PLACE)
    row = person_row(1) | {"contest": PLACE["contest"] | {"place": place}}

    [answer] = await works.batch(f"/conferrals/{conferral}/nominees", [row])

    assert (answer["errors"][0]["code"] if answer.get("errors") else answer["outcome"]) == outcome


async def test_a_technician_becomes_senior_technician_by_a_further_contest(works: Centre) -> None:
    first = await listed(works, "recognition", "L5", PLACE, 1)
    assert (await confirmed(works, first, works.officer(region="410100"))).status_code == 200
    await conclude(works, first)
    second = await listed(works, "recognition", "L6", PLACE)
    other = {"contest": PLACE["contest"] | {"held_on": "2026-05-10"}}
    stated = {"contest": PLACE["contest"] | {"held": "L5", "held_reference": "职资 2019"}}

    [same] = await works.batch(f"/conferrals/{second}/nominees", [person_row(1) | PLACE])
    [further] = await works.batch(f"/conferrals/{second}/nominees", [person_row(1) | other])
    [of_paper] = await works.batch(f"/conferrals/{second}/nominees", [person_row(2) | stated])

    assert same["errors"][0]["code"] == "contest-place-used"
    assert (further["outcome"], of_paper["outcome"]) == ("accepted", "accepted")


async def test_the_province_sets_contests_by_dated_rows(works: Centre) -> None:
    row = {
        "contest": "henan-1", "award": "L4", "first_place": 1, "last_place": 3, "region": "410000",
        "first_on": "2025-09-20", "source": "省赛文件", "reason": "补录",
    }  # fmt: skip
    added = await works.post("/recognition-rules", row, works.province)
    assert added.status_code == 201, added.text
    path = f"/recognition-rules/{added.json()['id']}"
    conferral = await listed(works, "recognition", "L4", PLACE)
    nominee: dict[str, Any] = person_row(1) | {"contest": PLACE["contest"] | {"contest": "henan-1"}}

    [before] = await works.batch(f"/conferrals/{conferral}/nominees", [nominee])
    second = works.service.tokens.of(Role.PROVINCE, person="second", region="410000")
    assert (await works.post(f"{path}/approval", None, second)).status_code == 200
    [after] = await works.batch(f"/conferrals/{conferral}/nominees", [nominee])
    earlier = person_row(2) | {"contest": nominee["contest"] | {"held_on": "2025-09-19"}}
    [of_before] = await works.batch(f"/conferrals/{conferral}/nominees", [earlier])

    assert before["errors"][0]["code"] == "contest-place-not-recognised"
    assert after["outcome"] == "accepted"
    assert of_before["errors"][0]["code"] == "contest-place-not-recognised"


async def test_places_that_cannot_be_are_refused(works: Centre) -> None:
    row = {
        "contest": "henan-1", "award": "L4", "first_place": 5, "last_place": 3, "region": "410000",
        "first_on": "2027-01-01", "source": "省赛文件",
    }  # fmt: skip

    refused = await works.post("/recognition-rules", row, works.province)

    assert refused.json()["code"] == "wrong-contest-places"
