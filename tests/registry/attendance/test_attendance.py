"""Marks and the hours that follow from them, over HTTP: any order, any repeat, any clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from orjson import dumps

from shared.contracts.registry.attendance import AttendanceRecorded
from tests.registry.attending import (
    DAY,
    WEEK,
    codes,
    enrolment_of,
    hours,
    lesson,
    mark,
    post,
    read,
    run,
    running,
    set_policy,
    told,
)
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee
from tests.support.clock import now


class TestMarks:
    async def test_make_class_hours_of_45_minutes_and_are_told(self, school: School) -> None:
        class_id = await running(school, 1)

        answer = await post(school, *lesson(1, "09:00", "12:00"), *lesson(1, "14:00", "16:20"))

        assert codes(answer) == ["accepted"] * 4
        assert await hours(school) == {("T1", DAY): 7}
        (fact,) = await told(school)
        assert isinstance(fact, AttendanceRecorded)
        assert (str(fact.class_id), fact.day.isoformat(), fact.day_hours, fact.hours, fact.days, fact.version) == (
            class_id, DAY, 7, 7, 1, 1,
        )  # fmt: skip

    async def test_can_be_sent_one_by_one_through_the_same_route(self, school: School) -> None:
        await running(school, 1)

        for row in [*lesson(1, "09:00", "12:00"), *lesson(1, "09:00", "16:00", day="2025-03-06")]:
            assert codes(await post(school, row)) == ["accepted"]

        assert await hours(school) == {("T1", DAY): 4, ("T1", "2025-03-06"): 8}
        assert [(fact.version, fact.hours, fact.days) for fact in await told(school)] == [(1, 4, 1), (2, 12, 2)]

    async def test_can_name_the_enrolment_instead(self, school: School) -> None:
        await running(school, 1)
        named = {"class_local_id": None, "trainee_local_id": None, "enrolment_id": await enrolment_of(school)}

        answer = await post(school, *lesson(1, "09:00", "12:00", **named))

        assert codes(answer) == ["accepted"] * 2
        assert await hours(school) == {("T1", DAY): 4}

    async def test_can_come_as_ndjson_where_a_broken_line_spoils_nothing_else(self, school: School) -> None:
        await running(school, 1)
        lines = [dumps(mark(1, "in", "09:00")), b"{broken", dumps(mark(1, "out", "12:00"))]

        answer = await school.registry.http.post(
            "/v1/attendance-marks",
            content=b"\n".join(lines),
            headers=school.headers | {"Content-Type": "application/x-ndjson"},
        )

        assert codes(answer) == ["accepted", "broken-line", "accepted"]
        assert await hours(school) == {("T1", DAY): 4}

    @pytest.mark.parametrize("seed", range(3))
    async def test_of_devices_that_were_off_line_give_the_same_hours_in_any_order_with_any_repeat(
        self, school: School, seed: int
    ) -> None:
        await running(school, 1, 2, 3)
        random = Random(seed)
        rows = [row for day in WEEK for number in (1, 2, 3) for row in lesson(number, "09:00", "11:30", day=day)]
        arriving = [*rows, *random.choices(rows, k=20)]
        random.shuffle(arriving)
        batches = [arriving[first : first + 9] for first in range(0, len(arriving), 9)]

        answers = [await post(school, *batch) for batch in batches]

        assert sum(answer.json()["accepted"] for answer in answers) == len(rows)
        assert sum(answer.json()["repeated"] for answer in answers) == 20
        assert await hours(school) == {(f"T{number}", day): 3 for number in (1, 2, 3) for day in WEEK}
        last = {fact.enrolment_id: (fact.hours, fact.days) for fact in await told(school)}
        assert set(last.values()) == {(15, 5)}

    async def test_of_many_batches_at_once_count_each_once_and_facts_have_no_gap(self, school: School) -> None:
        await running(school, 1, 2, 3)
        rows = [row for day in WEEK for number in (1, 2, 3) for row in lesson(number, "09:00", "11:30", day=day)]
        backwards = rows[::-1]
        batches = [rows[0:12], backwards[0:12], rows[6:24], backwards[6:24], rows, backwards]

        answers = await asyncio.gather(*(post(school, *batch) for batch in batches))

        assert sum(answer.json()["accepted"] for answer in answers) == len(rows)
        assert sum(answer.json()["refused"] for answer in answers) == 0
        assert await hours(school) == {(f"T{number}", day): 3 for number in (1, 2, 3) for day in WEEK}
        for subject in {fact.subject for fact in await told(school)}:
            facts = [fact for fact in await told(school) if fact.subject == subject]
            assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))
            assert (facts[-1].hours, facts[-1].days) == (15, 5)

    async def test_that_change_no_hour_are_kept_and_not_told(self, school: School) -> None:
        class_id = await running(school, 1)

        await post(school, mark(1, "in", "09:00"))

        kept = (await read(school, f"classes/{class_id}/attendance-marks")).json()["rows"]
        assert [(row["direction"], row["device"]) for row in kept] == [("in", "gate-1")]
        assert await told(school) == []

    async def test_sent_again_are_repeats_also_when_the_class_is_over(self, school: School) -> None:
        class_id = await running(school, 1)
        rows = lesson(1, "09:00", "12:00")
        first = await post(school, *rows)
        await school.conclude(class_id, T1=4)
        await school.post(f"classes/{class_id}/completion")

        again = await post(school, *rows, mark(1, "in", "14:00"))

        assert codes(again) == ["repeated", "repeated", "class-takes-no-marks"]
        assert [row.get("id") for row in again.json()["rows"]][:2] == [row["id"] for row in first.json()["rows"]]

    async def test_of_the_same_local_id_and_other_content_are_refused(self, school: School) -> None:
        await running(school, 1)
        await post(school, mark(1, "in", "09:00", local_id="M1"))

        answer = await post(
            school,
            mark(1, "out", "12:00", local_id="M1"),
            mark(1, "in", "09:00", local_id="M1", method="hand", device=None),
            mark(1, "out", "12:00", local_id="M2"),
            mark(1, "out", "12:01", local_id="M2"),
        )

        assert codes(answer) == ["local-id-taken", "local-id-taken", "accepted", "local-id-taken"]

    async def test_of_one_trainee_and_day_are_taken_up_to_a_number_and_what_is_known_takes_no_place(
        self, school: School
    ) -> None:
        await running(school, 1, 2)
        await set_policy(school, "attendance.day_marks_max", "5")
        rows = [mark(1, "in", f"09:0{minute}") for minute in range(8)]

        first = await post(school, *rows[:4])
        again = await post(school, *rows, mark(1, "in", "09:00", day=WEEK[0]), mark(2, "in", "09:00"))

        assert codes(first) == ["accepted"] * 4
        assert codes(again) == [*["repeated"] * 4, "accepted", *["too-many-day-marks"] * 3, "accepted", "accepted"]
        assert again.json()["rows"][5]["errors"][0]["marks_max"] == 5

    async def test_by_hand_carry_the_name_of_who_made_them(self, school: School) -> None:
        class_id = await running(school, 1)

        await post(school, mark(1, "in", "09:00", method="hand", device=None))

        (row,) = (await read(school, f"classes/{class_id}/attendance-marks")).json()["rows"]
        assert (row["method"], row["marked_by"]) == ("hand", "clerk")


class TestRefusedMarks:
    async def test_are_answered_one_by_one_and_spoil_nothing_else(self, school: School) -> None:
        await running(school, 1, 2)
        soon = now() + timedelta(minutes=30)

        answer = await post(
            school,
            mark(1, "in", "09:00"),
            mark(9, "in", "09:00"),
            mark(1, "in", "09:01", class_local_id="other"),
            mark(1, "in", "09:02", day="2025-02-28"),
            mark(1, "in", "09:03", day="2025-03-21"),
            mark(1, "in", "09:04", site="nowhere"),
            mark(1, "in", "09:05", class_local_id=None, trainee_local_id=None, enrolment_id=str(uuid4())),
            mark(2, "in", "09:06", at=soon.isoformat()),
            mark(2, "in", "09:00"),
        )

        assert codes(answer) == [
            "accepted", "not-in-class", "not-in-class", "mark-outside-class", "mark-outside-class",
            "unknown-mark-site", "not-found", "mark-outside-class", "accepted",
        ]  # fmt: skip

    async def test_of_the_future_are_a_matter_of_the_clock(self, school: School) -> None:
        await running(school, 1)
        today = now().date()
        await run(
            school,
            f"UPDATE class SET starts_on = '{today - timedelta(9)}', ends_on = '{today + timedelta(9)}'",
            f"UPDATE enrolment SET until_on = '{today + timedelta(9)}'",
        )
        at = now()

        answer = await post(
            school,
            mark(1, "in", "1", at=(at + timedelta(minutes=4)).isoformat()),
            mark(1, "in", "2", at=(at + timedelta(minutes=6)).isoformat()),
        )

        assert codes(answer) == ["accepted", "mark-from-future"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"picture": "aGFsbG8="}, "extra-forbidden"),
            ({"template": [0.1, 0.2]}, "extra-forbidden"),
            ({"method": "face", "matched": True, "score": 101}, "less-than-equal"),
            ({"method": "face", "score": 97}, "match-missing"),
            ({"method": "face", "matched": "yes"}, "bool-type"),
            ({"matched": True}, "match-without-face"),
            ({"score": 90}, "score-without-face"),
            ({"device": None}, "which-device"),
            ({"method": "hand"}, "which-device"),
            ({"device": "13912345678"}, "personal-number"),
            ({"device": trainee(1)["document_number"]}, "personal-number"),
            ({"at": "2025-03-05T09:00:00"}, "timezone-aware"),
            ({"at": 1741136400}, "datetime-text"),
            ({"at": "1970-01-01T08:00:00+08:00"}, "datetime-range"),
            ({"at": "2106-02-07T14:28:15+08:00"}, "datetime-range"),
            ({"at": "0001-01-01T00:00:00+14:00"}, "greater-than-equal"),
            ({"at": "9999-12-31T23:59:59Z"}, "less-than-equal"),
            ({"direction": "through"}, "enum"),
            ({"enrolment_id": "01980000-0000-7000-8000-000000000001"}, "whose-mark"),
            ({"trainee_local_id": None}, "whose-mark"),
            ({"local_id": "x" * 65}, "string-too-long"),
        ],
    )
    async def test_have_not_the_form_that_the_api_describes(
        self, school: School, changes: dict[str, object], code: str
    ) -> None:
        await running(school, 1)

        answer = await post(school, mark(1, "in", "09:00", **changes), mark(1, "out", "12:00"))

        assert codes(answer) == [code, "accepted"]

    async def test_of_a_class_that_has_not_started(self, school: School) -> None:
        class_id = await school.file()
        await school.enrol(class_id, trainee(1))

        assert codes(await post(school, mark(1, "in", "09:00"))) == ["class-takes-no-marks"]

    async def test_of_another_institution_are_not_even_known(self, school: School) -> None:
        await running(school, 1)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        named = {"class_local_id": None, "trainee_local_id": None, "enrolment_id": await enrolment_of(school)}

        answer = await post(other, mark(1, "in", "09:00"), mark(1, "in", "09:01", **named))

        assert codes(answer) == ["not-in-class", "not-found"]

    async def test_by_an_officer(self, school: School) -> None:
        answer = await school.post("attendance-marks", {"rows": []}, headers=school.officer())

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")
