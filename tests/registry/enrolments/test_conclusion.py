"""Classes concluded by their attendance, over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from shared.contracts.registry.enrolments import EnrolmentCompleted, EnrolmentCorrected, EnrolmentFailed, EnrolmentState
from tests.registry.attending import codes, enrolment_of, lesson, post, run, running, set_policy
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, open_school
from tests.registry.teaching import engage
from tests.support.clock import now


async def told(school: School) -> list[EnrolmentState]:
    return [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentState)]


class TestConcludeByAttendance:
    DAYS = tuple(f"2025-03-{day:02d}" for day in range(3, 10))

    async def attend(self, school: School, **days: int) -> None:
        """So many full days of eight class hours each."""
        for local_id, count in days.items():
            number = int(local_id.removeprefix("T"))
            rows = [row for day in self.DAYS[:count] for row in lesson(number, "09:00", "15:00", day=day)]
            await post(school, *rows)

    async def conclusion(self, school: School, class_id: str) -> Any:
        return await school.post(f"classes/{class_id}/conclusion")

    async def test_completes_who_attended_enough_and_fails_the_others_by_check_c14(self, school: School) -> None:
        class_id = await running(school, 1, 2, 3, hours=56)
        await self.attend(school, T1=7, T2=5)

        answer = (await self.conclusion(school, class_id)).json()

        assert (answer["completed"], answer["failed"]) == (1, 2)
        rows = sorted((row["local_id"], row["status"], row["hours"], row["check"]) for row in answer["rows"])
        assert rows == [("T1", "completed", 56, None), ("T2", "failed", 40, "C14"), ("T3", "failed", 0, "C14")]
        facts = (await told(school))[-3:]
        assert sorted(type(fact).__name__ for fact in facts) == ["EnrolmentCompleted"] + ["EnrolmentFailed"] * 2
        assert {fact.effective_on.isoformat() for fact in facts} == {"2025-03-20"}
        assert {row["local_id"]: row["missed"] for row in answer["rows"]} == {
            "T1": [], "T2": ["low-share"], "T3": ["low-share"],
        }  # fmt: skip

    async def test_fails_who_had_the_share_but_not_the_least_hours_of_the_project_where_they_are_required(
        self, school: School
    ) -> None:
        class_id = await running(school, 1, 2, hours=60)
        await set_policy(school, "attendance.hours_min_required", "yes")
        await self.attend(school, T1=7, T2=6)

        rows = (await self.conclusion(school, class_id)).json()["rows"]

        assert [(row["local_id"], row["status"], row["hours"], row["missed"]) for row in rows] == [
            ("T1", "completed", 56, []), ("T2", "failed", 48, ["few-hours"]),
        ]  # fmt: skip

    async def test_counts_no_more_hours_than_the_class_has(self, school: School) -> None:
        class_id = await running(school, 1, hours=56)
        await self.attend(school, T1=7)
        await run(school, "UPDATE attendance SET hours = 99")

        (row,) = (await self.conclusion(school, class_id)).json()["rows"]

        assert (row["status"], row["hours"], row["attended"]) == ("completed", 56, 99)

    async def test_made_again_or_twice_at_once_changes_nothing(self, school: School) -> None:
        class_id = await running(school, 1, 2)
        await self.attend(school, T1=7)

        first = await asyncio.gather(*(self.conclusion(school, class_id) for _ in range(3)))
        again = (await self.conclusion(school, class_id)).json()

        outcomes = [row["outcome"] for answer in first for row in answer.json()["rows"]]
        assert (outcomes.count("accepted"), outcomes.count("repeated")) == (2, 4)
        assert (again["completed"], again["failed"], {row["outcome"] for row in again["rows"]}) == (1, 1, {"repeated"})
        assert sum(isinstance(fact, EnrolmentCompleted | EnrolmentFailed) for fact in await told(school)) == 2

    async def test_leaves_out_who_has_left_or_interrupted(self, school: School) -> None:
        class_id = await running(school, 1, 2, 3)
        await self.attend(school, T1=7)
        await school.post(f"enrolments/{await enrolment_of(school, 'T2')}/withdrawal")
        await run(school, "UPDATE enrolment SET status = 'deferred' WHERE local_id = 'T3'")

        rows = (await self.conclusion(school, class_id)).json()["rows"]

        assert [row["local_id"] for row in rows] == ["T1"]

    async def test_waits_for_the_last_day(self, school: School) -> None:
        class_id = await running(school, 1)
        await self.attend(school, T1=7)
        await run(school, "UPDATE class SET ends_on = '2099-01-01'")

        answer = await self.conclusion(school, class_id)

        assert (answer.status_code, answer.json()["code"]) == (409, "class-too-early")

    async def test_waits_for_the_last_lesson(self, school: School) -> None:
        class_id = await running(school, 1)
        await self.attend(school, T1=7)
        await engage(school)
        site_id = await add_site(school)
        at = now()
        await run(
            school,
            f"""INSERT INTO lesson (id, class_id, teacher_id, site_id, room, kind, during, hours)
            SELECT uuidv7(), '{class_id}', id, '{site_id}', '101', 'theory',
                tstzrange('{at - timedelta(hours=1)}', '{at + timedelta(hours=1)}'), 2 FROM teacher""",
        )

        answer = await self.conclusion(school, class_id)

        assert (answer.status_code, answer.json()["code"]) == (409, "lessons-to-come")

    async def test_needs_attendance_where_hours_may_be_posted_instead(self, school: School) -> None:
        class_id = await running(school, 1)

        posted = await self.conclusion(school, class_id)
        await set_policy(school, "attendance.marks_required", "yes")
        required = await self.conclusion(school, class_id)

        assert (posted.status_code, posted.json()["code"]) == (409, "no-attendance")
        assert (required.status_code, required.json()["failed"]) == (200, 1)

    async def test_is_for_the_institution_of_a_running_class(self, school: School) -> None:
        class_id = await running(school, 1)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        filed = await school.file(local_id="2025-002")

        assert (await self.conclusion(other, class_id)).json()["code"] == "foreign-organisation"
        assert (await self.conclusion(school, filed)).json()["code"] == "class-not-running"

    async def test_where_marks_are_required_no_hours_can_be_posted(self, school: School) -> None:
        class_id = await running(school, 1)
        await set_policy(school, "attendance.marks_required", "yes")

        answer = await school.conclude(class_id, T1=60)

        assert (answer.status_code, answer.json()["code"], answer.json()["check"]) == (
            409,
            "hours-come-from-marks",
            "C14",
        )
        assert answer.json()["conclusion"] == f"/v1/classes/{class_id}/conclusion"

    async def test_of_a_class_that_keeps_attendance_no_more_hours_than_attended_can_be_posted(
        self, school: School
    ) -> None:
        class_id = await running(school, 1, 2, 3)
        await self.attend(school, T1=6, T2=1)

        answer = await school.conclude(class_id, T1=48, T2=9, T3=1)

        assert codes(answer) == ["accepted", "more-hours-than-attended", "more-hours-than-attended"]
        assert [row["errors"][0]["check"] for row in answer.json()["rows"][1:]] == ["C14", "C14"]
        assert [row["errors"][0]["hours_max"] for row in answer.json()["rows"][1:]] == [8, 0]


class TestLateMarks:
    async def test_after_the_conclusion_decide_the_outcome_anew_until_the_class_is_completed(
        self, school: School
    ) -> None:
        class_id = await running(school, 1, 2)
        await set_policy(school, "attendance.share_min", "0.10")
        await post(school, *lesson(1, "09:00", "12:00"))
        await school.post(f"classes/{class_id}/conclusion")

        late = await post(school, *lesson(1, "14:00", "17:00"), *lesson(2, "09:00", "09:45"))

        assert codes(late) == ["accepted"] * 4
        facts = [fact for fact in await told(school) if isinstance(fact, EnrolmentCorrected)]
        assert sorted((fact.status, fact.hours, fact.version) for fact in facts) == [
            ("completed", 8, 3), ("failed", 1, 3),
        ]  # fmt: skip
        await school.post(f"classes/{class_id}/completion")
        assert codes(await post(school, *lesson(2, "10:00", "17:00"))) == ["class-takes-no-marks"] * 2

    async def test_leave_hours_alone_that_were_posted_without_attendance(self, school: School) -> None:
        class_id = await running(school, 1)
        await school.conclude(class_id, T1=60)

        assert codes(await post(school, *lesson(1, "09:00", "12:00"))) == ["accepted"] * 2

        assert not [fact for fact in await told(school) if isinstance(fact, EnrolmentCorrected)]
