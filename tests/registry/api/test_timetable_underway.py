"""Timetables of a class that runs: what is over stays as it was, what falls out is made up."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registry.school import School, add_site, set_today
from tests.registry.teaching import engage, lessons, put_timetable

WHY = {"reason": "因故调整"}
PLAN = [*lessons(count=3, teacher="J2"), *lessons("2025-03-04", count=7, room="102")]


def room(name: str) -> dict[str, object]:
    return {"name": name, "kind": "theory", "seats": 60}


@pytest.fixture
async def running(school: School) -> str:
    """A class with three lessons in room 101, by J2, and seven in 102; it is the fifth day of March, and it runs."""
    set_today(school.registry, date(2025, 2, 20))
    await add_site(school, rooms=[room("101"), room("102")])
    await engage(school)
    await engage(school, 2)
    class_id = await school.file()
    assert (await put_timetable(school, class_id, PLAN)).status_code == 200
    await school.post(f"classes/{class_id}/approval", headers=school.officer())
    set_today(school.registry, date(2025, 3, 5))
    assert (await school.post(f"classes/{class_id}/start")).status_code == 200
    return class_id


async def listed(school: School, what: str) -> list[dict[str, str]]:
    answer = await school.registry.http.get(f"/v1/institutions/{school.id}/{what}", headers=school.headers)
    found: list[dict[str, str]] = answer.json()["rows"]
    return found


class TestWhatIsOver:
    async def test_a_room_given_up_and_a_teacher_gone_since_leave_the_class_free_to_change(
        self, school: School, running: str
    ) -> None:
        (site,) = await listed(school, "sites")
        place = {"version": 1, "address": site["address"], "region": "410102", "rooms": [room("102")]}
        given_up = await school.post(f"sites/{site['id']}/changes", place)
        _, second = await listed(school, "teachers")
        gone = await school.post(f"engagements/{second['engagement_id']}/ending", {"last_on": "2025-03-03"})

        moved = [*PLAN[:9], *lessons("2025-03-12", count=1, room="102")]
        changed = await put_timetable(school, running, moved, **WHY)
        fewer_seats = await school.post(f"classes/{running}/change", WHY | {"seats": 39})

        assert [each.status_code for each in (given_up, gone, changed, fewer_seats)] == [200] * 4
        assert [each["room"] for each in changed.json()["lessons"]] == ["101"] * 3 + ["102"] * 7

    async def test_what_is_still_to_come_is_judged(self, school: School, running: str) -> None:
        (site,) = await listed(school, "sites")
        place = {"version": 1, "address": site["address"], "region": "410102", "rooms": [room("102")]}
        await school.post(f"sites/{site['id']}/changes", place)

        answer = await put_timetable(school, running, [*PLAN[:9], *lessons("2025-03-12", count=1)], **WHY)

        assert (answer.status_code, answer.json()["pointer"]) == (404, "/lessons/9/room")
