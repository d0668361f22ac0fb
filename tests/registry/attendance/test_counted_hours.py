"""What hours count, over HTTP as a clerk's devices send marks: by the timetable that stands, and across a transfer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.contracts.registry.attendance import AttendanceRecorded
from shared.contracts.registry.enrolments import EnrolmentCorrected
from tests.registry.attending import (
    DAY,
    codes,
    enrolment_of,
    flags,
    hours,
    mark,
    post,
    read,
    run,
    running,
    set_policy,
    told,
)
from tests.registry.attending import lesson as marks
from tests.registry.enrolling import REASON
from tests.registry.school import School, add_site, set_today, trainee
from tests.registry.teaching import engage, lesson, lessons, put_timetable

DAYS = [f"2025-03-{day:02d}" for day in range(1, 11)]
OMITTED = {"reason": "大雪停课"}
WHY = {"reason": "因故调整"}


async def timetabled(
    school: School, *numbers: int, planned: list[dict[str, object]] | None = None, **changes: object
) -> str:
    """A running class with these trainees and a lesson from 08:30 to 13:30 on each of the first ten days of March."""
    set_today(school.registry, date(2025, 2, 20))
    await add_site(school)
    await engage(school)
    class_id = await school.file(**changes)
    planned_answer = await put_timetable(school, class_id, lessons() if planned is None else planned)
    assert planned_answer.status_code == 200, planned_answer.text
    await school.enrol(class_id, *(trainee(number) for number in numbers or (1,)))
    assert (await school.post(f"classes/{class_id}/approval", headers=school.officer())).status_code == 200
    set_today(school.registry, date(2025, 3, 1))
    assert (await school.post(f"classes/{class_id}/start")).status_code == 200
    set_today(school.registry, date(2025, 3, 20))
    await set_policy(school, "attendance.edit_days_max", "30")
    return class_id


async def attend(school: School, *days: str, number: int = 1) -> None:
    answer = await post(school, *(row for day in days for row in marks(number, "08:30", "13:30", day=day)))
    assert set(codes(answer)) == {"accepted"}


async def omit(school: School, class_id: str, day: str) -> None:
    content = {"begins_at": [f"{day}T08:30:00+08:00"], **OMITTED}
    answer = await school.post(f"classes/{class_id}/omission", content)
    assert answer.status_code == 200, answer.text


async def conclude(school: School, class_id: str) -> list[dict[str, Any]]:
    answer = await school.post(f"classes/{class_id}/conclusion")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def edit(school: School, count: int, *, day: str = DAY) -> tuple[int, dict[str, Any]]:
    content = {"day": day, "hours": count, "reason": "停电，考勤机未记录"}
    answer = await school.post(f"enrolments/{await enrolment_of(school)}/attendance-edits", content)
    return answer.status_code, answer.json()


class TestADayWithoutALesson:
    async def test_completes_no_class(self, school: School) -> None:
        class_id = await timetabled(school)

        await post(school, *(row for day in range(11, 19) for row in marks(1, "08:30", "17:30", day=f"2025-03-{day}")))

        assert await hours(school) == {}
        (row,) = await conclude(school, class_id)
        assert (row["status"], row["hours"], row["attended"]) == ("failed", 0, 0)

    async def test_counts_nothing_by_hand_either(self, school: School) -> None:
        await timetabled(school)

        free_day, refused = await edit(school, 6, day="2025-03-12")
        too_many, also_refused = await edit(school, 7)
        allowed, _ = await edit(school, 6)

        assert (free_day, refused["code"], refused["hours_max"]) == (422, "too-many-day-hours", 0)
        assert (too_many, also_refused["hours_max"]) == (422, 6)
        assert allowed == 200


class TestATimetableThatChanges:
    async def test_takes_the_hours_of_an_omitted_lesson_back_at_once(self, school: School) -> None:
        class_id = await timetabled(school, 1, 2)
        await attend(school, *DAYS)
        await attend(school, *DAYS[5:], number=2)

        await omit(school, class_id, DAY)

        assert ("T1", DAY) not in await hours(school)
        latest = {fact.enrolment_id: fact.hours for fact in await told(school)}
        assert sorted(latest.values()) == [30, 54]
        last = (await told(school))[-1]
        assert (type(last), last.day.isoformat(), last.day_hours) == (AttendanceRecorded, DAY, 0)
        rows = {row["local_id"]: (row["status"], row["hours"]) for row in await conclude(school, class_id)}
        assert rows == {"T1": ("completed", 54), "T2": ("failed", 30)}

    async def test_takes_an_edit_back_with_its_lesson_and_counts_it_again_with_one_in_its_place(
        self, school: School
    ) -> None:
        class_id = await timetabled(school)
        set_today(school.registry, date(2025, 3, 8))
        assert (await edit(school, 6))[0] == 200

        await omit(school, class_id, DAY)
        fallen_out = await hours(school)
        await run(school, "UPDATE lesson SET omitted = false, held = true WHERE omitted")
        later = [*lessons(count=9), lesson("2025-03-15")]
        assert (await put_timetable(school, class_id, later, **WHY)).status_code == 200

        assert fallen_out == {}
        assert await hours(school) == {("T1", DAY): 6}

    async def test_that_comes_after_the_marks_counts_them_by_its_lessons(self, school: School) -> None:
        class_id = await running(school, 1)
        await post(school, *marks(1, "08:30", "17:30"), *marks(1, "08:30", "17:30", day="2025-03-12"))
        before = await hours(school)
        await add_site(school)
        await engage(school)

        answer = await put_timetable(school, class_id, lessons())

        assert answer.status_code == 200, answer.text
        assert before == {("T1", DAY): 8, ("T1", "2025-03-12"): 8}
        assert await hours(school) == {("T1", DAY): 6}

    async def test_decides_outcomes_again(self, school: School) -> None:
        class_id = await timetabled(school)
        await attend(school, *DAYS[:8])
        assert [(row["status"], row["hours"]) for row in await conclude(school, class_id)] == [("completed", 48)]

        await omit(school, class_id, DAY)

        fact = (await school.registry.told())[-1]
        assert isinstance(fact, EnrolmentCorrected)
        assert (fact.status, fact.hours) == ("failed", 42)
        history = (await read(school, f"enrolments/{await enrolment_of(school)}/history")).json()
        assert (history[-1]["verb"], history[-1]["reason"]) == ("correct", OMITTED["reason"])

    async def test_bounds_posted_hours_too(self, school: School) -> None:
        class_id = await timetabled(school)
        await omit(school, class_id, DAY)

        refused = await school.conclude(class_id, T1=55)
        taken = await school.conclude(class_id, T1=54)

        assert codes(refused) == ["too-many-hours"]
        assert refused.json()["rows"][0]["errors"][0]["hours_max"] == 54
        assert codes(taken) == ["accepted"]


class TestALessonOverMidnight:
    async def test_is_refused_when_it_is_planned(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 20))
        await add_site(school)
        await engage(school)
        class_id = await school.file()
        night = lesson("2025-03-01", begins_at="2025-03-01T20:00:00+08:00", ends_at="2025-03-02T00:30:00+08:00")

        answer = await put_timetable(school, class_id, [night, *lessons("2025-03-02", count=9)])

        assert (answer.status_code, answer.json()["code"]) == (422, "lesson-over-midnight")
        assert answer.json()["pointer"] == "/lessons/0/ends_at"


class TestADoubleTap:
    async def test_costs_nobody_the_morning_and_is_told_in_the_answer(self, school: School) -> None:
        await running(school, 1)
        rows = [mark(1, "in", "08:30:00"), mark(1, "out", "08:30:04"), mark(1, "out", "12:00")]

        answer = await post(school, *rows)

        assert await hours(school) == {("T1", DAY): 4}
        assert [[each["code"] for each in row.get("warnings", [])] for row in answer.json()["rows"]] == [
            [], ["double-tap"], [],
        ]  # fmt: skip
        assert await flags(school) == []

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
    async def test_that_turned_the_directions_round_is_told_and_flagged_in_any_order(
        self, school: School, order: tuple[int, ...]
    ) -> None:
        await running(school, 1)
        rows = [mark(1, *each) for each in (("in", "08:30"), ("out", "12:00:00"), ("in", "12:00:04"), ("out", "14:00"))]

        answers = [await post(school, rows[place]) for place in order]

        told_to = [each for answer in answers for row in answer.json()["rows"] for each in row.get("warnings", [])]
        assert [each["code"] for each in told_to] == ["double-tap"]
        assert await flags(school) == [("C20", "double-tap")]


class TestOneSecondLate:
    async def test_costs_no_class_hour(self, school: School) -> None:
        await timetabled(school, planned=self.two_a_day(), hours=60)

        for number, (begins, ends) in enumerate((("08:30:01", "11:30:00"), ("14:00:01", "16:59:59"))):
            await post(school, *marks(1, begins, ends, device=f"gate-{number}"))

        assert await hours(school) == {("T1", DAY): 8}

    async def test_or_six_minutes_late_costs_one(self, school: School) -> None:
        await timetabled(school, planned=self.two_a_day(), hours=60)

        await post(school, *marks(1, "08:36", "11:30"), *marks(1, "14:00", "17:00"))

        assert await hours(school) == {("T1", DAY): 7}

    def two_a_day(self) -> list[dict[str, object]]:
        """Four hours in the morning and four in the afternoon of 3 to 9 March, and four more on the tenth."""
        halves = (("08:30", "11:30"), ("14:00", "17:00"))
        days = [f"2025-03-{day:02d}" for day in range(3, 10)]
        slots = [*((day, half) for day in days for half in halves), ("2025-03-10", halves[0])]
        return [
            lesson(day, begins_at=f"{day}T{begins}:00+08:00", ends_at=f"{day}T{ends}:00+08:00", hours=4)
            for day, (begins, ends) in slots
        ]


class TestLateMarks:
    async def test_are_taken_as_long_as_an_edit_by_hand_too(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 12))
        await school.run(trainee(1))
        kept = marks(1, "09:00", "12:00")
        assert codes(await post(school, *kept)) == ["accepted"] * 2
        set_today(school.registry, date(2025, 3, 13))

        answer = await post(
            school,
            *marks(1, "14:00", "17:00"),
            mark(1, "in", "14:01", method="hand", device=None),
            *kept,
            mark(1, "in", "09:00", day="2025-03-06"),
        )

        assert codes(answer) == ["mark-too-late"] * 3 + ["repeated"] * 2 + ["accepted"]
        assert answer.json()["rows"][0]["errors"][0]["days_max"] == 7
        assert await hours(school) == {("T1", DAY): 4}


class TestATransfer:
    async def moved(self, school: School) -> tuple[str, str, str]:
        """A trainee with 18 class hours in the first class and none yet in the second; both classes, and the new
        enrolment."""
        first = await running(school, 1, local_id="2025-001", ends_on="2025-03-31")
        second = await running(school, 2, local_id="to", ends_on="2025-03-31")
        set_today(school.registry, date(2025, 3, 10))
        await post(school, *(row for day in DAYS[2:5] for row in marks(1, "08:30", "13:00", day=day)))
        content = {"class_id": second, "local_id": "N1", **REASON}
        entered = await school.post(f"enrolments/{await enrolment_of(school)}/transfer", content)
        assert entered.status_code == 201, entered.text
        return first, second, entered.json()["id"]

    async def attend_there(self, school: School, *days: str) -> None:
        named = {"class_local_id": "to", "trainee_local_id": "N1"}
        rows = [row for day in days for row in marks(1, "08:30", "13:00", day=day, **named)]
        assert set(codes(await post(school, *rows))) == {"accepted"}

    async def test_adds_the_hours_of_both_classes_up_and_the_outcome_says_so(self, school: School) -> None:
        _, second, entered = await self.moved(school)
        set_today(school.registry, date(2025, 4, 1))
        await self.attend_there(school, *(f"2025-03-{day}" for day in range(10, 15)))
        seen = (await read(school, f"enrolments/{entered}/attendance")).json()
        assert [seen[name] for name in ("hours", "carried", "share")] == [30, 18, 0.8]

        rows = {row["local_id"]: row for row in await conclude(school, second)}

        assert rows["N1"]["status"] == "completed"
        assert [rows["N1"][name] for name in ("hours", "attended", "carried")] == [48, 30, 18]
        assert [rows["T2"][name] for name in ("hours", "attended", "carried")] == [0, 0, 0]

    async def test_an_edit_in_the_class_before_decides_the_outcome_again(self, school: School) -> None:
        _, second, _ = await self.moved(school)
        set_today(school.registry, date(2025, 4, 1))
        await self.attend_there(school, *(f"2025-03-{day}" for day in range(10, 15)))
        await conclude(school, second)

        status, _ = await edit(school, 4, day=DAYS[2])

        assert status == 200
        (row,) = await school.registry.rows("SELECT status, hours FROM enrolment WHERE local_id = 'N1'")
        assert (row.status, row.hours) == ("failed", 46)

    async def test_posted_hours_may_be_those_of_both(self, school: School) -> None:
        _, second, _ = await self.moved(school)
        set_today(school.registry, date(2025, 3, 12))
        await self.attend_there(school, "2025-03-10")

        refused, taken = [await school.conclude(second, N1=count) for count in (25, 24)]

        assert codes(refused) == ["more-hours-than-attended"]
        assert refused.json()["rows"][0]["errors"][0]["hours_max"] == 24
        assert codes(taken) == ["accepted"]
