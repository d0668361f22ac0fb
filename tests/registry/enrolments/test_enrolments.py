"""The life of an enrolment over HTTP: deferral, resumption, withdrawal, and who did what."""

from __future__ import annotations

import asyncio
from datetime import date

import httpx
import pytest
from sqlalchemy import text

from shared.contracts.registry.enrolments import EnrolmentDeferred, EnrolmentResumed, TraineeEnrolled
from shared.kernel.callers import Role
from tests.registry.enrolling import MID_MARCH, REASON, code, enrolment_of, running, step, told, transfer
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_today, trainee
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def school(school: School) -> School:
    set_today(school.registry, MID_MARCH)
    return school


class TestDeferAndResume:
    async def test_a_deferred_trainee_can_be_elsewhere_and_comes_back(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)

        deferred = await step(school, enrolment_id, "deferral", **REASON, on="2025-03-05")
        other = await school.file(local_id="short", starts_on="2025-03-05", ends_on="2025-03-09")
        elsewhere = await school.enrol(other, trainee(1, local_id="E1"))
        resumed = await step(school, enrolment_id, "resumption", **REASON)

        assert deferred.json()["status"] == "deferred"
        assert (deferred.json()["from_on"], deferred.json()["until_on"]) == ("2025-03-01", "2025-03-04")
        assert elsewhere.json()["accepted"] == 1, elsewhere.text
        assert (resumed.json()["from_on"], resumed.json()["until_on"]) == ("2025-03-10", "2025-03-20")
        facts = [fact for fact in await told(school) if str(fact.enrolment_id) == enrolment_id]
        assert [type(fact) for fact in facts] == [TraineeEnrolled, EnrolmentDeferred, EnrolmentResumed]
        assert [fact.version for fact in facts] == [1, 2, 3]

    async def test_who_sits_in_another_class_meanwhile_cannot_resume(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        await step(school, enrolment_id, "deferral")
        other = await school.file(local_id="other", starts_on="2025-03-12", ends_on="2025-03-30")
        await school.enrol(other, trainee(1, local_id="E1"))

        answer = await step(school, enrolment_id, "resumption")

        assert code(answer) == (409, "overlapping-class")
        assert answer.json()["check"] == "C04"
        facts = (answer.json()["first_on"], answer.json()["last_on"], answer.json()["local_id"])
        assert facts == ("2025-03-12", "2025-03-30", "E1")

    async def test_of_resumption_and_another_class_at_once_one_wins(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        await step(school, enrolment_id, "deferral")
        other = await school.file(local_id="other", starts_on="2025-03-12", ends_on="2025-03-30")

        resumed, enrolled = await asyncio.gather(
            step(school, enrolment_id, "resumption"), school.enrol(other, trainee(1, local_id="E1"))
        )

        row = enrolled.json()["rows"][0]
        if resumed.status_code == 200:
            assert row["errors"][0]["code"] == "overlapping-class"
        else:
            assert code(resumed) == (409, "overlapping-class")
            assert row["outcome"] == "accepted"

    async def test_a_class_is_completed_without_the_deferred_who_go_on_elsewhere(self, school: School) -> None:
        class_id, deferred, _ = await running(school, 1, 2)
        await step(school, deferred, "deferral")
        set_today(school.registry, date(2025, 3, 20))
        await school.conclude(class_id, T2=60)

        completed = await school.post(f"classes/{class_id}/completion")
        late = await step(school, deferred, "resumption")
        later = await school.file(local_id="later", starts_on="2025-03-25", ends_on="2025-04-20")
        moved = await transfer(school, deferred, later)

        assert completed.status_code == 200, completed.text
        assert code(late) == (409, "roster-closed")
        assert (moved.status_code, moved.json()["from_on"]) == (201, "2025-03-25")

    async def test_a_step_that_is_not_open_names_those_that_are(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)

        answer = await step(school, enrolment_id, "resumption")

        assert code(answer) == (409, "illegal-move")
        assert answer.json()["allowed"] == ["complete", "correct", "defer", "fail", "transfer", "withdraw"]

    async def test_another_school_may_not(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answers = [await step(other, enrolment_id, verb) for verb in ("deferral", "resumption", "withdrawal")]

        assert [code(answer) for answer in answers] == [(403, "foreign-organisation")] * 3


class TestWithdraw:
    async def test_who_withdrew_can_be_in_another_class_the_same_day(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        other = await school.file(local_id="other", starts_on="2025-03-10", ends_on="2025-03-30")

        refused = await school.enrol(other, trainee(1, local_id="E1"))
        withdrawn = await step(school, enrolment_id, "withdrawal")
        accepted = await school.enrol(other, trainee(1, local_id="E1"))

        assert refused.json()["rows"][0]["errors"][0]["check"] == "C04"
        assert withdrawn.json()["until_on"] == "2025-03-09"
        assert accepted.json()["accepted"] == 1, accepted.text

    async def test_nobody_withdraws_ahead(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)

        answer = await step(school, enrolment_id, "withdrawal", on="2025-03-11")

        assert code(answer) == (422, "day-ahead")


class TestRead:
    async def get(self, registry: ServiceUnderTest, path: str, headers: dict[str, str]) -> httpx.Response:
        return await registry.http.get(f"/v1/enrolments/{path}", headers=headers)

    async def test_the_history_says_who_did_what_when_and_why(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        await step(school, enrolment_id, "deferral", **REASON)
        await step(school, enrolment_id, "resumption", reason="痊愈")
        await school.post(
            f"enrolments/{enrolment_id}/withdrawal", headers=School(school.registry, school.id, "boss").headers
        )

        history = (await self.get(school.registry, f"{enrolment_id}/history", school.headers)).json()

        assert [(each["version"], each["verb"], each["done_by"], each["reason"]) for each in history] == [
            (1, "enrol", "clerk", None),
            (2, "defer", "clerk", "因病"),
            (3, "resume", "clerk", "痊愈"),
            (4, "withdraw", "boss", None),
        ]
        assert [each["from_on"] for each in history] == ["2025-03-01", "2025-03-01", "2025-03-10", "2025-03-10"]
        assert [each["until_on"] for each in history] == ["2025-03-20", "2025-03-09", "2025-03-20", "2025-03-09"]
        assert [each["status"] for each in history] == ["in_training", "deferred", "in_training", "withdrawn"]
        assert history[2]["changed"] == {
            "status": {"from": "deferred", "to": "in_training"},
            "effective_on": {"from": "2025-03-10", "to": "2025-03-01"},
            "from_on": {"from": "2025-03-01", "to": "2025-03-10"},
            "until_on": {"from": "2025-03-09", "to": "2025-03-20"},
        }

    async def test_the_history_says_what_was_corrected_but_nothing_that_is_sealed(self, school: School) -> None:
        veteran = {"group": "veteran", "evidence": "退伍证", "dated_on": "2024-12-01"}
        class_id = await school.run(trainee(1))
        await school.conclude(class_id, T1=10)
        enrolment_id = await enrolment_of(school, "T1")
        corrected = {"hours": 60, "programme": "S10", "tags": ["S06"], "groups": [veteran], "draws_pension": False}
        answer = await step(school, enrolment_id, "correction", **corrected, **REASON)
        assert answer.status_code == 200, answer.text

        history = (await self.get(school.registry, f"{enrolment_id}/history", school.headers)).json()

        assert history[-1]["changed"] == {
            "programme": {"from": "S02-1", "to": "S10"},
            "tags": {"from": [], "to": ["S06"]},
            "status": {"from": "failed", "to": "completed"},
            "hours": {"from": 10, "to": 60},
            "priority": {"from": False, "to": True},
            "evidence_on": {"from": None, "to": "2024-12-01"},
            "groups": None,
            "draws_pension": None,
        }

    async def test_the_history_of_a_transfer_begins_with_who_made_it(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        to = await school.file(local_id="to", starts_on="2025-03-05", ends_on="2025-04-05")
        moved = await transfer(school, enrolment_id, to, headers=school.officer())

        history = (await self.get(school.registry, f"{moved.json()['id']}/history", school.headers)).json()

        assert [(each["verb"], each["done_by"], each["from_on"]) for each in history] == [
            ("enrol", "officer", "2025-03-10")
        ]

    async def test_an_entry_that_nobody_signed_is_left_out(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        async with school.registry.engine.begin() as connection:
            await connection.execute(text("UPDATE enrolment SET enrolled_by = NULL, enrolled_at = NULL"))
        await step(school, enrolment_id, "deferral")

        history = (await self.get(school.registry, f"{enrolment_id}/history", school.headers)).json()

        assert [each["verb"] for each in history] == ["defer"]

    async def test_the_history_tells_of_the_outcome_as_well(self, school: School) -> None:
        class_id, *enrolments = await running(school, 1, 2)
        await school.conclude(class_id, T1=60, T2=1)

        for enrolment_id, verb in zip(enrolments, ("complete", "fail"), strict=True):
            history = (await self.get(school.registry, f"{enrolment_id}/history", school.headers)).json()
            assert [(each["version"], each["verb"], each["done_by"]) for each in history[1:]] == [(2, verb, "clerk")]

    async def test_is_shown_masked_to_the_school_and_officers_of_the_region(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        tokens = school.registry.tokens

        own = await self.get(school.registry, enrolment_id, school.headers)
        officer = await self.get(school.registry, enrolment_id, school.officer("410100"))
        refused = [
            await self.get(school.registry, path, headers)
            for path in (enrolment_id, f"{enrolment_id}/history")
            for headers in (
                school.officer("419001"),
                School(school.registry, "01980000-0000-7000-8000-000000000001").headers,
                tokens.of(Role.ASSESSMENT_BODY, organisation=school.id),
            )
        ]

        assert own.json() == officer.json()
        assert own.json()["name"] == "学**"
        assert [code(answer)[1] for answer in refused] == ["foreign-region", "foreign-organisation", "wrong-role"] * 2
