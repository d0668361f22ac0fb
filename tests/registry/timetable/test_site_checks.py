"""A check holds for the places that the officer saw; whoever moves a class elsewhere waits for another check."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from tests.registry.class_lifecycle.class_steps import FAILED, PAID_AND_EXAMINED, PASSED, history
from tests.registry.school import School, add_site, set_today, trainee
from tests.registry.teaching import engage, lessons, put_timetable

ELSEWHERE = {
    "local_id": "S2", "address": "郑州市别处 9 号", "rooms": [{"name": "201", "kind": "theory", "seats": 60}],
}  # fmt: skip
WHY = {"reason": "原教室漏水"}


@pytest.fixture
async def site_id(school: School) -> str:
    """Site S1 of the school, beside a site S2 and a teacher. It is 2 March 2026."""
    set_today(school.registry, date(2026, 3, 2))
    await add_site(school, **ELSEWHERE)
    await engage(school)
    return await add_site(school)


@pytest.fixture
async def class_id(school: School, site_id: str) -> str:
    """A subsidised class of 9 to 27 March with lessons at S1, which was found in order; approved."""
    class_id = await school.file(
        site="S1", teaching_plan="计划", starts_on="2026-03-09", ends_on="2026-03-27", **PAID_AND_EXAMINED
    )
    assert (await put_timetable(school, class_id, lessons("2026-03-09"))).status_code == 200
    assert (await school.enrol(class_id, trainee(1))).json()["accepted"] == 1
    assert (await check(school, class_id)).json()["checked_sites"] == [{"site_id": site_id, "version": 1}]
    assert (await school.post(f"classes/{class_id}/approval", headers=school.officer())).status_code == 200
    return class_id


async def check(school: School, class_id: str, found: object = PASSED) -> httpx.Response:
    return await school.post(f"classes/{class_id}/check", found, headers=school.officer())


async def start(school: School, class_id: str) -> tuple[int, str | None]:
    set_today(school.registry, date(2026, 3, 9))
    answer = await school.post(f"classes/{class_id}/start")
    return answer.status_code, answer.json().get("code")


async def move_lessons(school: School, class_id: str, *, from_lesson: int = 0) -> None:
    moved = lessons("2026-03-09")[:from_lesson] + lessons("2026-03-09", site="S2", room="201")[from_lesson:]
    answer = await put_timetable(school, class_id, moved, **WHY)
    assert answer.status_code == 200, answer.text


async def test_a_class_starts_where_it_was_checked(school: School, class_id: str) -> None:
    assert await start(school, class_id) == (200, None)


@pytest.mark.parametrize("from_lesson", [0, 9])
async def test_lessons_at_a_place_that_nobody_looked_at_ask_for_another_check(
    school: School, class_id: str, from_lesson: int
) -> None:
    await move_lessons(school, class_id, from_lesson=from_lesson)

    unseen = await start(school, class_id)
    checked = (await check(school, class_id)).json()["checked_sites"]
    seen = await start(school, class_id)

    assert (unseen, seen) == ((409, "site-not-checked"), (200, None))
    assert len(checked) == 2, "the class's own site is one of its places"


async def test_another_site_of_the_class_asks_for_another_check(school: School, class_id: str) -> None:
    moved = lessons("2026-03-09", site="S2", room="201")
    answer = await school.post(f"classes/{class_id}/change", WHY | {"site": "S2", "lessons": moved})

    assert (answer.status_code, answer.json()["checked_on"], answer.json()["checked_sites"]) == (200, None, [])
    assert await start(school, class_id) == (409, "site-not-checked")


async def test_a_site_that_was_altered_since_is_checked_again(school: School, class_id: str, site_id: str) -> None:
    altered = {
        "version": 1, "address": "郑州市新址 2 号", "region": "410102",
        "rooms": [{"name": "101", "kind": "theory", "seats": 60}],
    }  # fmt: skip
    answer = await school.post(f"sites/{site_id}/changes", altered)
    assert answer.status_code == 200, answer.text

    unseen = await start(school, class_id)
    await check(school, class_id)

    assert (unseen, await start(school, class_id)) == ((409, "site-not-checked"), (200, None))


class TestRunning:
    @pytest.fixture
    async def running(self, school: School, class_id: str) -> str:
        """The class, with lessons moved to S2 after its start."""
        assert await start(school, class_id) == (200, None)
        await move_lessons(school, class_id, from_lesson=5)
        return class_id

    @pytest.mark.parametrize(("found", "status"), [(None, 409), (FAILED, 409), (PASSED, 200)])
    async def test_a_moved_class_is_completed_after_another_check(
        self, school: School, running: str, found: object, status: int
    ) -> None:
        if found is not None:
            assert (await check(school, running, found)).status_code == 200
        set_today(school.registry, date(2026, 3, 27))
        assert (await school.post(f"classes/{running}/conclusion")).status_code == 200

        answer = await school.post(f"classes/{running}/completion")

        assert answer.status_code == status, answer.text
        assert status == 200 or answer.json()["code"] == "site-not-checked"

    async def test_the_history_says_which_places_were_seen(self, school: School, running: str, site_id: str) -> None:
        await check(school, running)

        checks: list[dict[str, Any]] = [step for step in await history(school, running) if step["verb"] == "check"]

        assert [len(step["change"]["sites"]) for step in checks] == [1, 2]
        assert {"site_id": site_id, "version": 1} in checks[1]["change"]["sites"]
