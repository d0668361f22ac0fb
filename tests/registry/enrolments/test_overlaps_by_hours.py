"""Whether classes overlap, over HTTP: by lessons where both have timetables, and the same on every path."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.exc import IntegrityError

from services.registry.enrolments.rules.overlaps import ClassDays, meet
from shared.kernel.periods import BUSINESS_ZONE
from tests.registry.attending import codes, run
from tests.registry.enrolling import REASON, code, enrolment_of
from tests.registry.school import School, add_site, set_today, trainee
from tests.registry.teaching import engage, lesson, put_timetable

WEEK = {"starts_on": "2025-03-03", "ends_on": "2025-03-09", "hours": 8, "fund_source": None}
"""Monday to Sunday."""
WHY = {"reason": "因故调整"}


def at(day: int, begins: str, ends: str, **changes: object) -> dict[str, object]:
    """A lesson on that day of March, a class hour for each 45 minutes."""
    times = {"begins_at": f"2025-03-{day:02d}T{begins}:00+08:00", "ends_at": f"2025-03-{day:02d}T{ends}:00+08:00"}
    return lesson(f"2025-03-{day:02d}", **times, **changes)


EVENINGS = [at(day, "18:30", "20:00", hours=2) for day in (3, 4, 5, 6)]
WEEKEND = [at(day, "08:30", "11:30", hours=4) for day in (8, 9)]
THURSDAY = [
    at(6, begins, ends, hours=4, teacher="J2", room="102") for begins, ends in (("15:00", "19:00"), ("19:00", "22:00"))
]
"""Two lessons that meet the last evening."""
ELSEWHERE = [{**each, "teacher": "J2", "room": "102"} for each in EVENINGS]
"""The evenings, in another room."""


@pytest.fixture
async def school(school: School) -> School:
    """In February, with two teachers and two rooms."""
    set_today(school.registry, date(2025, 2, 20))
    await add_site(school, rooms=[{"name": name, "kind": "theory", "seats": 60} for name in ("101", "102")])
    await engage(school)
    await engage(school, 2)
    return school


async def taught(school: School, name: str, lessons: list[dict[str, object]] | None, **changes: object) -> str:
    """The id of a new class with these lessons."""
    class_id = await school.file(local_id=name, **(WEEK | changes))
    if lessons is not None:
        answer = await put_timetable(school, class_id, lessons)
        assert answer.status_code == 200, answer.text
    return class_id


async def enter(school: School, class_id: str, number: int = 1, **changes: object) -> str:
    """What became of a trainee's row, whose local_id is new in each class."""
    row = trainee(number, **({"local_id": f"T{number}-{class_id[-12:]}"} | changes))
    return codes(await school.enrol(class_id, row))[0]


class TestARoster:
    async def test_takes_a_person_of_an_evening_class_into_a_weekend_class(self, school: School) -> None:
        evening, weekend = await taught(school, "E", EVENINGS), await taught(school, "W", WEEKEND)

        assert [await enter(school, each) for each in (evening, weekend)] == ["accepted", "accepted"]

    async def test_refuses_a_class_with_a_lesson_at_the_same_time(self, school: School) -> None:
        evening, same = await taught(school, "E", EVENINGS), await taught(school, "S", ELSEWHERE)
        await enter(school, evening)

        answer = await school.enrol(same, trainee(1, local_id="again"))

        assert codes(answer) == ["overlapping-class"]
        (error,) = answer.json()["rows"][0]["errors"]
        assert (error["check"], error["first_on"], error["last_on"]) == ("C04", "2025-03-03", "2025-03-09")

    @pytest.mark.parametrize("lessons", [(EVENINGS, None), (None, WEEKEND), (None, None)], ids=["one", "other", "none"])
    async def test_refuses_by_days_where_a_class_has_no_timetable(
        self, school: School, lessons: tuple[Any, Any]
    ) -> None:
        one, other = [await taught(school, name, each) for name, each in zip("EW", lessons, strict=True)]

        assert [await enter(school, each) for each in (one, other)] == ["accepted", "overlapping-class"]

    @pytest.mark.parametrize("asked", [{}, {"params": {"mode": "validate"}}], ids=["stored", "dry"])
    async def test_of_several_classes_judges_its_own_rows_alike(self, school: School, asked: dict[str, Any]) -> None:
        for name, lessons in (("E", EVENINGS), ("W", WEEKEND), ("S", ELSEWHERE)):
            await taught(school, name, lessons)
        rows = [trainee(1, local_id=f"in-{name}", **{"class": name}) for name in "EWS"]

        answer = await school.post("enrolments", {"rows": rows}, **asked)

        assert codes(answer) == ["accepted", "accepted", "overlapping-class"]


