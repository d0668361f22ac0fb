"""Outcomes, withdrawals and corrections over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.registry.enrolments import (
    EnrolmentCompleted,
    EnrolmentCorrected,
    EnrolmentFailed,
    EnrolmentState,
    EnrolmentWithdrawn,
)
from tests.registry.enrolling import REASON
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee


async def told(school: School) -> list[EnrolmentState]:
    return [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentState)]


async def enrolment_of(school: School, local_id: str) -> str:
    (row,) = await school.registry.rows("SELECT id FROM enrolment WHERE local_id = :local_id", local_id=local_id)
    return str(row.id)


def errors(answer: Any) -> list[str | None]:
    return [row["errors"][0]["code"] if "errors" in row else None for row in answer.json()["rows"]]


class TestConclude:
    async def test_the_hours_decide(self, school: School) -> None:
        class_id = await school.run(*(trainee(number) for number in range(1, 5)), hours=60)

        answer = await school.conclude(class_id, T1=60, T2=48, T3=47, T4=0)

        assert answer.json()["accepted"] == 4
        last = (await told(school))[-4:]
        assert [type(fact) for fact in last] == [EnrolmentCompleted, EnrolmentCompleted] + [EnrolmentFailed] * 2
        assert {fact.effective_on.isoformat() for fact in last} == {"2025-03-20"}
        assert [fact.version for fact in last] == [2, 2, 2, 2]

    async def test_each_row_is_answered_by_itself(self, school: School) -> None:
        class_id = await school.run(trainee(1), trainee(2), trainee(3), hours=60)
        rows = [
            {"local_id": "T1", "hours": 60},
            {"local_id": "T2", "hours": 61},
            {"local_id": "T9", "hours": 60},
            {"local_id": "T3", "hours": -1},
            {"local_id": "T1", "hours": 60},
            {"local_id": "T1", "hours": 59},
        ]

        answer = await school.post(f"classes/{class_id}/outcomes", {"rows": rows})

        codes = [None, "too-many-hours", "not-in-class", "greater-than-equal", None, "illegal-move"]
        assert errors(answer) == codes
        assert [row["outcome"] for row in answer.json()["rows"]][4] == "repeated"

    async def test_the_same_outcomes_again_change_nothing(self, school: School) -> None:
        class_id = await school.run(trainee(1), trainee(2))
        await school.conclude(class_id, T1=60, T2=1)
        before = len(await told(school))

        assert (await school.conclude(class_id, T1=60, T2=1)).json()["repeated"] == 2
        assert len(await told(school)) == before

    async def test_the_same_outcomes_twice_at_once_are_told_once(self, school: School) -> None:
        class_id = await school.run(trainee(1), trainee(2))

        answers = await asyncio.gather(*(school.conclude(class_id, T1=60, T2=60) for _ in range(4)))

        assert sum(answer.json()["accepted"] for answer in answers) == 2
        assert sum(isinstance(fact, EnrolmentCompleted) for fact in await told(school)) == 2

    async def test_a_class_that_does_not_run_has_no_outcomes(self, school: School) -> None:
        class_id = await school.file()
        await school.enrol(class_id, trainee(1))

        answer = await school.conclude(class_id, T1=60)

        assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (
            409,
            "class-not-running",
            "filed",
        )

    async def test_another_institution_concludes_nothing(self, school: School) -> None:
        class_id = await school.run(trainee(1))
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answer = await other.conclude(class_id, T1=60)

        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-organisation")


class TestWithdraw:
    async def test_takes_a_trainee_out_also_after_completion(self, school: School) -> None:
        class_id = await school.run(trainee(1))
        await school.conclude(class_id, T1=60)

        path = f"enrolments/{await enrolment_of(school, 'T1')}/withdrawal"
        silent = await school.post(path)
        answer = await school.post(path, REASON)

        assert (silent.status_code, silent.json()["code"], silent.json()["pointer"]) == (
            422, "reason-missing", "/reason",
        )  # fmt: skip
        assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "withdrawn", 3)
        assert isinstance((await told(school))[-1], EnrolmentWithdrawn)

    async def test_is_final(self, school: School) -> None:
        class_id = await school.run(trainee(1))
        enrolment = await enrolment_of(school, "T1")
        await school.post(f"enrolments/{enrolment}/withdrawal")

        again = await school.post(f"enrolments/{enrolment}/withdrawal")
        corrected = await school.post(f"enrolments/{enrolment}/correction", {"hours": 1, **REASON})
        enrolled = await school.enrol(class_id, trainee(1))
        concluded = await school.conclude(class_id, T1=60)

        assert {(each.status_code, each.json()["code"]) for each in (again, corrected)} == {(409, "illegal-move")}
        assert errors(enrolled) == ["seat-given-up"]
        assert errors(concluded) == ["illegal-move"]

    async def test_of_an_unknown_enrolment_is_told(self, school: School) -> None:
        answer = await school.post(f"enrolments/{uuid4()}/withdrawal")

        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

    async def test_by_another_institution_is_refused(self, school: School) -> None:
        await school.run(trainee(1))
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answer = await other.post(f"enrolments/{await enrolment_of(school, 'T1')}/withdrawal")

        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-organisation")


class TestCorrect:
    async def test_moves_a_trainee_to_another_programme(self, school: School) -> None:
        await school.run(trainee(1, tags=["S07"]))

        answer = await school.post(
            f"enrolments/{await enrolment_of(school, 'T1')}/correction", {"programme": "S10", **REASON}
        )

        assert (answer.json()["programme"], answer.json()["tags"]) == ("S10", ["S07"])
        fact = (await told(school))[-1]
        assert isinstance(fact, EnrolmentCorrected)
        assert (fact.programme, fact.version) == ("S10", 2)

    async def test_of_the_tags_can_take_them_all_away(self, school: School) -> None:
        await school.run(trainee(1, tags=["S07"]))
        path = f"enrolments/{await enrolment_of(school, 'T1')}/correction"

        assert (await school.post(path, {"tags": [], **REASON})).json()["tags"] == []
        assert (await school.post(path, {"tags": ["S06", "S07"], **REASON})).json()["tags"] == ["S06", "S07"]

    @pytest.mark.parametrize(
        ("concluded", "corrected", "status"), [(60, 10, "failed"), (10, 60, "completed"), (60, 50, "completed")]
    )
    async def test_of_the_hours_decides_the_outcome_anew(
        self, school: School, concluded: int, corrected: int, status: str
    ) -> None:
        class_id = await school.run(trainee(1), hours=60)
        await school.conclude(class_id, T1=concluded)

        answer = await school.post(
            f"enrolments/{await enrolment_of(school, 'T1')}/correction", {"hours": corrected, **REASON}
        )

        assert (answer.json()["status"], answer.json()["hours"]) == (status, corrected)
        assert answer.json()["effective_on"] == "2025-03-20"

    async def test_of_the_hours_before_the_outcome_decides_nothing(self, school: School) -> None:
        await school.run(trainee(1), hours=60)

        answer = await school.post(f"enrolments/{await enrolment_of(school, 'T1')}/correction", {"hours": 60, **REASON})

        assert answer.json()["status"] == "in_training"

    @pytest.mark.parametrize(
        ("wrong", "code", "pointer"),
        [
            ({"programme": "S99"}, "unknown-programme", "/programme"),
            ({"programme": "S02"}, "programme-is-a-sum", "/programme"),
            ({"hours": 61}, "too-many-hours", "/hours"),
        ],
    )
    async def test_to_something_wrong_is_refused(
        self, school: School, wrong: dict[str, object], code: str, pointer: str
    ) -> None:
        await school.run(trainee(1), hours=60)
        before = len(await told(school))

        answer = await school.post(f"enrolments/{await enrolment_of(school, 'T1')}/correction", wrong | REASON)

        assert (answer.status_code, answer.json()["code"], answer.json()["pointer"]) == (422, code, pointer)
        assert len(await told(school)) == before
