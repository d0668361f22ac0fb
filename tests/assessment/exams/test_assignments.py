"""Rooms and examiners of sessions over HTTP: one room at a time, not the trainer, in turn, and enough of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.assessment.consumers import apply, apply_for_exams
from shared.contracts.assessment import DutyPlanned, SessionState
from shared.contracts.fact import Fact
from shared.contracts.registry.directory import InstitutionRegistered
from shared.contracts.registry.timetables import LessonKind, LessonListed, TimetablePlanned
from shared.kernel.ids import new_id
from tests.assessment.centre import AT, Centre, a_class, an_enrolment, open_centre, person_key
from tests.assessment.exams.ahead import HELD_ON, Ahead, ahead, clock, sitting

MORNING = datetime.fromisoformat(clock(9)).astimezone(UTC)


@pytest.fixture
async def here(centre: Centre) -> Ahead:
    return await ahead(centre)


def timetable(class_id: UUID, teacher: UUID, begins_at: datetime) -> Fact:
    lesson = LessonListed(
        begins_at, begins_at + timedelta(hours=1), LessonKind.THEORY, 1, new_id(), teacher, new_id(), "101", False
    )
    return TimetablePlanned(
        subject=f"timetables/{class_id}", version=1, at=AT, class_id=class_id, institution_id=new_id(),
        programme="S08", region="410102", reporting_region="410100", occupation="4-10-01-05", level=4,
        fund_source=None, project=None, lessons=(lesson,),
    )  # fmt: skip


async def a_class_with(here: Ahead, *, teacher: UUID, begins_at: datetime, **changes: Any) -> UUID:
    """A class of L4 with one lesson, heard of with an institution that has the credit code of the body."""
    service, class_id = here.centre.service, new_id()
    institution = UUID(int=77)
    school = InstitutionRegistered(
        subject=f"institutions/{institution}", version=1, at=AT, institution_id=institution,
        credit_code=here.centre.body["credit_code"], name="学校", kind="college", region="410102",
        reporting_region="410100",
    )  # fmt: skip
    told = a_class(class_id, institution_id=institution, **changes)
    async with service.engine.begin() as connection:
        await apply(connection, [told])
        await apply_for_exams(connection, [school, told, timetable(class_id, teacher, begins_at)])
    return class_id


async def code(here: Ahead, **changes: object) -> object:
    answer = await here.file(**changes)
    return answer.json().get("code", answer.status_code)


class TestPlan:
    async def test_what_is_missing_or_wrong_in_a_plan_is_named(self, here: Ahead) -> None:
        theory, skills = (
            sitting("theory", "101", (9, 11), here.of(1, 2)),
            sitting("skills", "1", (13, 16), here.of(3, 4, 5)),
        )
        cases: list[tuple[dict[str, Any], str]] = [
            ({"place": None}, "session-incomplete"),
            ({"sittings": []}, "session-incomplete"),
            ({"sittings": [theory]}, "part-not-planned"),
            ({"sittings": [theory, skills, sitting("review", "2", (16, 17), here.of(3, 4, 5))]}, "sitting-not-held"),
            ({"sittings": [theory, skills | {"ends_at": clock(12)}]}, "sitting-ends-first"),
            ({"sittings": [theory, skills | {"begins_at": clock(9, day=date(2026, 3, 11))}]}, "sitting-ends-first"),
            ({"sittings": [theory, skills | {"ends_at": clock(9, day=date(2026, 3, 11))}]}, "sitting-on-another-day"),
            ({"sittings": [theory, skills | {"room": "101", "begins_at": clock(10)}]}, "exam-room-taken"),
            ({"sittings": [theory | {"seats": 31}, skills]}, "examiners-too-few"),
            ({"sittings": [theory, skills | {"examiners": here.of(3, 4)}]}, "examiners-too-few"),
            ({"sittings": [theory, skills | {"examiners": here.of(3, 4, 4)}]}, "examiners-too-few"),
            ({"sittings": [theory, skills | {"examiners": [*here.of(3, 4), str(new_id())]}]}, "examiner-unknown"),
            ({"sittings": [theory, skills | {"examiners": here.of(3, 4, 9)}]}, "wrong-examiner-kind"),
            ({"supervisors": []}, "session-incomplete"),
            ({"supervisors": here.of(1)}, "wrong-examiner-kind"),
        ]

        answers = [(changes, await code(here, **changes)) for changes, _ in cases]

        assert [answer for _, answer in answers] == [expected for _, expected in cases]
        assert (await here.centre.get("/sessions")).json()["rows"] == []

    async def test_more_candidates_than_seats_are_not_sealed(self, here: Ahead) -> None:
        one = [
            sitting("theory", "101", (9, 11), here.of(1, 2), seats=1),
            sitting("skills", "201", (13, 16), here.of(3, 4, 5)),
        ]
        session_id = await here.filed(sittings=one)
        await here.step(session_id, "approval", officer=True)
        await here.add(session_id, 1, 2)

        assert await here.step(session_id, "sealing") == "exam-seats-too-few"


class TestExaminers:
    async def test_nobody_examines_in_two_rooms_at_once_in_whatever_bodies(self, here: Ahead) -> None:
        await here.filed()
        other = await ahead_of_another(here)

        assert await code(here, local_id="2026-E2") == "examiner-in-two-rooms"
        # The same people, registered with another body.
        assert await code(other) == "examiner-in-two-rooms"
        assert await code(here, local_id="2026-E3", day=date(2026, 3, 11)) == 201

    async def test_the_database_refuses_it_as_well_where_two_file_at_once(self, here: Ahead) -> None:
        answers = await asyncio.gather(*(code(here, local_id=f"2026-E{number}") for number in range(3)))

        assert sorted(map(str, answers)) == ["201", "examiner-in-two-rooms", "examiner-in-two-rooms"]
        (row,) = await here.centre.service.rows("SELECT count(*) FROM examiner_duty")
        assert row[0] == 6

    async def test_facts_of_a_session_tell_who_examines_when_by_person_key(self, here: Ahead) -> None:
        session_id = await here.filed()
        await here.step(session_id, "approval", officer=True)
        assert (await here.centre.post(f"/sessions/{session_id}/cancellation", {"reason": "考场停电"})).is_success

        [filed, approved, cancelled] = [
            fact for fact in await here.centre.service.told() if isinstance(fact, SessionState)
        ]

        hours = {101: (9, 11), 102: (9, 11), 103: (13, 16), 104: (13, 16), 105: (13, 16), 109: (9, 16)}
        assert set(filed.duties) == {
            DutyPlanned(
                person_key(here.centre.service, number),
                datetime.fromisoformat(clock(first)),
                datetime.fromisoformat(clock(last)),
            )
            for number, (first, last) in hours.items()
        }
        assert approved.duties == filed.duties
        assert cancelled.duties == ()

    async def test_the_trainer_of_the_class_does_not_examine_it(self, here: Ahead) -> None:
        teacher = person_key(here.centre.service, 103)
        class_id = await a_class_with(here, teacher=teacher, begins_at=MORNING - timedelta(days=9))

        answer = await here.file(class_id=str(class_id))
        without = await code(here, local_id="2026-E2")

        assert (answer.status_code, answer.json()["code"], answer.json()["check"]) == (409, "trainer-examines", "C23")
        assert (answer.json()["local_id"], without) == ("P3", 201)

    async def test_an_examiner_is_qualified_active_and_within_the_load_of_a_day(self, here: Ahead) -> None:
        weak = {"occupation": "4-10-01-05", "level": "L3", "certificate": "KP-6", "first_on": "2025-01-01"}
        await here.register(6, qualifications=[weak])
        await here.register(7, last_on="2026-03-09")
        skills = sitting("skills", "201", (13, 16), here.of(3, 4, 6))
        theory = sitting("theory", "101", (9, 11), here.of(1, 2))
        five = [sitting("theory", "101", (hour, hour + 1), here.of(1, 2)) for hour in range(8, 13)]

        codes = [
            await code(here, sittings=[theory, skills]),
            await code(here, sittings=[theory, skills | {"examiners": here.of(3, 4, 7)}]),
            await code(here, sittings=[*five, skills | {"examiners": here.of(3, 4, 5)}]),
        ]

        assert codes == ["examiner-not-qualified", "examiner-not-active", "examiner-overloaded"]

    async def test_nobody_examines_more_than_three_sessions_in_a_row(self, here: Ahead) -> None:
        days = [date(2026, 3, day) for day in (10, 11, 12, 16, 17)]
        first = [await code(here, local_id=f"E{day.day}", day=day) for day in days[:4]]
        for number in (11, 12, 13, 14, 15):
            await here.register(number)
        others = [
            sitting("theory", "101", (9, 11), here.of(11, 12), day=days[3]),
            sitting("skills", "201", (13, 16), here.of(13, 14, 15), day=days[3]),
        ]

        assert first == [201, 201, 201, "examiner-not-rotated"]
        assert await code(here, local_id="E16", day=days[3], sittings=others) == 201
        assert await code(here, local_id="E17", day=days[4]) == 201

    async def test_an_examiner_who_was_suspended_since_is_found_when_the_roster_is_sealed(self, here: Ahead) -> None:
        session_id = await here.filed()
        await here.step(session_id, "approval", officer=True)
        await here.add(session_id, 1)
        path, reason = f"/examiners/{here.ids['P3']}", {"reason": "被投诉"}
        assert (await here.centre.post(f"{path}/suspension", reason, here.centre.officer())).status_code == 200

        assert await here.step(session_id, "sealing") == "examiner-not-active"
        assert (await here.centre.post(f"{path}/resumption", reason, here.centre.officer())).status_code == 200
        assert await here.step(session_id, "sealing") == "sealed"


class TestCandidates:
    async def test_nobody_is_in_a_class_and_in_an_exam_at_one_hour(self, here: Ahead) -> None:
        teacher = new_id()
        class_id = await a_class_with(here, teacher=teacher, begins_at=MORNING)
        async with here.centre.service.engine.begin() as connection:
            enrolled = an_enrolment(new_id(), class_id, person_key(here.centre.service, 1), programme="S08")
            await apply(connection, [enrolled])
        session_id = await here.filed()

        first, second = await here.add(session_id, 1, 2)

        assert (first["errors"][0]["code"], first["errors"][0]["check"]) == ("candidate-elsewhere", "C04")
        assert second["outcome"] == "accepted"

    async def test_nobody_sits_two_exams_at_one_hour(self, here: Ahead) -> None:
        await here.add(await here.filed(), 1)
        for number in (11, 12, 13, 14, 15):
            await here.register(number)
        await here.register(19, kind="supervisor", qualifications=[])
        sittings = [
            sitting("theory", "102", (10, 12), here.of(11, 12)),
            sitting("skills", "202", (13, 16), here.of(13, 14, 15)),
        ]
        other = await here.filed(local_id="2026-E2", level="L3", sittings=sittings, supervisors=here.of(19))

        (row,) = await here.add(other, 1)

        assert row["errors"][0]["code"] == "candidate-elsewhere"

    async def test_who_is_not_in_the_class_is_a_warning_and_the_related_body_a_notice(self, here: Ahead) -> None:
        plans = {"exam_on": date(2026, 3, 11), "exam_body": here.centre.body["credit_code"]}
        class_id = await a_class_with(here, teacher=new_id(), begins_at=MORNING - timedelta(days=9), **plans)
        async with here.centre.service.engine.begin() as connection:
            enrolled = an_enrolment(new_id(), class_id, person_key(here.centre.service, 1), programme="S08")
            await apply(connection, [enrolled])
        filed = (await here.file(class_id=str(class_id))).json()

        rows = await here.add(filed["id"], 1, 2)

        assert [(each["code"], each["check"]) for each in filed["notices"]] == [
            ("training-body-examines", "C23"), ("exam-plan-differs", "C15"),
        ]  # fmt: skip
        assert [row["outcome"] for row in rows] == ["accepted", "accepted"]
        assert [[each["code"] for each in row.get("warnings", [])] for row in rows] == [[], ["candidate-not-in-class"]]

    async def test_a_session_in_a_classs_exam_plan_that_does_not_name_it_is_noticed(self, here: Ahead) -> None:
        plans = {"exam_on": HELD_ON, "exam_body": here.centre.body["credit_code"]}
        class_id = await a_class_with(here, teacher=new_id(), begins_at=MORNING - timedelta(days=9), **plans)

        (notice,) = (await here.file()).json()["notices"]

        assert (notice["code"], notice["class_id"]) == ("class-not-named", str(class_id))


async def ahead_of_another(here: Ahead) -> Ahead:
    """Another body of the same place, with the same people as examiners."""
    return await ahead(await open_centre(here.centre.service, 124))
