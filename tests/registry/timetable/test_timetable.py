"""Timetables over HTTP: judged, reported before, required at approval, given up with the class."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from shared.contracts.registry.flags import FlagRaised
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, filing, open_school, set_policy, set_today
from tests.registry.teaching import engage, lesson, lessons, put_timetable

WHY = {"reason": "教师调课"}


@pytest.fixture
async def class_id(school: School) -> str:
    """A filed class from 1 to 20 March 2025 with sixty hours; teacher J1 and site S1 are there. It is 20 February."""
    set_today(school.registry, date(2025, 2, 20))
    await add_site(school)
    await engage(school)
    return await school.file()


async def planned(school: School, class_id: str) -> list[dict[str, Any]]:
    answer = await school.registry.http.get(f"/v1/classes/{class_id}/timetable", headers=school.headers)
    found: list[dict[str, Any]] = answer.json()["lessons"]
    return found


async def flags(school: School) -> list[tuple[str, str, bool]]:
    return [
        (fact.check, fact.kind, fact.holds) for fact in await school.registry.told() if isinstance(fact, FlagRaised)
    ]


class TestPlanning:
    async def test_lessons_are_kept_and_stand_in_the_history(self, school: School, class_id: str) -> None:
        answer = await put_timetable(school, class_id, lessons())
        again = await put_timetable(school, class_id, lessons()[::-1])

        assert answer.status_code == 200, answer.text
        assert again.json() == answer.json() == {"lessons": await planned(school, class_id), "omitted": []}
        kept = answer.json()["lessons"]
        assert [each["begins_at"][:13] for each in kept] == [f"2025-03-{day:02d}T00" for day in range(1, 11)]
        history = await school.registry.http.get(f"/v1/classes/{class_id}/history", headers=school.officer())
        steps = history.json()["rows"]
        assert [step["verb"] for step in steps] == ["file", "plan"]
        assert (len(steps[1]["change"]["new"]), steps[1]["change"]["gone"]) == (10, [])

    @pytest.mark.parametrize(
        ("changed", "status", "code", "check", "pointer"),
        [
            ({"teacher": "J9"}, 422, "teacher-not-engaged", "", "/lessons/9/teacher"),
            ({"site": "S9"}, 404, "not-found", "", "/lessons/9/site"),
            ({"site": None}, 404, "not-found", "", "/lessons/9/site"),
            ({"room": "999"}, 404, "not-found", "", "/lessons/9/room"),
            ({"hours": 7}, 422, "lesson-too-short", "C14", "/lessons/9/hours"),
            ({"hours": 5}, 422, "timetable-hours-differ", "C14", "/lessons"),
            ({"kind": "practice"}, 422, "rooms-too-small", "C18", "/lessons/9/room"),
            ({"ends_at": "2025-03-10T08:30:00+08:00"}, 422, "lesson-ends-before-start", "", "/lessons/9/ends_at"),
            ({"ends_at": "2025-03-10T13:30:00"}, 422, "malformed-request", "", None),
            ({"begins_at": "0001-01-01T00:00:00+23:00"}, 422, "malformed-request", "", None),
            ({"ends_at": "9999-12-31T20:00:00Z"}, 422, "malformed-request", "", None),
            ({"hours": 10**9}, 422, "malformed-request", "", None),
            ({"begins_at": "2025-03-09T12:30:00+08:00", "ends_at": "2025-03-09T18:30:00+08:00"},
             422, "lessons-meet", "", "/lessons/9/begins_at"),
            ({"begins_at": "2025-03-09T20:00:00+08:00", "ends_at": "2025-03-10T00:30:00+08:00"},
             422, "lesson-over-midnight", "", "/lessons/9/ends_at"),
            ({"begins_at": "2025-03-21T08:30:00+08:00", "ends_at": "2025-03-21T13:30:00+08:00"},
             422, "lesson-outside-class", "", "/lessons/9/begins_at"),
            ({"begins_at": "2025-03-09T13:30:00+08:00", "ends_at": "2025-03-09T18:30:00+08:00"},
             422, "too-many-lesson-hours", "C20", "/lessons"),
            ({"begins_at": "2025-03-09T08:30:00+08:00", "ends_at": "2025-03-09T13:30:00+08:00"},
             409, "teacher-in-two-places", "C06", "/lessons/9/teacher"),
        ],
        ids=lambda value: str(value)[:40],
    )  # fmt: skip
    async def test_a_plan_with_a_fault_is_refused_with_its_place(
        self,
        school: School,
        class_id: str,
        changed: dict[str, object],
        status: int,
        code: str,
        check: str,
        pointer: str | None,
    ) -> None:
        answer = await put_timetable(school, class_id, [*lessons(count=9), lesson("2025-03-10", **changed)])

        problem = answer.json()
        assert (answer.status_code, problem["code"], problem.get("check", "")) == (status, code, check)
        assert pointer is None or problem["pointer"] == pointer
        assert await planned(school, class_id) == []

    async def test_a_teacher_who_left_or_may_not_teach_the_project_is_refused(
        self, school: School, class_id: str
    ) -> None:
        await engage(school, 2, last_on="2025-03-09")
        await engage(school, 3, projects=[])
        await engage(school, 4, qualifications=[])
        answers = [await put_timetable(school, class_id, lessons(teacher=f"J{number}")) for number in (2, 3, 4)]

        assert [(answer.json()["code"], answer.json()["pointer"]) for answer in answers] == [
            ("teacher-not-engaged", "/lessons/9/teacher"),
            ("teacher-not-for-project", "/lessons/0/teacher"),
            ("teacher-not-qualified", "/lessons/0/teacher"),
        ]

    async def test_lessons_of_another_class_take_its_teacher_and_its_room(self, school: School, class_id: str) -> None:
        assert (await put_timetable(school, class_id, lessons())).status_code == 200
        await engage(school, 2)
        rooms = [{"name": "201", "kind": "theory", "seats": 60}]
        await add_site(school, local_id="S2", address="郑州市某路 2 号", rooms=rooms)
        other = await school.file(local_id="2025-002")

        same_teacher = await put_timetable(school, other, lessons(site="S2", room="201"))
        same_room = await put_timetable(school, other, lessons(teacher="J2"))
        neither = await put_timetable(school, other, lessons(teacher="J2", site="S2", room="201"))

        assert [(each.json()["code"], each.json()["check"]) for each in (same_teacher, same_room)] == [
            ("teacher-in-two-places", "C06"),
            ("room-taken", "C18"),
        ]
        assert neither.status_code == 200

    async def test_of_two_classes_at_once_one_gets_the_teacher(self, school: School, class_id: str) -> None:
        rooms = [{"name": "201", "kind": "theory", "seats": 60}]
        await add_site(school, local_id="S2", address="郑州市某路 2 号", rooms=rooms)
        other = await school.file(local_id="2025-002")

        answers = await asyncio.gather(
            put_timetable(school, class_id, lessons()), put_timetable(school, other, lessons(site="S2", room="201"))
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (refused,) = [answer.json() for answer in answers if answer.status_code == 409]
        assert (refused["code"], refused["check"]) == ("teacher-in-two-places", "C06")

    async def test_odd_times_holidays_and_borrowed_people_and_places_are_flagged(
        self, school: School, class_id: str
    ) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, name="另一所学校")
        await add_site(other, local_id="X1")
        await engage(other, 2)
        await engage(school, 2, full_time=False)
        at_night = {"begins_at": "2025-03-10T18:00:00+08:00", "ends_at": "2025-03-10T23:00:00+08:00"}

        answer = await put_timetable(
            school, class_id, [*lessons(count=9), lesson("2025-03-10", teacher="J2", **at_night)]
        )

        assert answer.status_code == 200
        assert sorted(await flags(school)) == [
            ("C20", "lesson-at-odd-time", False), ("C24", "borrowed-site", True), ("C24", "borrowed-teacher", True),
        ]  # fmt: skip

    async def test_practice_belongs_into_a_room_that_is_listed_for_it(self, school: School, class_id: str) -> None:
        rooms = [
            {"name": f"{kind}-{place}", "kind": kind, "seats": 30} for kind in ("theory", "any") for place in (1, 2)
        ]
        await add_site(school, local_id="S2", address="郑州市某路 2 号", rooms=rooms)
        await engage(school, 2)

        for kind, odd in (("any", 0), ("theory", 2)):
            groups = [
                each | {"site": "S2", "room": f"{kind}-{place}", "teacher": f"J{place}", "kind": "practice"}
                for place in (1, 2)
                for each in lessons()
            ]
            assert (await put_timetable(school, class_id, groups)).status_code == 200
            assert await flags(school) == [("C18", "practice-in-theory-room", False)] * odd

    async def test_only_the_institution_plans_and_who_reads_the_class_reads_its_lessons(
        self, school: School, class_id: str
    ) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, name="另一所学校")
        path = f"/v1/classes/{class_id}/timetable"
        read = [
            (await school.registry.http.get(path, headers=headers)).status_code
            for headers in (school.headers, school.officer(), school.officer("410202"), other.headers)
        ]

        assert (await put_timetable(other, class_id, lessons())).status_code == 403
        assert read == [200, 200, 403, 403]


class TestApproval:
    async def test_where_policy_asks_a_subsidised_class_is_approved_with_its_timetable_only(
        self, school: School, class_id: str
    ) -> None:
        await set_policy(school.registry, "class.timetable_required", "yes")
        unpaid = await school.file(local_id="2025-002", fund_source=None)

        without = await school.post(f"classes/{class_id}/approval", headers=school.officer())
        nobody_asks = await school.post(f"classes/{unpaid}/approval", headers=school.officer())
        await put_timetable(school, class_id, lessons())
        with_it = await school.post(f"classes/{class_id}/approval", headers=school.officer())

        assert (without.status_code, without.json()["code"]) == (409, "class-incomplete")
        assert without.json()["missing"] == ["timetable"]
        assert (nobody_asks.status_code, with_it.status_code) == (200, 200)

    async def test_a_plan_that_does_not_fit_the_class_any_more_is_not_approved(
        self, school: School, class_id: str
    ) -> None:
        await put_timetable(school, class_id, lessons())
        await school.post(f"classes/{class_id}/return", {"reasons": ["学时不足"]}, headers=school.officer())
        mended = {name: value for name, value in filing(hours=66).items() if name != "local_id"}
        assert (await school.post(f"classes/{class_id}/refiling", mended)).status_code == 200

        answer = await school.post(f"classes/{class_id}/approval", headers=school.officer())

        assert (answer.status_code, answer.json()["code"]) == (422, "timetable-hours-differ")


class TestChanging:
    @pytest.fixture
    async def approved(self, school: School, class_id: str) -> str:
        assert (await put_timetable(school, class_id, lessons())).status_code == 200
        await engage(school, 2)
        await school.post(f"classes/{class_id}/approval", headers=school.officer())
        return class_id

    async def test_after_approval_a_change_has_a_reason_and_is_reported_before(
        self, school: School, approved: str
    ) -> None:
        moved = [*lessons(count=9), *lessons("2025-03-11", count=1)]
        silent = await put_timetable(school, approved, moved)
        set_today(school.registry, date(2025, 3, 10) - timedelta(days=2))
        in_time = await put_timetable(school, approved, moved, **WHY)
        set_today(school.registry, date(2025, 3, 12))
        afterwards = await put_timetable(school, approved, lessons(), **WHY)

        assert (silent.status_code, silent.json()["code"]) == (422, "timetable-reason-missing")
        assert in_time.status_code == 200
        assert (afterwards.status_code, afterwards.json()["code"]) == (409, "lesson-has-begun")

    async def test_a_stand_in_for_the_teacher_is_possible_at_the_last_moment_but_not_another_time(
        self, school: School, approved: str
    ) -> None:
        # It is some hour of the tenth: the last lesson is moved to the evening of the eleventh first.
        evening = {"begins_at": "2025-03-11T17:00:00+08:00", "ends_at": "2025-03-11T22:00:00+08:00"}
        plan = [*lessons(count=9), lesson("2025-03-11", **evening)]
        assert (await put_timetable(school, approved, plan, **WHY)).status_code == 200
        set_today(school.registry, date(2025, 3, 10))
        # Less than 24 hours ahead in any hour of the tenth would need the eleventh; policy asks for two days here.
        await set_policy(school.registry, "filing.change_lead_hours", "48")

        later = await put_timetable(school, approved, [*plan[:9], *lessons("2025-03-12", count=1)], **WHY)
        stand_in = await put_timetable(
            school, approved, [*plan[:9], lesson("2025-03-11", teacher="J2", **evening)], **WHY
        )

        assert (later.status_code, later.json()["code"]) == (409, "change-reported-too-late")
        assert stand_in.status_code == 200

    async def test_other_days_of_the_class_come_with_their_lessons(self, school: School, approved: str) -> None:
        terms = WHY | {"starts_on": "2025-03-08", "ends_on": "2025-03-27"}

        alone = await school.post(f"classes/{approved}/change", terms)
        together = await school.post(f"classes/{approved}/change", terms | {"lessons": lessons("2025-03-08")})

        assert (alone.status_code, alone.json()["code"]) == (422, "lesson-outside-class")
        assert together.status_code == 200, together.text
        assert [each["begins_at"][:10] for each in await planned(school, approved)][::9] == ["2025-03-08", "2025-03-17"]

    async def test_another_site_of_the_class_leaves_its_lessons_where_they_are(
        self, school: School, approved: str
    ) -> None:
        rooms = [{"name": "201", "kind": "theory", "seats": 60}]
        site_id = await add_site(school, local_id="S2", address="郑州市某路 2 号", rooms=rooms)
        before = await planned(school, approved)

        moved = await school.post(f"classes/{approved}/change", WHY | {"site": "S2"})
        history = await school.registry.http.get(f"/v1/classes/{approved}/history", headers=school.headers)

        assert (moved.status_code, moved.json()["site_id"]) == (200, site_id)
        assert history.json()["rows"][-1]["change"] == {"site_id": {"from": None, "to": site_id}}
        assert await planned(school, approved) == before

    async def test_a_class_that_is_given_up_lets_go_of_teacher_and_room(self, school: School, approved: str) -> None:
        other = await school.file(local_id="2025-002")

        taken = await put_timetable(school, other, lessons())
        await school.cancel(approved)
        free = await put_timetable(school, other, lessons())
        closed = await put_timetable(school, approved, lessons(count=10, teacher="J2"))

        assert (taken.status_code, free.status_code) == (409, 200)
        assert (closed.status_code, closed.json()["code"]) == (409, "timetable-closed")
        assert len(await planned(school, approved)) == 10
