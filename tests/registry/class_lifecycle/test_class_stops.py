"""Who stops a class, why, and what becomes of those who trained in it."""

from __future__ import annotations

import pytest

from shared.contracts.registry.classes import ClassCancelled
from shared.contracts.registry.enrolments import EnrolmentWithdrawn
from shared.kernel.callers import Role
from tests.registry.class_lifecycle.class_steps import history
from tests.registry.school import School, trainee

FRAUD = {"reason": "抽查发现虚假签到"}


@pytest.fixture
async def class_id(school: School) -> str:
    """A running class: T1 completed, T2 failed, T3 is in training."""
    running = await school.run(*(trainee(number) for number in (1, 2, 3)))
    await school.conclude(running, T1=60, T2=10)
    return running


async def statuses(school: School) -> list[tuple[str, str]]:
    rows = await school.registry.rows("SELECT local_id, status FROM enrolment ORDER BY local_id")
    return [(row.local_id, row.status) for row in rows]


async def test_an_officer_stops_a_class_and_no_training_of_it_counts(school: School, class_id: str) -> None:
    answer = await school.post(f"classes/{class_id}/cancellation", FRAUD, headers=school.officer())

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled"), answer.text
    assert await statuses(school) == [("T1", "withdrawn"), ("T2", "failed"), ("T3", "withdrawn")]
    told = await school.registry.told()
    assert len([fact for fact in told if isinstance(fact, EnrolmentWithdrawn)]) == 2
    assert len([fact for fact in told if isinstance(fact, ClassCancelled)]) == 1
    step = (await history(school, class_id))[-1]
    assert (step["verb"], step["done_by"], step["reasons"]) == ("cancel", "officer", [FRAUD["reason"]])


async def test_what_an_institution_gives_up_leaves_completed_trainings_as_they_are(
    school: School, class_id: str
) -> None:
    await school.cancel(class_id)

    assert await statuses(school) == [("T1", "completed"), ("T2", "failed"), ("T3", "withdrawn")]


@pytest.mark.parametrize(
    ("role", "person", "region", "status", "code"),
    [
        (Role.COUNTY_OFFICER, "officer", "410100", 200, None),
        (Role.PROVINCE, "province", "410000", 200, None),
        (Role.COUNTY_OFFICER, "officer", "410103", 403, "foreign-region"),
        (Role.COUNTY_OFFICER, "clerk", "410102", 403, "same-person"),
        (Role.REVIEWER, "officer", "410102", 403, "wrong-role"),
    ],
)
async def test_who_stops_a_class_is_an_officer_of_its_region_who_did_not_file_it(
    school: School, class_id: str, role: Role, person: str, region: str, status: int, code: str | None
) -> None:
    headers = school.registry.tokens.of(role, person=person, region=region)

    answer = await school.post(f"classes/{class_id}/cancellation", FRAUD, headers=headers)

    assert (answer.status_code, answer.json().get("code")) == (status, code)


@pytest.mark.parametrize("content", [None, {}, {"reason": ""}], ids=str)
async def test_without_a_reason_nothing_is_given_up(school: School, class_id: str, content: object) -> None:
    answer = await school.post(f"classes/{class_id}/cancellation", content)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")


async def test_the_same_again_answers_the_cancelled_class(school: School, class_id: str) -> None:
    first = await school.cancel(class_id)
    again = await school.cancel(class_id)
    other = await school.post(f"classes/{class_id}/cancellation", FRAUD, headers=school.officer())

    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "illegal-move")
