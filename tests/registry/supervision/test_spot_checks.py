"""Spot checks over HTTP: what trainees of a completed class said, and what that means for its claim (C14)."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from shared.contracts.registry.supervision import SpotCheckRecorded
from shared.kernel.callers import Role
from tests.registry.enrolling import code
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_today
from tests.registry.supervising import look, province, read, running

STRANGER = "01980000-0000-7000-8000-000000000001"


async def completed(school: School) -> str:
    """The id of a class in which five were trained to its end."""
    set_today(school.registry, date(2025, 6, 10))
    class_id = await running(school, 5)
    assert (await school.conclude(class_id, T1=60, T2=60, T3=60, T4=60, T5=10)).json()["accepted"] == 5
    assert (await school.post(f"classes/{class_id}/completion")).status_code == 200
    return class_id


async def ask(
    school: School, class_id: str, *, headers: dict[str, str] | None = None, **changes: object
) -> httpx.Response:
    usual = {"local_id": "S1", "checked_on": "2025-06-02", "asked": 3, "confirmed": 3}
    return await school.post(f"classes/{class_id}/spot-checks", usual | changes, headers=headers or school.officer())


async def flags(school: School, class_id: str) -> list[dict[str, Any]]:
    rows = (await read(school, "flags", class_id=class_id, check="C14")).json()["rows"]
    return [row["facts"] for row in rows if row["kind"] == "training-not-confirmed" and row["holds"]]


class TestRecord:
    async def test_is_stored_and_told_once(self, school: School) -> None:
        class_id = await completed(school)

        answers = await asyncio.gather(*(ask(school, class_id) for _ in range(3)))
        other = await ask(school, class_id, confirmed=2)

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert code(other) == (409, "local-id-taken")
        check = answers[0].json()
        assert (check["level"], check["trained"], check["done_by"]) == ("county", 5, "officer")
        assert (await read(school, "spot-checks", class_id=class_id)).json()["rows"] == [check]
        (fact,) = [each for each in await school.registry.told() if isinstance(each, SpotCheckRecorded)]
        assert (str(fact.spot_check_id), fact.asked, fact.confirmed, fact.trained) == (check["id"], 3, 3, 5)
        assert await flags(school, class_id) == []

    async def test_who_does_not_confirm_holds_the_claim(self, school: School) -> None:
        class_id = await completed(school)

        for _ in range(2):
            assert (await ask(school, class_id, confirmed=1)).status_code == 201

        assert await flags(school, class_id) == [{"asked": 3, "confirmed": 1, "denied_share_max": "0.20"}]

    async def test_covers_no_class_as_a_patrol_does(self, school: School) -> None:
        class_id = await completed(school)

        async def uncovered() -> list[str]:
            answer = await read(school, "patrols/uncovered", first_on="2025-03-01", last_on="2025-03-31")
            return [row["id"] for row in answer.json()["rows"]]

        await ask(school, class_id)
        asked = await uncovered()
        await look(school, class_id, present=5, findings=[])

        assert (asked, await uncovered()) == ([class_id], [])

    @pytest.mark.parametrize(
        ("wrong", "refused"),
        [
            ({"checked_on": "2025-03-19"}, "spot-check-day-wrong"),
            ({"checked_on": "2025-06-11"}, "spot-check-day-wrong"),
            ({"confirmed": 4}, "more-confirmed-than-asked"),
            ({"asked": 6}, "wrong-number-asked"),
            ({"asked": 0, "confirmed": 0}, "malformed-request"),
            ({"asked": 10**12}, "malformed-request"),
            ({"confirmed": -1}, "malformed-request"),
            ({"checked_on": "9999-12-31"}, "malformed-request"),
            ({"note": "长" * 2001}, "malformed-request"),
            ({"trained": 5}, "malformed-request"),
        ],
        ids=str,
    )
    async def test_a_wrong_one_is_refused_and_nothing_is_kept(
        self, school: School, wrong: dict[str, Any], refused: str
    ) -> None:
        class_id = await completed(school)

        answer = await ask(school, class_id, **wrong)

        assert code(answer) == (422, refused)
        assert (await read(school, "spot-checks")).json()["rows"] == []

    async def test_a_running_class_is_patrolled_instead(self, school: School) -> None:
        answer = await ask(school, await running(school))

        assert (code(answer), answer.json()["state"]) == ((409, "class-not-over"), "running")

    async def test_is_for_officers_of_the_county_or_above(self, school: School) -> None:
        class_id = await completed(school)

        answers = [
            await ask(school, class_id, headers=headers)
            for headers in (
                school.headers,
                school.officer("410103"),
                school.registry.tokens.of(Role.REVIEWER, region="410102"),
            )
        ]
        missing = await ask(school, STRANGER)

        assert [code(answer)[1] for answer in [*answers, missing]] == [
            "wrong-role", "foreign-region", "wrong-role", "not-found",
        ]  # fmt: skip


async def test_the_list_shows_what_lies_in_reach_a_page_at_a_time(school: School) -> None:
    class_id = await completed(school)
    ids = [
        (await ask(school, class_id, headers=headers, local_id=f"S{number}")).json()["id"]
        for number, headers in enumerate((school.officer(), school.officer("410100", person="city"), province(school)))
    ]
    stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

    async def listed(headers: dict[str, str], **query: Any) -> list[str]:
        shown: list[str] = []
        while True:
            page = (await read(school, "spot-checks", headers=headers, size=2, **query)).json()
            shown += [row["id"] for row in page["rows"]]
            if page["next"] is None:
                return shown
            query["cursor"] = page["next"]

    assert await listed(province(school)) == await listed(school.officer()) == await listed(school.headers) == ids
    assert await listed(province(school), institution_id=school.id, class_id=class_id) == ids
    assert await listed(school.officer("410103")) == await listed(stranger.headers) == []