class TestATransfer:
    async def moved(self, school: School, lessons: list[dict[str, object]]) -> httpx.Response:
        """From a class of these days into one with `lessons`, by a trainee who has a weekend class too."""
        weekend, evening = await taught(school, "W", WEEKEND), await taught(school, "E", EVENINGS)
        to = await taught(school, "to", lessons)
        await enter(school, weekend)
        assert await enter(school, evening, local_id="T1") == "accepted"
        content = {"class_id": to, "local_id": "N1", **REASON}
        return await school.post(f"enrolments/{await enrolment_of(school, 'T1')}/transfer", content)

    async def test_into_a_class_with_lessons_at_other_times_is_taken(self, school: School) -> None:
        assert (await self.moved(school, ELSEWHERE)).status_code == 201

    async def test_into_one_with_a_lesson_at_the_same_time_is_refused(self, school: School) -> None:
        meeting = [at(day, "10:30", "13:30", hours=4, teacher="J2", room="102") for day in (7, 9)]

        assert code(await self.moved(school, meeting)) == (409, "overlapping-class")


class TestAResumption:
    @pytest.mark.parametrize(("lessons", "status"), [(WEEKEND, 200), (ELSEWHERE, 409)], ids=["apart", "meeting"])
    async def test_asks_for_lessons_too(self, school: School, lessons: list[dict[str, object]], status: int) -> None:
        evening, other = await taught(school, "E", EVENINGS), await taught(school, "O", lessons)
        await enter(school, evening, local_id="T1")
        enrolment_id = await enrolment_of(school, "T1")
        assert (await school.post(f"enrolments/{enrolment_id}/deferral", REASON)).status_code == 200
        assert await enter(school, other) == "accepted"

        answer = await school.post(f"enrolments/{enrolment_id}/resumption", REASON)

        assert answer.status_code == status, answer.text


class TestAMerge:
    @pytest.mark.parametrize(("lessons", "status"), [(WEEKEND, 201), (ELSEWHERE, 409)], ids=["apart", "meeting"])
    async def test_asks_for_lessons_too(self, school: School, lessons: list[dict[str, object]], status: int) -> None:
        evening, other = await taught(school, "E", EVENINGS), await taught(school, "O", lessons)
        await enter(school, evening, 1)
        await enter(school, other, 2)
        first, second = [{"document_number": trainee(number)["document_number"]} for number in (1, 2)]
        content = {"first": first, "second": second, "into": "first", "reason": "换领新证"}

        answer = await school.post("persons/merges", content, headers=school.officer())

        assert answer.status_code == status, answer.text


class TestAChangeOfDays:
    @pytest.mark.parametrize(("planned", "status"), [(WEEKEND, 200), (ELSEWHERE, 409)], ids=["apart", "meeting"])
    async def test_asks_for_lessons_too(self, school: School, planned: list[dict[str, object]], status: int) -> None:
        evening = await taught(school, "E", EVENINGS)
        later = [at(day, "08:30", "11:30", hours=4) for day in (15, 16)]
        other = await taught(school, "O", later, starts_on="2025-03-10", ends_on="2025-03-16")
        for each in (evening, other):
            assert await enter(school, each) == "accepted"
        await school.post(f"classes/{other}/approval", headers=school.officer())
        content = {"starts_on": "2025-03-03", "ends_on": "2025-03-09", "lessons": planned, **WHY}

        answer = await school.post(f"classes/{other}/change", content)

        assert answer.status_code == status, answer.text
        assert status == 200 or answer.json()["code"] == "change-overlaps"


