"""Attendance as it is put right and as it is shown, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.registry.attendance import AttendanceEdited, AttendanceRecorded
from shared.contracts.registry.enrolments import EnrolmentCorrected, EnrolmentFailed, EnrolmentState
from shared.kernel.callers import Role
from tests.registry.attending import DAY, WEEK, enrolment_of, lesson, post, read, run, running, set_policy, told
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school
from tests.registry.supervising import province


class TestEdit:
    async def edit(
        self, school: School, hours: int, *, day: str = DAY, **request: object
    ) -> tuple[int, dict[str, object]]:
        content = {"day": day, "hours": hours, "reason": "停电，考勤机未记录"}
        answer = await school.post(f"enrolments/{await enrolment_of(school)}/attendance-edits", content, **request)
        return answer.status_code, answer.json()

    async def test_is_an_event_of_its_own_that_later_marks_do_not_undo(self, school: School) -> None:
        await running(school, 1)
        await post(school, *lesson(1, "09:00", "12:00"))

        status, day = await self.edit(school, 6)
        await post(school, *lesson(1, "14:00", "15:00"))

        assert (status, day["hours"], day["edited"], day["total_hours"]) == (200, 6, True, 6)
        seen = (await read(school, f"enrolments/{await enrolment_of(school)}/attendance")).json()
        assert (seen["hours"], seen["share"]) == (6, 0.1)
        assert seen["days"] == [{"day": DAY, "minutes": 240, "hours": 6, "edited": True}]
        (edit,) = seen["edits"]
        assert (edit["hours_before"], edit["hours_after"], edit["signed_by"]) == (4, 6, "clerk")
        facts = await told(school)
        assert [(type(fact), fact.hours, fact.version) for fact in facts] == [
            (AttendanceRecorded, 4, 1), (AttendanceEdited, 6, 2),
        ]  # fmt: skip

    async def test_made_again_is_one_edit(self, school: School) -> None:
        await running(school, 1)

        answers = await asyncio.gather(*(self.edit(school, 6) for _ in range(3)))

        assert {status for status, _ in answers} == {200}
        assert len(await told(school)) == 1

    async def test_by_an_institution_comes_too_late_some_day_and_by_an_officer_never(self, school: School) -> None:
        await running(school, 1)
        await set_policy(school, "attendance.edit_days_max", "7")

        status, refused = await self.edit(school, 6)
        officer_status, _ = await self.edit(school, 6, headers=school.officer())

        assert (status, refused["code"], refused["days_max"]) == (409, "attendance-edit-too-late", 7)
        assert officer_status == 200

    @pytest.mark.parametrize(
        ("hours", "day", "code"),
        [(9, DAY, "too-many-day-hours"), (25, DAY, "malformed-request"), (4, "2025-03-21", "mark-outside-class")],
    )
    async def test_to_something_impossible_is_refused(self, school: School, hours: int, day: str, code: str) -> None:
        await running(school, 1)

        _, refused = await self.edit(school, hours, day=day, headers=school.officer())

        assert refused["code"] == code
        assert await told(school) == []

    async def test_by_somebody_who_has_no_business_there_is_refused(self, school: School) -> None:
        await running(school, 1)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        assert (await self.edit(school, 4, headers=other.headers))[1]["code"] == "foreign-organisation"
        assert (await self.edit(school, 4, headers=school.officer("411502")))[1]["code"] == "foreign-region"
        finance = school.registry.tokens.of(Role.FINANCE, region="410102")
        assert (await self.edit(school, 4, headers=finance))[1]["code"] == "wrong-role"

    async def test_after_the_completion_of_the_class_decides_the_outcome_anew(self, school: School) -> None:
        class_id = await running(school, 1)
        await set_policy(school, "attendance.marks_required", "yes")
        await set_policy(school, "attendance.share_min", "0.10")
        await school.post(f"classes/{class_id}/conclusion")
        await school.post(f"classes/{class_id}/completion")

        raised, _ = await self.edit(school, 8, headers=school.officer())
        lowered, _ = await self.edit(school, 1, headers=province(school))

        assert (raised, lowered) == (200, 200)
        facts = [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentState)]
        assert [(type(fact), fact.status, fact.hours, fact.version) for fact in facts[1:]] == [
            (EnrolmentFailed, "failed", 0, 2),
            (EnrolmentCorrected, "completed", 8, 3),
            (EnrolmentCorrected, "failed", 1, 4),
        ]
        history = (await read(school, f"enrolments/{await enrolment_of(school)}/history")).json()
        assert (history[-1]["verb"], history[-1]["done_by"], history[-1]["reason"]) == (
            "correct", "province", "停电，考勤机未记录",
        )  # fmt: skip

    async def test_leaves_hours_that_were_posted_without_attendance(self, school: School) -> None:
        class_id = await running(school, 1)
        await school.conclude(class_id, T1=60)

        status, _ = await self.edit(school, 4, headers=school.officer())

        (row,) = await school.registry.rows("SELECT status, hours FROM enrolment")
        assert (status, row.status, row.hours) == (200, "completed", 60)

    async def test_by_an_institution_beyond_the_marks_is_flagged_and_by_an_officer_is_not(self, school: School) -> None:
        await running(school, 1, 2)
        await post(school, *lesson(1, "09:00", "12:00"))

        await self.edit(school, 4)
        await self.edit(school, 8, headers=school.officer())
        assert await self.flags(school) == []
        await self.edit(school, 5)

        assert await self.flags(school) == [("C14", "hours-without-marks", True)]

    async def test_of_a_public_holiday_is_flagged_once_for_the_class_whoever_makes_it(self, school: School) -> None:
        await running(school, 1, starts_on="2025-04-28", ends_on="2025-05-20")

        await self.edit(school, 4, day="2025-05-01", headers=school.officer())
        await self.edit(school, 6, day="2025-05-01", headers=school.officer())

        assert await self.flags(school) == [("C20", "on-a-holiday", False)]

    async def flags(self, school: School) -> list[tuple[str, str, bool]]:
        rows = await school.registry.rows("SELECT code, kind, holds FROM flag WHERE code IN ('C14', 'C20')")
        return [(row.code, row.kind, row.holds) for row in rows]

    async def test_of_a_day_to_come_is_refused(self, school: School) -> None:
        await running(school, 1)
        await run(school, "UPDATE class SET ends_on = '2099-01-01'", "UPDATE enrolment SET until_on = '2099-01-01'")

        assert (await self.edit(school, 4, day="2098-12-31"))[1]["code"] == "attendance-day-to-come"


class TestList:
    async def listed(self, school: School, headers: dict[str, str], **asked: str) -> Any:
        answer = await school.registry.http.get("/v1/attendance-edits", params=asked, headers=headers)
        return [row["hours_after"] for row in answer.json()["rows"]] if answer.is_success else answer.json()["code"]

    async def test_shows_officers_what_was_set_by_hand_in_their_region_and_institutions_their_own(
        self, school: School
    ) -> None:
        class_id = await running(school, 1)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        for hours in (2, 4, 6):
            content = {"day": DAY, "hours": hours, "reason": "停电，考勤机未记录"}
            path = f"enrolments/{await enrolment_of(school)}/attendance-edits"
            assert (await school.post(path, content, headers=school.officer())).status_code == 200

        assert await self.listed(school, school.officer()) == [2, 4, 6]
        assert await self.listed(school, school.officer("410100"), class_id=class_id) == [2, 4, 6]
        assert await self.listed(school, province(school), institution_id=school.id) == [2, 4, 6]
        assert await self.listed(school, school.headers) == [2, 4, 6]
        assert await self.listed(school, school.officer("411502")) == []
        assert await self.listed(school, other.headers) == []
        assert await self.listed(school, province(school), institution_id=other.id) == []
        assert await self.listed(school, school.officer(), region="411502") == "foreign-region"
        assert await self.listed(school, other.headers, institution_id=school.id) == "foreign-organisation"

    async def test_goes_on_behind_the_page_before(self, school: School) -> None:
        await running(school, 1)
        for hours in (2, 4, 6):
            content = {"day": DAY, "hours": hours, "reason": "停电，考勤机未记录"}
            path = f"enrolments/{await enrolment_of(school)}/attendance-edits"
            await school.post(path, content, headers=school.officer())

        first = (await read(school, "attendance-edits", size=2)).json()
        second = (await read(school, "attendance-edits", size=2, cursor=first["next"])).json()

        assert [row["hours_before"] for row in first["rows"] + second["rows"]] == [0, 2, 4]
        assert (second["rows"][0]["signed_by"], second["next"]) == ("officer", None)


class TestRead:
    async def test_shows_hours_and_share_of_each_trainee_a_page_at_a_time(self, school: School) -> None:
        class_id = await running(school, 1, 2, 3, hours=80)
        await post(school, *lesson(1, "09:00", "12:00"), *lesson(2, "09:00", "18:00"))
        path = f"classes/{class_id}/attendance"

        first = (await read(school, path, size=2)).json()
        second = (await read(school, path, size=2, cursor=first["next"])).json()

        shown = [(row["local_id"], row["hours"], row["days"], row["share"]) for row in first["rows"] + second["rows"]]
        assert sorted(shown) == [("T1", 4, 1, 0.05), ("T2", 8, 1, 0.1), ("T3", 0, 0, 0.0)]
        assert second["next"] is None

    async def test_shows_marks_in_the_order_of_their_own_time_a_page_at_a_time(self, school: School) -> None:
        class_id = await running(school, 1)
        rows = [row for day in WEEK for row in lesson(1, "09:00", "12:00", day=day)]
        await post(school, *rows[::-1])
        path = f"classes/{class_id}/attendance-marks"

        found, cursor = [], None
        while True:
            page = (await read(school, path, size=3, **({"cursor": cursor} if cursor else {}))).json()
            found += [row["local_id"] for row in page["rows"]]
            cursor = page["next"]
            if cursor is None:
                break
        of_day = (await read(school, path, day=WEEK[2])).json()["rows"]

        assert found == [row["local_id"] for row in rows]
        assert [row["local_id"] for row in of_day] == [row["local_id"] for row in rows[4:6]]

    @pytest.mark.parametrize("path", ["classes/{class_id}/attendance", "classes/{class_id}/attendance-marks"])
    async def test_is_for_the_institution_and_the_officers_of_its_region(self, school: School, path: str) -> None:
        class_id = await running(school, 1)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        asking = [
            (school.headers, 200), (school.officer(), 200), (school.officer("410100"), 200),
            (school.officer("411502"), 403), (other.headers, 403),
        ]  # fmt: skip

        for headers, status in asking:
            answer = await school.registry.http.get(f"/v1/{path.format(class_id=class_id)}", headers=headers)
            assert answer.status_code == status

    async def test_of_nobody_is_not_found(self, school: School) -> None:
        answer = await read(school, f"enrolments/{uuid4()}/attendance")

        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
