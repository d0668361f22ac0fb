"""Flags that marks raise: each once, however often the marks come."""

from __future__ import annotations

from typing import Any

from shared.contracts.registry.flags import FlagRaised
from tests.registry.attending import enrolment_of, flags, lesson, mark, post, run, running
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee


async def sites(school: School, **places: tuple[float, float]) -> None:
    for local_id, (longitude, latitude) in places.items():
        site = {"local_id": local_id, "address": f"{local_id}路1号", "region": "410102"}
        place = {"longitude": longitude, "latitude": latitude}
        answer = await school.post(f"institutions/{school.id}/sites", site | place)
        assert answer.status_code == 201, answer.text


class TestFlags:
    async def test_an_ordinary_week_raises_none(self, school: School) -> None:
        await running(school, *range(1, 7))
        rows = [
            row
            for day in ("2025-03-03", "2025-03-04", "2025-03-08")
            for number in range(1, 7)
            for row in [
                *lesson(number, f"08:5{number}:12", f"12:0{number}:40", day=day),
                *lesson(number, f"13:5{number}:03", f"16:0{number}:21", day=day),
            ]
        ]

        await post(school, *(row | {"device": "gate"} for row in rows))

        assert await flags(school) == []

    async def test_training_at_night_is_one_flag_for_the_class_and_day_however_often_seen(self, school: School) -> None:
        class_id = await running(school, 1, 2)
        rows = [*lesson(1, "22:30", "23:20"), *lesson(2, "22:31", "23:21")]

        await post(school, *rows[:1])
        await post(school, *rows)

        assert await flags(school) == [("C20", "at-odd-hours")]
        (fact,) = [
            fact for fact in await school.registry.told() if isinstance(fact, FlagRaised) and fact.check == "C20"
        ]
        assert (fact.check, str(fact.class_id), fact.holds) == ("C20", class_id, False)

    async def test_training_on_a_public_holiday_is_flagged_and_on_a_sunday_is_not(self, school: School) -> None:
        await running(school, 1, starts_on="2025-05-01", ends_on="2025-05-20")

        await post(school, *lesson(1, "09:00", "12:00", day="2025-05-18"))
        assert await flags(school) == []

        await post(school, *lesson(1, "09:00", "12:00", day="2025-05-05"))
        assert await flags(school) == [("C20", "on-a-holiday")]

    async def test_more_hours_in_a_day_than_count_are_flagged(self, school: School) -> None:
        await running(school, 1)

        await post(school, *lesson(1, "08:00", "17:00"))

        assert await flags(school) == [("C20", "over-daily-hours")]

    async def test_one_phone_for_many_trainees_is_flagged_however_their_marks_come(self, school: School) -> None:
        await running(school, 1, 2, 3)
        rows = [mark(number, "in", f"09:0{number}", method="qr", device="phone-1") for number in (1, 2, 3)]

        await post(school, *rows[:2])
        assert await flags(school) == []
        await post(school, rows[2])

        assert await flags(school) == [("C16", "one-device-many-trainees")]

    async def test_one_phone_for_trainees_of_several_classes_is_one_flag_of_the_institution(
        self, school: School
    ) -> None:
        for number in range(1, 5):
            await running(school, number, local_id=f"C{number}")

        for number in range(1, 5):
            row = mark(number, "in", f"09:0{number}", class_local_id=f"C{number}", method="qr", device="phone-1")
            await post(school, row)

        (flag,) = await school.registry.rows("SELECT * FROM flag WHERE code = 'C16'")
        assert (flag.kind, flag.class_id, str(flag.institution_id)) == ("one-device-many-trainees", None, school.id)

    async def test_a_device_that_no_queue_could_pass_is_flagged(self, school: School) -> None:
        await running(school, 1)
        rows = [mark(1, "in", f"09:00:{second:02d}", device="gate") for second in range(31)]

        await post(school, *rows[:30])
        assert await flags(school) == []
        await post(school, rows[30])

        assert await flags(school) == [("C16", "device-too-fast")]

    async def test_a_class_marked_by_hand_in_one_second_is_flagged(self, school: School) -> None:
        await running(school, *range(1, 6))
        rows = [mark(number, "in", f"09:00:00.{number}", method="hand", device=None) for number in range(1, 6)]

        await post(school, *rows[:4])
        assert await flags(school) == []
        await post(school, rows[4])

        assert await flags(school) == [("C20", "same-second")]

    async def test_a_face_that_is_not_recognised_again_and_again_is_flagged(self, school: School) -> None:
        await running(school, 1)
        failed = [mark(1, "in", f"09:0{each}", method="face", matched=False) for each in range(3)]

        await post(school, *failed[:2], *lesson(1, "09:30", "10:30", method="face", matched=True))
        assert await flags(school) == []
        await post(school, failed[2])

        assert await flags(school) == [("C20", "face-not-matched")]

    async def test_two_sites_too_far_apart_within_the_hour_are_flagged(self, school: School) -> None:
        await running(school, 1)
        await sites(school, zhengzhou=(113.62, 34.75), luoyang=(112.45, 34.62))

        await post(school, mark(1, "in", "09:00", site="zhengzhou"), mark(1, "out", "12:00", site="luoyang"))
        assert await flags(school) == []
        await post(school, mark(1, "in", "09:40", site="luoyang"))

        assert await flags(school) == [("C05", "too-far-apart")]

    async def test_the_site_of_the_class_counts_where_a_mark_names_none(self, school: School) -> None:
        await sites(school, zhengzhou=(113.62, 34.75), luoyang=(112.45, 34.62))
        await running(school, 1)
        await run(school, "UPDATE class SET site_id = (SELECT id FROM site WHERE local_id = 'zhengzhou')")

        await post(school, mark(1, "in", "09:00"), mark(1, "out", "09:30", site="luoyang"))

        assert await flags(school) == [("C05", "too-far-apart")]

    async def test_the_same_person_in_two_classes_at_once_is_flagged(self, school: School) -> None:
        await running(school, 1)
        await post(school, *lesson(1, "09:00", "12:00"))
        await run(school, "UPDATE enrolment SET status = 'withdrawn', until_on = from_on - 1")
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await running(other, 1)

        await post(other, *lesson(1, "12:00", "12:30"))
        assert await flags(school) == []
        await post(other, mark(1, "in", "10:00"))

        assert await flags(school) == [("C05", "two-places-at-once")]
        (flag,) = await school.registry.rows("SELECT * FROM flag WHERE code = 'C05'")
        assert (str(flag.institution_id), flag.facts["day"]) == (other.id, "2025-03-05")

    async def test_the_county_sees_them(self, school: School) -> None:
        class_id = await running(school, 1)
        await post(school, *lesson(1, "05:00", "05:50"))

        answer = await school.registry.http.get("/v1/flags", params={"check": "C20"}, headers=school.officer())

        assert [(row["kind"], row["class_id"]) for row in answer.json()["rows"]] == [("at-odd-hours", class_id)]


async def test_flags_and_facts_of_attendance_hold_no_personal_data(school: School) -> None:
    person: dict[str, Any] = trainee(1)
    await running(school, 1)
    failed = [mark(1, "in", f"09:0{each}", method="face", matched=False) for each in range(3)]
    await post(school, *lesson(1, "04:00", "23:00", method="hand", device=None), *failed)

    rows = await school.registry.rows("SELECT CAST(f AS text) AS content FROM flag f")
    events = await school.registry.rows("SELECT convert_from(event, 'UTF8') AS content FROM outbox")

    assert len(await flags(school)) == 3
    assert await enrolment_of(school) in str(rows)
    for row in [*rows, *events]:
        assert person["document_number"] not in row.content
        assert person["name"] not in row.content
