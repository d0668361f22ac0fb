"""The days that an enrolment takes of its person, over HTTP: what was trained stays taken (C04)."""

from __future__ import annotations

from datetime import date

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.registry.attending import lesson, post
from tests.registry.enrolling import MID_MARCH, code, enrolment_of, running, step, transfer
from tests.registry.persons.test_persons import merge, undo
from tests.registry.school import School, set_today, trainee


@pytest.fixture
async def school(school: School) -> School:
    set_today(school.registry, MID_MARCH)
    return school


class TestEnding:
    @pytest.mark.parametrize("verb", ["withdrawal", "deferral"])
    async def test_before_the_first_day_is_refused(self, school: School, verb: str) -> None:
        _, enrolment_id = await running(school, 1)

        answers = [await step(school, enrolment_id, verb, on=on) for on in ("1900-01-01", "2025-02-28", "2025-03-01")]

        assert [code(answer) for answer in answers] == [(422, "ends-before-it-began")] * 2 + [(200, None)]
        assert answers[0].json()["first_on"] == "2025-03-01"

    @pytest.mark.parametrize("verb", ["withdrawal", "deferral"])
    async def test_before_a_day_that_attendance_counts_is_refused(self, school: School, verb: str) -> None:
        _, enrolment_id = await running(school, 1)
        await post(school, *lesson(1, "09:00:00", "12:00:00", day="2025-03-05"))

        refused = [await step(school, enrolment_id, verb, on=on) for on in ("2025-03-02", "2025-03-05")]
        taken = await step(school, enrolment_id, verb, on="2025-03-06")

        assert [code(answer) for answer in refused] == [(409, "ends-before-attendance")] * 2
        assert (refused[0].json()["attended_on"], refused[0].json()["check"]) == ("2025-03-05", "C04")
        assert taken.json()["until_on"] == "2025-03-05"

    async def test_a_day_edited_to_nothing_is_free(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        await post(school, *lesson(1, "09:00:00", "12:00:00", day="2025-03-05"))
        edit = {"day": "2025-03-05", "hours": 0, "reason": "误打卡"}
        await school.post(f"enrolments/{enrolment_id}/attendance-edits", edit)

        assert (await step(school, enrolment_id, "withdrawal", on="2025-03-02")).status_code == 200

    async def test_who_was_there_today_cannot_be_in_another_class_today(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        await post(school, *lesson(1, "00:10:00", "01:40:00", day="2025-03-10"))
        to = await school.file(local_id="to", starts_on="2025-03-05", ends_on="2025-04-05")

        assert code(await transfer(school, enrolment_id, to)) == (409, "ends-before-attendance")


class TestEarlierDays:
    async def resumed(self, school: School, number: int = 1) -> str:
        """The enrolment of somebody who trained from 1 to 4 March and again from the 10th on."""
        _, enrolment_id = await running(school, number)
        assert (await step(school, enrolment_id, "deferral", on="2025-03-05")).status_code == 200
        assert (await step(school, enrolment_id, "resumption")).status_code == 200
        return enrolment_id

    async def test_stay_taken_after_a_resumption(self, school: School) -> None:
        await self.resumed(school)
        before = await school.file(local_id="before", starts_on="2025-03-04", ends_on="2025-03-05")
        between = await school.file(local_id="between", starts_on="2025-03-05", ends_on="2025-03-09")

        refused = await school.enrol(before, trainee(1, local_id="B1"))
        accepted = await school.enrol(between, trainee(1, local_id="B2"))

        error = refused.json()["rows"][0]["errors"][0]
        assert (error["code"], error["first_on"], error["last_on"]) == ("overlapping-class", "2025-03-01", "2025-03-04")
        assert accepted.json()["accepted"] == 1, accepted.text

    async def test_of_one_who_never_came_are_none(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        await step(school, enrolment_id, "deferral", on="2025-03-01")
        await step(school, enrolment_id, "resumption")

        assert await school.registry.rows("SELECT * FROM earlier_days") == []

    async def test_are_held_by_the_database_too(self, school: School) -> None:
        await self.resumed(school)
        class_id = await school.file(local_id="before", starts_on="2025-04-01", ends_on="2025-04-05")
        await school.enrol(class_id, trainee(1, local_id="B1"))
        statement = text("UPDATE enrolment SET from_on = '2025-03-03', until_on = '2025-03-03' WHERE local_id = 'B1'")

        with pytest.raises(DBAPIError) as refused:
            async with school.registry.engine.begin() as connection:
                await connection.execute(statement)

        assert isinstance(refused.value.orig.__cause__, asyncpg.ExclusionViolationError)  # type: ignore[union-attr]

    async def test_are_in_the_way_of_another_class_that_changes_its_days(self, school: School) -> None:
        await self.resumed(school)
        await school.run(trainee(1, local_id="B1"), local_id="other", starts_on="2025-02-10", ends_on="2025-02-20")
        set_today(school.registry, date(2025, 2, 15))
        (row,) = await school.registry.rows("SELECT id FROM class WHERE local_id = 'other'")

        answer = await school.post(f"classes/{row.id}/change", {"reason": "停电顺延", "ends_on": "2025-03-02"})

        assert code(answer) == (409, "change-overlaps")

    async def test_follow_their_person_and_come_back(self, school: School) -> None:
        enrolment_id = await self.resumed(school)
        april = await school.file(local_id="april", starts_on="2025-04-01", ends_on="2025-04-20")
        await school.enrol(april, trainee(2, local_id="A2"))
        on_earlier_days = await school.file(local_id="before", starts_on="2025-03-02", ends_on="2025-03-03")

        merged = await merge(school, 1, 2, into="second")
        refused = await school.enrol(on_earlier_days, trainee(2, local_id="B2"))
        await undo(school, merged.json()["id"])
        accepted = await school.enrol(on_earlier_days, trainee(2, local_id="B2"))

        assert refused.json()["rows"][0]["errors"][0]["code"] == "overlapping-class"
        assert accepted.json()["accepted"] == 1, accepted.text
        (row,) = await school.registry.rows("SELECT d.person = e.person AS same FROM earlier_days d, enrolment e "
                                            "WHERE e.id = d.enrolment_id")  # fmt: skip
        assert row.same
        assert enrolment_id == await enrolment_of(school, "T1")

    async def test_meet_those_of_another_key(self, school: School) -> None:
        await self.resumed(school)
        class_id = await school.file(local_id="before", starts_on="2025-03-02", ends_on="2025-03-03")
        await school.enrol(class_id, trainee(2, local_id="B2"))

        assert code(await merge(school, 1, 2)) == (409, "merge-overlaps")
