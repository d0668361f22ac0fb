"""Exams in another prefecture: from 2026 on both authorities are asked, before that they were only marked."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.assessment.centre import Centre, session_filing
from tests.assessment.session_rules import keep_2025

THERE = {"region": "410300", "first_on": "2026-03-01", "last_on": "2026-12-31", "reason": "当地无评价机构"}


async def propose(centre: Centre, headers: dict[str, str], **changes: object) -> httpx.Response:
    return await centre.post(f"/bodies/{centre.body['id']}/territories", THERE | changes, headers)


async def examine(centre: Centre, day: str, region: str = "410308") -> httpx.Response:
    filing = session_filing(local_id=f"{region}-{day}", region=region, held_on=day, programme="S08")
    return await centre.post("/sessions", filing)


def home(centre: Centre) -> dict[str, str]:
    return centre.officer("zoe", "410100")


def host(centre: Centre) -> dict[str, str]:
    return centre.officer("yan", "410300")


async def codes(*answers: httpx.Response) -> list[Any]:
    return [each.json().get("code", each.status_code) for each in answers]


@pytest.fixture(autouse=True)
async def sessions_as_in_2025(centre: Centre) -> None:
    await keep_2025(centre.service)


class TestAgreement:
    async def test_one_authority_proposes_the_other_confirms_and_the_body_examines_there(self, centre: Centre) -> None:
        proposed = await propose(centre, home(centre))
        own = await centre.confirm(proposed, centre.officer("another", "410100"))
        county = await centre.confirm(proposed, centre.officer("county", "410308"))
        before = await examine(centre, "2026-03-02")
        confirmed = await centre.confirm(proposed, host(centre))

        assert await codes(own, county, before) == ["foreign-region", "foreign-region", "outside-territory"]
        assert (before.status_code, before.json()["check"], before.json()["region"]) == (409, "C03", "410300")
        assert confirmed.status_code == 200, confirmed.text
        days = [await examine(centre, day) for day in ("2026-02-28", "2026-03-01", "2026-12-31", "2027-01-01")]
        assert await codes(*days) == ["outside-territory", 201, 201, "outside-territory"]
        assert [days[1].json()[name] for name in ("outside_territory", "reporting_region")] == [True, "410300"]
        (listed,) = (await centre.get(f"/bodies/{centre.body['id']}/territories")).json()
        assert (listed["opened_by"], listed["agreed_by"]) == ("zoe", "yan")

    async def test_the_host_may_propose_and_the_home_confirms(self, centre: Centre) -> None:
        proposed = await propose(centre, host(centre))

        assert await codes(await centre.confirm(proposed, host(centre))) == ["foreign-region"]
        assert (await centre.confirm(proposed, home(centre))).status_code == 200

    async def test_two_of_the_province_may_stand_for_both(self, centre: Centre) -> None:
        proposed = await propose(centre, centre.province)

        assert await codes(await centre.confirm(proposed, centre.province)) == ["same-person"]

    async def test_exams_up_to_2025_stand_by_the_rules_of_then(self, centre: Centre) -> None:
        answers = [await examine(centre, day) for day in ("2025-12-31", "2026-01-01")]

        assert await codes(*answers) == [201, "outside-territory"]
        assert answers[0].json()["outside_territory"] is True

    async def test_what_cannot_be_proposed(self, centre: Centre) -> None:
        answers = [
            await propose(centre, home(centre), region="410100"),
            await propose(centre, home(centre), region="410308"),
            await propose(centre, home(centre), region="999999"),
            await propose(centre, home(centre), last_on="2026-01-01"),
            await propose(centre, centre.officer("far", "419001")),
            await propose(centre, centre.own),
        ]

        assert await codes(*answers) == [
            "not-another-prefecture", "not-another-prefecture", "unknown-region", "period-ends-before-start",
            "foreign-region", "wrong-role",
        ]  # fmt: skip


class TestEnding:
    async def test_either_authority_ends_it_and_it_is_proposed_again(self, centre: Centre) -> None:
        assert (await centre.confirm(await propose(centre, home(centre)), host(centre))).status_code == 200
        path = f"/bodies/{centre.body['id']}/territories"
        (entry,) = (await centre.get(path)).json()
        overlapping = await propose(centre, home(centre))

        refused = await centre.post(f"{path}/{entry['id']}/ending", {"reason": "收回"}, centre.officer("x", "419001"))
        ended = await centre.post(
            f"{path}/{entry['id']}/ending", {"from_on": "2026-06-01", "reason": "收回"}, host(centre)
        )
        again = await propose(centre, home(centre), first_on="2026-06-01")

        assert await codes(overlapping, refused) == ["territory-overlaps", "foreign-region"]
        assert (ended.json()["last_on"], ended.json()["ended_by"]) == ("2026-05-31", "yan")
        assert again.status_code == 201
        assert await codes(await examine(centre, "2026-05-31"), await examine(centre, "2026-06-01")) == [
            201, "outside-territory",
        ]  # fmt: skip
