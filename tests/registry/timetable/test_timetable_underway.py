"""Timetables of a class that runs: what is over stays as it was, what falls out is made up."""

from __future__ import annotations

from datetime import date
from typing import Final

import httpx
import pytest

from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, open_school, set_today, trainee
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
    await school.enrol(class_id, trainee(1))
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


class TestOmission:
    """The lesson of 4 March fell out; it would have begun at half past eight."""

    BEGINS: Final = "2025-03-04T08:30:00+08:00"
    LEFT: Final = [*PLAN[:3], *PLAN[4:]]

    async def omit(self, school: School, class_id: str, *begins_at: str) -> httpx.Response:
        content = {"begins_at": begins_at or [self.BEGINS], "reason": "大雪停课"}
        return await school.post(f"classes/{class_id}/omission", content)

    async def test_the_hours_of_a_lesson_that_was_not_held_are_made_up_later(
        self, school: School, running: str
    ) -> None:
        omitted = await self.omit(school, running)
        again = await self.omit(school, running)
        made_up = await put_timetable(school, running, [*self.LEFT, *lessons("2025-03-15", count=1, room="102")], **WHY)

        assert omitted.status_code == 200, omitted.text
        assert again.json() == omitted.json()
        assert (len(omitted.json()["lessons"]), len(omitted.json()["omitted"])) == (9, 1)
        assert made_up.status_code == 200, made_up.text
        assert [each["begins_at"][:10] for each in made_up.json()["lessons"]][-1] == "2025-03-15"
        assert made_up.json()["omitted"] == omitted.json()["omitted"]
        history = await school.registry.http.get(f"/v1/classes/{running}/history", headers=school.officer())
        steps = [(step["verb"], step["reasons"]) for step in history.json()["rows"]]
        assert steps[-2:] == [("omit", ["大雪停课"]), ("plan", [WHY["reason"]])]

    async def test_until_it_is_made_up_the_class_can_be_changed_but_not_lose_other_hours(
        self, school: School, running: str
    ) -> None:
        await self.omit(school, running)

        fewer_seats = await school.post(f"classes/{running}/change", WHY | {"seats": 39})
        shorter = await put_timetable(school, running, self.LEFT[:8], **WHY)
        longer = await put_timetable(school, running, [*self.LEFT, *lessons("2025-03-15", count=2, room="102")], **WHY)

        assert fewer_seats.status_code == 200, fewer_seats.text
        assert [each.json()["code"] for each in (shorter, longer)] == ["timetable-hours-differ"] * 2

    async def test_what_is_to_come_unknown_or_of_others_is_refused(self, school: School, running: str) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, name="另一所学校")

        to_come = await self.omit(school, running, "2025-03-10T08:30:00+08:00")
        unknown = await self.omit(school, running, self.BEGINS, "2025-03-04T09:30:00+08:00")
        foreign = await self.omit(other, running)

        assert (to_come.status_code, to_come.json()["code"]) == (409, "lesson-to-come")
        assert (unknown.status_code, unknown.json()["pointer"]) == (404, "/begins_at/1")
        assert foreign.status_code == 403
        timetable = await school.registry.http.get(f"/v1/classes/{running}/timetable", headers=school.headers)
        assert timetable.json()["omitted"] == []

    async def test_a_lesson_that_was_not_held_does_not_come_back(self, school: School, running: str) -> None:
        await self.omit(school, running)

        answer = await put_timetable(school, running, PLAN, **WHY)

        assert (answer.status_code, answer.json()["code"]) == (409, "lesson-has-begun")
