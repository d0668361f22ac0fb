"""Classes over HTTP: filing, and the moves from approval to completion or cancellation."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from shared.contracts.registry.classes import (
    ClassApproved,
    ClassCancelled,
    ClassCompleted,
    ClassFiled,
    ClassStarted,
    ClassState,
)
from shared.contracts.registry.directory import InstitutionRegistered
from shared.contracts.registry.enrolments import EnrolmentWithdrawn
from shared.kernel.callers import Role
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, filing, open_school, trainee


async def told(school: School) -> list[type]:
    return [type(fact) for fact in await school.registry.told() if not isinstance(fact, InstitutionRegistered)]


class TestFile:
    async def test_a_class_is_stored_and_told(self, school: School) -> None:
        answer = await school.post("classes", filing())

        assert answer.status_code == 201
        assert answer.json()["reporting_region"] == "410100"
        facts = [fact for fact in await school.registry.told() if isinstance(fact, ClassFiled)]
        assert [str(fact.class_id) for fact in facts] == [answer.json()["id"]]

    @pytest.mark.parametrize(
        ("region", "reporting"),
        [("410102", "410100"), ("410173", "410173"), ("419001", "419001"), ("410307", "410300")],
    )
    async def test_the_reporting_region_follows_the_parent_not_the_prefix(
        self, school: School, region: str, reporting: str
    ) -> None:
        await add_site(school, region=region)

        assert (await school.post("classes", filing(region=region))).json()["reporting_region"] == reporting

    async def test_the_same_filing_again_answers_the_class_that_exists(self, school: School) -> None:
        first, again = await school.post("classes", filing()), await school.post("classes", filing())

        assert (again.status_code, again.json()) == (201, first.json())
        assert await told(school) == [ClassFiled]

    async def test_the_same_filing_twice_at_once_makes_one_class(self, school: School) -> None:
        answers = await asyncio.gather(*(school.post("classes", filing()) for _ in range(6)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert await told(school) == [ClassFiled]

    async def test_another_filing_under_a_used_local_id_is_a_conflict(self, school: School) -> None:
        await school.file()

        answer = await school.post("classes", filing(seats=41))

        assert (answer.status_code, answer.json()["code"]) == (409, "local-id-taken")

    @pytest.mark.parametrize(
        ("wrong", "code", "pointer"),
        [
            ({"programme": "S99"}, "unknown-programme", "/programme"),
            ({"programme": "S02"}, "programme-is-a-sum", "/programme"),
            ({"programme": "HN2025"}, "programme-is-a-sum", "/programme"),
            ({"region": "999999"}, "unknown-region", "/region"),
            ({"region": "410306"}, "ended-region", "/region"),
            ({"region": "410000"}, "province-is-no-place", "/region"),
            ({"level": "L9"}, "unknown-level", None),
            ({"occupation": "4-10-01"}, "malformed-occupation", None),
            ({"ends_on": "2025-02-28"}, "class-ends-before-start", "/ends_on"),
        ],
        ids=str,
    )
    async def test_what_the_plan_does_not_know_is_refused(
        self, school: School, wrong: dict[str, object], code: str, pointer: str | None
    ) -> None:
        answer = await school.post("classes", filing(**wrong))

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json().get("pointer") == (pointer or answer.json().get("pointer"))
        assert await told(school) == []

    async def test_an_ended_region_is_refused_with_its_successor(self, school: School) -> None:
        answer = (await school.post("classes", filing(region="410306"))).json()

        assert (answer["ended_on"], answer["replaced_by"]) == ("2021-03-18", "410308")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"seats": 0}, {"seats": 1001}, {"seats": "40"}, {"hours": 0}, {"local_id": ""}, {"local_id": "a b"},
            {"starts_on": "2025-02-30"}, {"fund_source": "a friend"}, {"unknown": 1}, {"programme": None},
        ],
        ids=str,
    )  # fmt: skip
    async def test_what_has_not_the_form_is_refused(self, school: School, wrong: dict[str, object]) -> None:
        answer = await school.post("classes", filing(**wrong))

        assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")
        assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.INSTITUTION])
    async def test_only_institutions_file(self, school: School, role: Role) -> None:
        headers = school.registry.tokens.of(role, person=str(uuid4()), organisation=school.id, region="410000")

        answer = await school.post("classes", filing(), headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")

    async def test_an_institution_that_is_not_registered_is_told_so(self, school: School) -> None:
        answer = await School(school.registry, str(uuid4())).post("classes", filing())

        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def _form(step: str) -> dict[str, str] | None:
    """What the request for a step carries: only a cancellation has a reason."""
    return {"reason": "误报"} if step == "cancellation" else None


class TestMoves:
    async def test_a_class_runs_from_filing_to_completion(self, school: School) -> None:
        class_id = await school.run(trainee(1), trainee(2))
        await school.conclude(class_id, T1=60, T2=10)

        answer = await school.post(f"classes/{class_id}/completion")

        assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "completed", 4)
        facts = [fact for fact in await school.registry.told() if isinstance(fact, ClassState)]
        assert [type(fact) for fact in facts] == [ClassFiled, ClassApproved, ClassStarted, ClassCompleted]
        assert [fact.version for fact in facts] == [1, 2, 3, 4]
        assert facts[-1].enrolled == 2

    @pytest.mark.parametrize("step", ["approval", "start", "completion", "cancellation"])
    async def test_a_step_of_an_unknown_class_is_told(self, school: School, step: str) -> None:
        headers = school.officer() if step == "approval" else school.headers

        answer = await school.post(f"classes/{uuid4()}/{step}", _form(step), headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

    async def test_an_empty_object_and_no_body_are_one_request_under_a_key(self, school: School) -> None:
        class_id, headers = await school.file(), school.officer() | {"Idempotency-Key": "approval-1"}
        bodies: list[dict[str, str] | None] = [{}, None, {}]

        answers = [await school.post(f"classes/{class_id}/approval", body, headers=headers) for body in bodies]

        assert [(each.status_code, each.json()["version"]) for each in answers] == [(200, 2)] * 3
        assert ["idempotent-replayed" in each.headers for each in answers] == [False, True, True]

    async def test_a_step_out_of_order_is_refused_with_the_steps_that_are_open(self, school: School) -> None:
        answer = await school.post(f"classes/{await school.file()}/completion")

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")
        assert (answer.json()["state"], answer.json()["allowed"]) == ("filed", ["approve", "cancel", "check", "return"])

    async def test_who_filed_a_class_may_not_approve_it(self, school: School) -> None:
        class_id = await school.file()

        answer = await school.post(f"classes/{class_id}/approval", headers=school.officer(person=school.person))

        assert (answer.status_code, answer.json()["code"]) == (403, "same-person")
        assert (await school.registry.rows("SELECT status FROM class"))[0].status == "filed"

    @pytest.mark.parametrize(("region", "status"), [("410102", 200), ("410100", 200), ("410000", 200), ("410103", 403)])
    async def test_an_officer_of_the_region_or_above_approves(self, school: School, region: str, status: int) -> None:
        answer = await school.post(f"classes/{await school.file()}/approval", headers=school.officer(region))

        assert answer.status_code == status
        assert status == 200 or answer.json()["code"] == "foreign-region"

    async def test_an_institution_does_not_approve(self, school: School) -> None:
        answer = await school.post(f"classes/{await school.file()}/approval")

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")

    @pytest.mark.parametrize("step", ["start", "completion", "cancellation"])
    async def test_another_institution_moves_nothing(self, school: School, step: str) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answer = await other.post(f"classes/{await school.file()}/{step}", _form(step))

        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-organisation")

    async def test_a_class_does_not_start_before_its_day(self, school: School) -> None:
        class_id = await school.file(starts_on="2099-03-01", ends_on="2099-03-20", fund_source=None)
        await school.post(f"classes/{class_id}/approval", headers=school.officer())

        answer = await school.post(f"classes/{class_id}/start")

        assert (answer.status_code, answer.json()["code"]) == (409, "class-too-early")
        assert answer.json()["possible_from"] == "2099-03-01"

    async def test_a_class_is_not_completed_before_its_last_day(self, school: School) -> None:
        class_id = await school.run(trainee(1), ends_on="2099-03-20")
        await school.conclude(class_id, T1=60)

        answer = await school.post(f"classes/{class_id}/completion")

        assert (answer.status_code, answer.json()["possible_from"]) == (409, "2099-03-20")

    async def test_a_class_is_not_completed_while_outcomes_are_missing(self, school: School) -> None:
        class_id = await school.run(trainee(1), trainee(2))
        await school.conclude(class_id, T1=60)

        answer = await school.post(f"classes/{class_id}/completion")

        assert (answer.status_code, answer.json()["code"], answer.json()["in_training"]) == (409, "outcomes-missing", 1)

    async def test_cancelling_withdraws_who_has_no_outcome(self, school: School) -> None:
        class_id = await school.run(trainee(1), trainee(2), trainee(3))
        await school.conclude(class_id, T2=60)

        answer = await school.cancel(class_id)

        assert answer.json()["status"] == "cancelled"
        rows = await school.registry.rows("SELECT local_id, status FROM enrolment ORDER BY local_id")
        assert [tuple(row) for row in rows] == [("T1", "withdrawn"), ("T2", "completed"), ("T3", "withdrawn")]
        kinds = await told(school)
        assert (kinds.count(EnrolmentWithdrawn), kinds.count(ClassCancelled)) == (2, 1)

    async def test_the_same_step_twice_at_once_is_taken_once(self, school: School) -> None:
        class_id = await school.file()
        steps = (school.post(f"classes/{class_id}/approval", headers=school.officer()) for _ in range(5))

        statuses = sorted(answer.status_code for answer in await asyncio.gather(*steps))

        assert statuses == [200, 200, 200, 200, 200]
        assert (await told(school)).count(ClassApproved) == 1


class TestList:
    async def test_an_institution_sees_its_own_classes(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        own, theirs = await school.file(), await other.file()

        assert await self._ids(school, school.headers) == [own]
        assert await self._ids(school, school.officer()) == [own, theirs]

    @staticmethod
    async def _ids(school: School, headers: dict[str, str]) -> list[str]:
        answer = await school.registry.http.get("/v1/classes", headers=headers)
        return [row["id"] for row in answer.json()["rows"]]