class TestATimetableThatChanges:
    async def both(self, school: School) -> tuple[str, str]:
        evening, weekend = await taught(school, "E", EVENINGS), await taught(school, "W", WEEKEND)
        await enter(school, evening)
        await enter(school, weekend, local_id="T1")
        await enter(school, weekend, 2, local_id="T2")
        return evening, weekend

    async def test_into_a_lesson_elsewhere_is_refused_and_names_the_trainees(self, school: School) -> None:
        _, weekend = await self.both(school)

        answer = await put_timetable(school, weekend, THURSDAY)

        assert code(answer) == (409, "trainees-elsewhere")
        assert [answer.json()[name] for name in ("check", "trainees", "local_ids")] == ["C04", 1, ["T1"]]
        kept = await school.registry.http.get(f"/v1/classes/{weekend}/timetable", headers=school.headers)
        assert [each["begins_at"][:10] for each in kept.json()["lessons"]] == ["2025-03-08", "2025-03-09"]

    async def test_past_an_omitted_lesson_is_taken(self, school: School) -> None:
        evening, weekend = await self.both(school)
        await run(school, f"UPDATE lesson SET omitted = true, held = false WHERE class_id = '{evening}' AND hours = 2")

        assert (await put_timetable(school, weekend, THURSDAY)).status_code == 200

    async def test_at_the_moment_of_an_enrolment_lets_one_of_them_through(self, school: School) -> None:
        evening, weekend = await taught(school, "E", EVENINGS), await taught(school, "W", WEEKEND)
        await enter(school, evening)

        planned, entered = await asyncio.gather(put_timetable(school, weekend, THURSDAY), enter(school, weekend))

        assert (planned.status_code, entered) in [(200, "overlapping-class"), (409, "accepted")]

    async def test_of_both_classes_at_once_lets_one_of_them_through(self, school: School) -> None:
        evening, weekend = await self.both(school)
        noon = [at(7, begins, ends, hours=4) for begins, ends in (("12:00", "15:00"), ("15:00", "18:00"))]
        also = [{**each, "teacher": "J2", "room": "102"} for each in noon]

        answers = await asyncio.gather(put_timetable(school, evening, noon), put_timetable(school, weekend, also))

        assert sorted(answer.status_code for answer in answers) == [200, 409]


class TestTheDatabase:
    """It refuses the same to every writer."""

    async def test_refuses_an_enrolment_by_hand(self, school: School) -> None:
        evening, same = await taught(school, "E", EVENINGS), await taught(school, "S", ELSEWHERE)
        weekend = await taught(school, "W", WEEKEND)
        await enter(school, evening)
        copy = """
        INSERT INTO enrolment SELECT (jsonb_populate_record(e, jsonb_build_object(
            'id', uuidv7(), 'class_id', '{}'::uuid, 'local_id', '{}'))).* FROM enrolment e WHERE class_id = '{}'
        """

        await run(school, copy.format(weekend, "by-hand", evening))
        with pytest.raises(IntegrityError, match="two classes at once"):
            await run(school, copy.format(same, "by-hand-too", evening))

    async def test_refuses_a_lesson_by_hand(self, school: School) -> None:
        evening, weekend = await taught(school, "E", EVENINGS), await taught(school, "W", WEEKEND)
        for each in (evening, weekend):
            await enter(school, each)
        move = """
        INSERT INTO lesson SELECT (jsonb_populate_record(l, jsonb_build_object('id', uuidv7(), 'held', false,
            'during', tstzrange('2025-03-06T{0}:30+08', '2025-03-06T{0}:45+08')))).*
        FROM lesson l WHERE class_id = '{1}' LIMIT 1
        """

        await run(school, move.format("16", weekend))
        with pytest.raises(IntegrityError, match="two lessons at once"):
            await run(school, move.format("19", weekend))

    @pytest.mark.parametrize("seed", range(3))
    async def test_says_of_any_two_timetables_what_the_rule_says(self, school: School, seed: int) -> None:
        random = Random(seed)
        classes = [UUID(await taught(school, name, EVENINGS if name == "A" else None)) for name in "ABCD"]
        lessons = {classes[0]: [self.span(int(str(each["begins_at"])[8:10]), 37, 3) for each in EVENINGS]}
        for class_id in classes[1:3]:
            lessons[class_id] = [self.span(random.randrange(3, 10), random.randrange(16, 42), 2) for _ in range(4)]
            await self.write(school, class_id, lessons[class_id])

        for _ in range(40):
            one, other = random.choice(classes), random.choice(classes)
            days = sorted(date(2025, 3, random.randrange(3, 10)) for _ in range(2))
            (row,) = await school.registry.rows(
                "SELECT classes_meet(:one, :other, :first, :last) AS met",
                one=one, other=other, first=days[0], last=days[1],
            )  # fmt: skip
            assert row.met == meet(ClassDays(one, *days), ClassDays(other, *days), lessons)

    def span(self, day: int, half: int, halves: int) -> tuple[datetime, datetime]:
        begins = datetime.combine(date(2025, 3, day), time(), BUSINESS_ZONE) + timedelta(minutes=30 * half)
        return begins, begins + timedelta(minutes=30 * halves)

    async def write(self, school: School, class_id: UUID, lessons: list[tuple[datetime, datetime]]) -> None:
        copy = """
        INSERT INTO lesson SELECT (jsonb_populate_record(l, jsonb_build_object('id', uuidv7(), 'held', false,
            'class_id', '{}'::uuid, 'during', tstzrange('{}', '{}')))).*
        FROM lesson l WHERE hours = 2 LIMIT 1
        """
        await run(school, *(copy.format(class_id, begins.isoformat(), ends.isoformat()) for begins, ends in lessons))
