"""Transfers over HTTP: from one class to another, and from one school to another."""

from __future__ import annotations

import asyncio

import pytest

from shared.contracts.registry.enrolments import EnrolmentTransferred, TraineeEnrolled
from tests.registry.enrolling import MID_MARCH, REASON, code, running, told, transfer
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_today, trainee


@pytest.fixture
async def school(school: School) -> School:
    set_today(school.registry, MID_MARCH)
    return school


class TestTransfer:
    async def test_goes_on_as_another_enrolment_and_leaves_a_free_seat(self, school: School) -> None:
        class_id, enrolment_id, _ = await running(school, 1, 2, seats=2)
        to = await school.file(local_id="to", starts_on="2025-03-05", ends_on="2025-04-05")

        answer = await transfer(school, enrolment_id, to)
        again = await transfer(school, enrolment_id, to)
        newcomer = await school.enrol(class_id, trainee(3))

        assert (answer.status_code, again.status_code) == (201, 201)
        assert answer.json() == again.json()
        entered = answer.json()
        assert (entered["transferred_from"], entered["status"]) == (enrolment_id, "in_training")
        assert (entered["class_id"], entered["from_on"], entered["employment"]) == (to, "2025-03-10", "employed")
        assert newcomer.json()["accepted"] == 1
        left, new = [fact for fact in await told(school) if "T2" not in fact.subject][-3:-1]
        assert (type(left), type(new)) == (EnrolmentTransferred, TraineeEnrolled)
        assert new.transferred_from == left.enrolment_id
        assert new.person == left.person

    async def test_needs_a_seat_and_free_days(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        full = await school.file(local_id="full", seats=1)
        await school.enrol(full, trainee(2))
        meeting = await school.file(local_id="meeting", starts_on="2025-03-25", ends_on="2025-04-20")
        await school.enrol(meeting, trainee(1, local_id="M1"))
        to = await school.file(local_id="to", ends_on="2025-03-26")

        answers = [await transfer(school, enrolment_id, each) for each in (full, to)]

        assert [code(answer) for answer in answers] == [(409, "class-full"), (409, "overlapping-class")]

    async def test_another_occupation_or_level_is_another_training(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        to = await school.file(local_id="to", level="L3")

        answer = await transfer(school, enrolment_id, to)

        assert code(answer) == (409, "another-training")
        assert (answer.json()["level"], answer.json()["award"]) == ("L4", "L4")

    async def test_another_award_is_another_training(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        to = await school.file(local_id="to", level=None, award="special_ability")

        assert code(await transfer(school, enrolment_id, to)) == (409, "another-training")

    async def test_the_number_there_must_be_new(self, school: School) -> None:
        _, enrolment_id, _ = await running(school, 1, 2)
        to = await school.file(local_id="to")

        content = {"class_id": to, "local_id": "T2", **REASON}
        answer = await school.post(f"enrolments/{enrolment_id}/transfer", content)

        assert code(answer) == (409, "local-id-taken")

    async def test_to_another_school_is_for_officers_of_the_region_to_do(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        to = await other.file(local_id="to")

        by_school = await transfer(school, enrolment_id, to)
        by_stranger = await transfer(school, enrolment_id, to, headers=school.officer("419001"))
        by_officer = await transfer(school, enrolment_id, to, headers=school.officer())

        assert code(by_school) == (403, "foreign-organisation")
        assert code(by_stranger) == (403, "foreign-region")
        assert by_officer.status_code == 201
        seen = await school.registry.http.get(f"/v1/enrolments/{by_officer.json()['id']}", headers=other.headers)
        assert seen.json()["transferred_from"] == enrolment_id

    async def test_of_two_for_the_last_seat_one_gets_it(self, school: School) -> None:
        _, first, second = await running(school, 1, 2)
        to = await school.file(local_id="to", seats=1)

        answers = await asyncio.gather(
            *(
                school.post(f"enrolments/{each}/transfer", {"class_id": to, "local_id": f"N{place}", **REASON})
                for place, each in enumerate((first, second))
            )
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert next(code(answer) for answer in answers if answer.status_code == 409)[1] == "class-full"

    async def test_two_that_change_places_both_do(self, school: School) -> None:
        one, first = await running(school, 1)
        other, second = await running(school, 2, local_id="other")

        answers = await asyncio.gather(
            school.post(f"enrolments/{first}/transfer", {"class_id": other, "local_id": "N1", **REASON}),
            school.post(f"enrolments/{second}/transfer", {"class_id": one, "local_id": "N2", **REASON}),
        )

        assert [answer.status_code for answer in answers] == [201, 201]
