"""Courses that process assessments name: compared with what the registry told and with conversions of credits."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.assessment.consumers import apply
from shared.contracts.fact import Fact
from shared.contracts.registry.classes import ClassState, ClassStatus
from shared.contracts.registry.enrolments import EnrolmentCompleted, EnrolmentState, EnrolmentStatus, EnrolmentWithdrawn
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.assessment.centre import BORN, Centre, a_class, an_enrolment, person_key, person_row, step
from tests.assessment.conferrals.employer import OCCUPATION, PROCESS, WHY, confirmed, employer, filing, listed, submit
from tests.registry.school import set_today
from tests.support.people import identity_number
from tests.support.persons import merged
from tests.support.services import ServiceUnderTest

SCHOOL = UUID(int=77)


@pytest.fixture
async def works(assessment: ServiceUnderTest) -> Centre:
    set_today(assessment, date(2026, 7, 6))
    return await employer(assessment)


async def hear(works: Centre, *facts: Fact) -> None:
    async with works.service.engine.begin() as connection:
        await apply(connection, facts)


def a_course(**changes: Any) -> ClassState:
    course: dict[str, Any] = {"occupation": OCCUPATION, "starts_on": date(2026, 3, 1)} | changes
    fact = a_class(new_id(), **course)
    assert isinstance(fact, ClassState)
    return fact


def trained(works: Centre, course: Any, order: int) -> EnrolmentState:
    return an_enrolment(new_id(), course.class_id, person_key(works.service, order), programme="S08")


def completed(enrolment: EnrolmentState) -> EnrolmentState:
    return step(enrolment, EnrolmentCompleted, EnrolmentStatus.COMPLETED)


def naming(*courses: Any, **more: object) -> dict[str, Any]:
    return {"process": PROCESS["process"] | {"classes": [str(each.class_id) for each in courses]} | more}


async def post(works: Centre, conferral: str, *rows: dict[str, Any]) -> list[str]:
    """What became of each row, or the code of its refusal."""
    answers = await works.batch(f"/conferrals/{conferral}/nominees", rows)
    return [row["errors"][0]["code"] if row.get("errors") else row["outcome"] for row in answers]


async def conversion(works: Centre, order: int, *, award: str = "L4") -> str:
    """The id of a use of courses of a school towards the award."""
    tokens = works.service.tokens
    rule = {
        "direction": "to_award", "school_id": str(SCHOOL), "occupation": OCCUPATION, "award": award,
        "course": "车工实训", "credits": 6, "first_on": "2025-01-01", "source": "学分认定办法", "reason": "补录",
    }  # fmt: skip
    entered = await works.post("/credit-rules", rule, works.province)
    second = tokens.of(Role.PROVINCE, person="second", region="410000")
    await works.post(f"/credit-rules/{entered.json()['id']}/approval", None, second)
    student = {"document_number": identity_number(BORN, order), "name": "王小明"}
    asked = {"occupation": OCCUPATION, "award": award, "courses": ["车工实训"]}
    used = await works.post("/credit-uses/of-courses", student | asked, school(works))
    assert used.status_code == 201, used.text
    return str(used.json()["id"])


def school(works: Centre) -> dict[str, str]:
    return works.service.tokens.of(Role.INSTITUTION, person="teacher", organisation=str(SCHOOL))


async def test_a_class_counts_if_the_person_has_completed_it_and_it_is_of_the_occupation(works: Centre) -> None:
    course, other, gone, late = (
        a_course(), a_course(occupation="4-10-01-05"), a_course(status=ClassStatus.CANCELLED),
        a_course(starts_on=date(2026, 7, 1)),
    )  # fmt: skip
    done, running, left = (trained(works, course, order) for order in (1, 2, 3))
    await hear(works, course, other, gone, late, done, running, left)
    await hear(works, completed(done), step(left, EnrolmentWithdrawn, EnrolmentStatus.WITHDRAWN))
    await hear(works, completed(trained(works, late, 8)))
    conferral = await listed(works, "process", "L4", PROCESS)

    answers = await post(
        works,
        conferral,
        person_row(1) | naming(course),
        person_row(2) | naming(course),
        person_row(3) | naming(course),
        person_row(4) | naming(course),
        person_row(5) | naming(other),
        person_row(6) | naming(gone),
        person_row(7) | naming(a_course()),
        person_row(8) | naming(late),
    )

    assert answers == [
        "accepted", "course-not-completed", "course-not-taken", "course-not-taken", "course-of-another-occupation",
        "course-cancelled", "not-yet-heard", "course-after-process",
    ]  # fmt: skip


async def test_a_training_under_another_key_of_the_person_counts(works: Centre) -> None:
    course = a_course()
    await hear(works, course, completed(trained(works, course, 2)))
    await hear(works, merged(person_key(works.service, 2), person_key(works.service, 1)))
    conferral = await listed(works, "process", "L4", PROCESS)

    assert await post(works, conferral, person_row(1) | naming(course)) == ["accepted"]


async def test_an_enrolment_from_before_completion_was_kept_counts_unless_the_person_left(works: Centre) -> None:
    course = a_course()
    await hear(works, course, trained(works, course, 1))
    async with works.service.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE heard_enrolment SET completed = NULL")
    conferral = await listed(works, "process", "L4", PROCESS)

    assert await post(works, conferral, person_row(1) | naming(course)) == ["accepted"]


async def test_a_conversion_of_credits_counts_for_its_person_and_award_also_as_the_reference(works: Centre) -> None:
    use, of_l3 = await conversion(works, 1), await conversion(works, 3, award="L3")
    conferral = await listed(works, "process", "L4", PROCESS)

    answers = await post(
        works,
        conferral,
        person_row(1) | naming(credit_use=use),
        person_row(2) | naming(credit_use=use),
        person_row(3) | naming(credit_use=of_l3),
        person_row(4) | naming(credit_use=str(new_id())),
        person_row(5) | naming(reference=use),
        person_row(6) | naming(reference=str(new_id())),
    )

    assert answers == ["accepted", *["credit-use-does-not-count"] * 4, "accepted"]


async def test_what_changed_since_stops_submission_and_conclusion_until_the_person_is_struck_off(works: Centre) -> None:
    course = a_course()
    done = completed(trained(works, course, 1))
    await hear(works, course, done)
    use = await conversion(works, 2)
    conferral = await listed(works, "process", "L4", PROCESS, 3)
    rows = [person_row(1) | naming(course), person_row(2) | naming(credit_use=use)]
    assert await post(works, conferral, *rows) == ["accepted", "accepted"]
    await hear(works, step(done, EnrolmentWithdrawn, EnrolmentStatus.WITHDRAWN))

    refused = await submit(works, conferral)
    nominees = (await works.get(f"/conferrals/{conferral}/nominees")).json()["rows"]
    by_id = {row["local_id"]: row["id"] for row in nominees}
    await works.post(f"/nominees/{by_id['1']}/striking", WHY)
    public = await confirmed(works, conferral)
    await works.post(f"/credit-uses/{use}/withdrawal", WHY, school(works))
    set_today(works.service, date(2026, 7, 14))
    held = await works.post(f"/conferrals/{conferral}/conclusion")
    await works.post(f"/nominees/{by_id['2']}/striking", WHY, works.officer())
    concluded = await works.post(f"/conferrals/{conferral}/conclusion")

    told = (refused.status_code, refused.json()["code"], refused.json()["local_ids"])
    assert told == (409, "courses-no-longer-count", ["1"])
    assert public.status_code == 200, public.text
    assert (held.json()["code"], held.json()["local_ids"]) == ("courses-no-longer-count", ["2"])
    assert len(concluded.json()["certificates"]) == 1


async def test_who_is_no_trainee_of_the_lists_class_is_a_warning(works: Centre) -> None:
    course = a_course(level=4)
    await hear(works, course, trained(works, course, 1))
    filed = await works.post("/conferrals", filing("process", "L4", class_id=str(course.class_id)))

    rows = await works.batch(
        f"/conferrals/{filed.json()['id']}/nominees", [person_row(1) | PROCESS, person_row(2) | PROCESS]
    )

    codes = [[each["code"] for each in row.get("warnings") or ()] for row in rows]
    assert codes == [[], ["candidate-not-in-class"]]


async def test_a_course_that_is_withdrawn_later_has_the_revocation_of_its_certificate_proposed_once(
    works: Centre,
) -> None:
    course, cancelled = a_course(), a_course()
    done = [completed(trained(works, each, order)) for order, each in ((1, course), (2, cancelled))]
    await hear(works, course, cancelled, *done)
    use = await conversion(works, 3)
    conferral = await listed(works, "process", "L4", PROCESS, 4)
    rows = [person_row(1) | naming(course), person_row(2) | naming(cancelled), person_row(3) | naming(credit_use=use)]
    assert await post(works, conferral, *rows) == ["accepted"] * 3
    assert (await confirmed(works, conferral)).status_code == 200
    set_today(works.service, date(2026, 7, 14))
    concluded = await works.post(f"/conferrals/{conferral}/conclusion")
    assert len(concluded.json()["certificates"]) == 4

    left = step(done[0], EnrolmentWithdrawn, EnrolmentStatus.WITHDRAWN)
    for fact in (left, left, a_class(cancelled.class_id, version=2, status=ClassStatus.CANCELLED)):
        await hear(works, fact)
    await works.post(f"/credit-uses/{use}/withdrawal", WHY, school(works))
    found = (await works.get("/proposals?status=proposed", works.officer())).json()["rows"]
    await works.post(f"/proposals/{found[0]['id']}/confirmation", None, works.officer())
    await works.post(f"/proposals/{found[1]['id']}/rejection", WHY, works.officer())
    await hear(works, step(left, EnrolmentWithdrawn, EnrolmentStatus.WITHDRAWN))

    assert [(each["kind"], each["proposed_by"], each["content"]) for each in found] == [
        ("revocation", "rule", {"class_id": str(course.class_id)}),
        ("revocation", "rule", {"class_id": str(cancelled.class_id)}),
        ("revocation", "rule", {"credit_use": use}),
    ]
    held = (await works.get(f"/certificates?conferral_id={conferral}")).json()["rows"]
    assert sorted(each["status"] for each in held) == ["revoked", "valid", "valid", "valid"]
    assert len((await works.get("/proposals?status=proposed", works.officer())).json()["rows"]) == 1
