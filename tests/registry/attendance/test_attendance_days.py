"""Which marks make hours, over HTTP: on days of training, of faces that matched."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registry.attending import (
    DAY,
    codes,
    enrolment_of,
    flags,
    hours,
    lesson,
    mark,
    post,
    read,
    run,
    running,
    set_policy,
)
from tests.registry.school import School, add_site, set_today, trainee
from tests.registry.teaching import engage, lessons, put_timetable


class TestDays:
    async def test_on_which_somebody_was_not_in_training(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 8))
        await running(school, 1, 2)
        await school.post(f"enrolments/{await enrolment_of(school, 'T1')}/withdrawal", {"on": "2025-03-05"})
        await school.post(f"enrolments/{await enrolment_of(school, 'T2')}/deferral", {"on": "2025-03-07"})

        answer = await post(
            school,
            *(mark(1, "in", "09:00", day=day) for day in ("2025-03-04", DAY)),
            *(mark(2, "in", "09:00", day=day) for day in ("2025-03-06", "2025-03-07")),
        )

        assert codes(answer) == ["accepted", "not-in-training"] * 2
        refused = [row["errors"][0] for row in answer.json()["rows"][1::2]]
        assert [(each["state"], each["until_on"]) for each in refused] == [
            ("withdrawn", "2025-03-04"), ("deferred", "2025-03-06"),
        ]  # fmt: skip

    async def test_between_deferral_and_resumption_are_refused_and_those_before_and_after_are_taken(
        self, school: School
    ) -> None:
        set_today(school.registry, date(2025, 3, 8))
        await running(school, 1)
        enrolment_id = await enrolment_of(school)
        await school.post(f"enrolments/{enrolment_id}/deferral", {"on": "2025-03-07"})
        set_today(school.registry, date(2025, 3, 12))
        await school.post(f"enrolments/{enrolment_id}/resumption", {"reason": "返校"})
        await run(
            school,
            "INSERT INTO earlier_days (enrolment_id, person, from_on, until_on)"
            " SELECT id, person, '2025-03-01', '2025-03-06' FROM enrolment ON CONFLICT DO NOTHING",
        )

        set_today(school.registry, date(2025, 3, 13))

        days = ["2025-03-06", "2025-03-07", "2025-03-11", "2025-03-12"]
        answer = await post(school, *(row for day in days for row in lesson(1, "09:00", "10:30", day=day)))

        assert codes(answer) == ["accepted"] * 2 + ["not-in-training"] * 4 + ["accepted"] * 2
        assert await hours(school) == {("T1", "2025-03-06"): 2, ("T1", "2025-03-12"): 2}


class TestLessons:
    async def test_are_what_hours_are_counted_in_and_days_without_any_count_nothing(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 20))
        class_id = await school.file()
        await add_site(school)
        await engage(school)
        assert (await put_timetable(school, class_id, lessons())).status_code == 200
        await school.enrol(class_id, trainee(1), trainee(2))
        assert (await school.post(f"classes/{class_id}/approval", headers=school.officer())).status_code == 200
        set_today(school.registry, date(2025, 3, 20))
        assert (await school.post(f"classes/{class_id}/start")).status_code == 200

        await set_policy(school, "attendance.edit_days_max", "30")
        await post(school, *(row for each in (1, 2) for row in lesson(each, f"08:2{each}", f"17:3{each}")))
        assert await hours(school) == {("T1", DAY): 6, ("T2", DAY): 6}
        assert await flags(school) == []

        day = "2025-03-12"
        await post(school, *(row for each in (1, 2) for row in lesson(each, f"08:2{each}", f"17:3{each}", day=day)))
        assert await hours(school) == {("T1", DAY): 6, ("T2", DAY): 6}
        assert await flags(school) == []


class TestFaces:
    async def test_leave_the_result_and_nothing_else(self, school: School) -> None:
        class_id = await running(school, 1)

        await post(school, *lesson(1, "09:00", "12:00", method="face", matched=True, score=97))

        row, _ = (await read(school, f"classes/{class_id}/attendance-marks")).json()["rows"]
        assert (row["method"], row["score"], row["matched"], row["counts"]) == ("face", 97, True, True)
        assert await hours(school) == {("T1", DAY): 4}

    @pytest.mark.parametrize(
        "result", [{"matched": False}, {"matched": False, "score": 99}, {"matched": True, "score": 79}]
    )
    async def test_that_did_not_match_are_kept_and_count_nothing(
        self, school: School, result: dict[str, object]
    ) -> None:
        class_id = await running(school, 1)
        rows = [mark(1, "in", "09:00", method="face", **result), mark(1, "out", "12:00", method="face", matched=True)]

        assert codes(await post(school, *rows)) == ["accepted"] * 2

        assert await hours(school) == {}
        kept = (await read(school, f"classes/{class_id}/attendance-marks")).json()["rows"]
        assert [row["counts"] for row in kept] == [False, True]
        assert codes(await post(school, *rows)) == ["repeated"] * 2
