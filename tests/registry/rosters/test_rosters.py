"""Rosters over HTTP: every row answered by itself, nobody twice, never more than the seats."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.registry.enrolments import TraineeEnrolled
from shared.kernel.callers import Role
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee
from tests.support.people import identity_number

TO_BE_BORN = identity_number(date(2999, 1, 1), 1)


async def told(school: School) -> list[TraineeEnrolled]:
    return [fact for fact in await school.registry.told() if isinstance(fact, TraineeEnrolled)]


async def stored(school: School) -> int:
    return len(await school.registry.rows("SELECT id FROM enrolment"))


def outcomes(answer: Any) -> list[str]:
    return [row["outcome"] for row in answer.json()["rows"]]


class TestEnrol:
    async def test_good_and_bad_rows_of_one_batch_are_answered_each_by_itself(self, school: School) -> None:
        rows = [trainee(1), trainee(2, document_number="410102199001010000"), {"local_id": "3"}, trainee(4), 5]

        answer = await school.enrol(await school.file(), *rows)

        assert outcomes(answer) == ["accepted", "refused", "refused", "accepted", "refused"]
        assert [row["row_id"] for row in answer.json()["rows"]] == ["T1", "T2", "3", "T4", None]
        assert [fact.subject for fact in await told(school)] == [
            f"enrolments/{answer.json()['rows'][place]['id']}" for place in (0, 3)
        ]
        assert await stored(school) == 2

    @pytest.mark.parametrize(
        ("wrong", "code", "pointer"),
        [
            ({"document_number": "41010219900307001"}, "identity-wrong-length", "/document_number"),
            ({"document_number": "410102199003070010"}, "identity-wrong-check-digit", "/document_number"),
            ({"document_number": TO_BE_BORN}, "identity-impossible-birth-date", "/document_number"),
            ({"document_number": "111111111111111111"}, "identity-placeholder", "/document_number"),
            ({"document_number": "4101021990030700AA"}, "identity-wrong-characters", "/document_number"),
            ({"document_kind": "residence_permit"}, "identity-wrong-document-kind", "/document_number"),
            ({"document_kind": "passport"}, "enum", "/document_kind"),
            ({"programme": "S99"}, "unknown-programme", "/programme"),
            ({"programme": "S02"}, "programme-is-a-sum", "/programme"),
            ({"name": "  "}, "string-too-short", "/name"),
            ({"phone": "123"}, "string-pattern-mismatch", "/phone"),
            ({"tags": ["a tag"]}, "string-pattern-mismatch", "/tags/0"),
            ({"nickname": "x"}, "extra-forbidden", "/nickname"),
        ],
        ids=str,
    )  # fmt: skip
    async def test_a_wrong_row_says_what_and_where_and_stores_nothing(
        self, school: School, wrong: dict[str, object], code: str, pointer: str
    ) -> None:
        answer = await school.enrol(await school.file(), trainee(1, **wrong))

        (row,) = answer.json()["rows"]
        assert (answer.status_code, row["outcome"]) == (200, "refused")
        assert (row["errors"][0]["code"], row["errors"][0]["pointer"]) == (code, pointer)
        assert await stored(school) == 0

    async def test_the_same_roster_again_changes_nothing(self, school: School) -> None:
        class_id = await school.file()
        first = await school.enrol(class_id, trainee(1), trainee(2))

        again = await school.enrol(class_id, trainee(1), trainee(2))

        assert outcomes(again) == ["repeated", "repeated"]
        assert [row["id"] for row in again.json()["rows"]] == [row["id"] for row in first.json()["rows"]]
        assert len(await told(school)) == 2

    async def test_a_row_repeated_inside_a_roster_is_one_enrolment(self, school: School) -> None:
        answer = await school.enrol(await school.file(), trainee(1), trainee(1))

        assert outcomes(answer) == ["accepted", "repeated"]
        assert len({row["id"] for row in answer.json()["rows"]}) == 1

    async def test_a_person_is_recognised_however_the_number_is_written(self, school: School) -> None:
        number = str(trainee(1)["document_number"])
        wide = "".join(chr(ord(char) + 0xFEE0) for char in number)

        answer = await school.enrol(await school.file(), trainee(1), trainee(1, document_number=f" {wide}\u200b"))

        assert outcomes(answer) == ["accepted", "repeated"]

    async def test_one_person_under_two_local_ids_is_refused(self, school: School) -> None:
        answer = await school.enrol(await school.file(), trainee(1), trainee(1, local_id="other"))

        assert outcomes(answer) == ["accepted", "refused"]
        error = answer.json()["rows"][1]["errors"][0]
        assert (error["code"], error["local_id"]) == ("already-enrolled", "T1")

    async def test_a_local_id_used_for_somebody_else_is_refused(self, school: School) -> None:
        await school.enrol(await school.file(), trainee(1))

        answer = await school.enrol(await school.file(local_id="2025-002"), trainee(2, local_id="T1"))

        assert answer.json()["rows"][0]["errors"][0]["code"] == "local-id-taken"

    async def test_an_identity_number_as_an_id_of_ones_own_is_refused_and_not_repeated(self, school: School) -> None:
        number = str(trainee(1)["document_number"])

        answer = await school.enrol(await school.file(), trainee(1, local_id=f"no-{number}"))

        assert outcomes(answer) == ["refused"]
        assert answer.json()["rows"][0]["errors"][0]["code"] == "identity-number"
        assert number not in answer.text

    async def test_a_person_may_sit_in_two_classes_one_after_the_other(self, school: School) -> None:
        await school.enrol(await school.file(), trainee(1))
        later = await school.file(local_id="2025-002", starts_on="2025-03-21", ends_on="2025-04-10")

        answer = await school.enrol(later, trainee(1, local_id="again"))

        assert outcomes(answer) == ["accepted"]
        assert len({fact.person for fact in await told(school)}) == 1

    async def test_a_dry_run_answers_the_same_and_stores_nothing(self, school: School) -> None:
        class_id = await school.file(seats=2)
        rows = [trainee(1), trainee(2, document_number="x"), trainee(3), trainee(4)]

        dry = await school.enrol(class_id, *rows, params={"mode": "validate"})

        assert (await stored(school), await told(school)) == (0, [])
        assert all("id" not in row for row in dry.json()["rows"])
        real = await school.enrol(class_id, *rows)
        assert outcomes(dry) == outcomes(real) == ["accepted", "refused", "accepted", "refused"]
        assert (dry.json()["dry_run"], real.json()["dry_run"]) == (True, False)

    async def test_each_trainee_counts_to_the_class_programme_or_to_their_own(self, school: School) -> None:
        await school.enrol(await school.file(), trainee(1), trainee(2, programme="S10", tags=["S06", "veteran"]))

        facts = await told(school)
        assert [(fact.programme, fact.tags) for fact in facts] == [("S02-1", ()), ("S10", ("S06", "veteran"))]
        assert facts[0].effective_on == date(2025, 3, 1)

    async def test_a_thousand_rows_are_one_batch_and_one_more_is_too_many(self, school: School) -> None:
        class_id = await school.file(seats=60)

        full = await school.enrol(class_id, *(trainee(number) for number in range(1000)))
        over = await school.enrol(class_id, *({} for _ in range(1001)))

        assert (full.json()["accepted"], full.json()["refused"]) == (60, 940)
        assert (over.status_code, over.json()["errors"][0]["pointer"]) == (422, "/rows")

    async def test_an_empty_roster_is_answered(self, school: School) -> None:
        assert (await school.enrol(await school.file())).json()["rows"] == []


class TestSeats:
    async def test_a_full_class_takes_nobody_more_but_knows_who_is_in_it(self, school: School) -> None:
        class_id = await school.file(seats=2)

        answer = await school.enrol(class_id, *(trainee(number) for number in (1, 2, 3, 1)))

        assert outcomes(answer) == ["accepted", "accepted", "refused", "repeated"]
        assert answer.json()["rows"][2]["errors"][0]["seats"] == 2

    async def test_rosters_at_once_never_exceed_the_seats(self, school: School) -> None:
        class_id = await school.file(seats=25)
        posts = (school.enrol(class_id, *(trainee(start * 7 + n) for n in range(10))) for start in range(10))

        answers = await asyncio.gather(*posts)

        assert {answer.status_code for answer in answers} == {200}
        assert sum(answer.json()["accepted"] for answer in answers) == await stored(school) == 25
        people = await school.registry.rows("SELECT DISTINCT person FROM enrolment")
        assert len(people) == len(await told(school)) == 25

    async def test_one_local_id_posted_to_two_classes_at_once_is_enrolled_once(self, school: School) -> None:
        classes = [await school.file(local_id=f"2025-{number}") for number in range(4)]

        answers = await asyncio.gather(*(school.enrol(class_id, trainee(1)) for class_id in classes))

        assert {answer.status_code for answer in answers} == {200}
        assert sorted(outcomes(answer)[0] for answer in answers) == ["accepted", "refused", "refused", "refused"]

    async def test_a_withdrawn_trainee_leaves_a_seat(self, school: School) -> None:
        class_id = await school.file(seats=1)
        enrolment = (await school.enrol(class_id, trainee(1))).json()["rows"][0]["id"]
        await school.post(f"enrolments/{enrolment}/withdrawal")

        assert outcomes(await school.enrol(class_id, trainee(2))) == ["accepted"]


class TestRights:
    async def test_another_institution_enrols_nobody(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answer = await other.enrol(await school.file(), trainee(1))

        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-organisation")
        assert await stored(school) == 0

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.INSTITUTION])
    async def test_other_roles_enrol_nobody(self, school: School, role: Role) -> None:
        headers = school.registry.tokens.of(role, person=str(uuid4()), organisation=school.id, region="410102")

        answer = await school.enrol(await school.file(), trainee(1), headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")

    async def test_an_unknown_class_is_told(self, school: School) -> None:
        assert (await school.enrol(str(uuid4()), trainee(1))).json()["code"] == "not-found"
        assert (await school.enrol("no-id", trainee(1))).json()["code"] == "malformed-request"

    async def test_a_cancelled_class_takes_nobody(self, school: School) -> None:
        class_id = await school.file()
        await school.cancel(class_id)

        answer = await school.enrol(class_id, trainee(1))

        assert (answer.status_code, answer.json()["code"]) == (409, "roster-closed")
