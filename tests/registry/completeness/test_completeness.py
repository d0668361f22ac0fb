"""Completeness over HTTP: the share of each field, for the institution itself and for officers of its region."""

from __future__ import annotations

from typing import Any

from tests.registry.directory.directory import OWNER, register
from tests.registry.enrolling import code
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, trainee
from tests.registry.teaching import engage


async def read(school: School, headers: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    answer = await school.registry.http.get("/v1/completeness", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def shares(row: dict[str, Any], kind: str) -> dict[str, tuple[int, int, int | None]]:
    return {each["field"]: (each["filled"], each["of"], each["permille"]) for each in row[kind]}


async def test_each_field_is_counted_where_it_is_filled(school: School) -> None:
    await add_site(school)
    class_id = await school.file(site="S1", exam_plan={"planned_on": "2025-03-25"})
    await school.file(local_id="2025-002")
    await school.cancel(await school.file(local_id="2025-003"))
    await school.enrol(class_id, trainee(1), trainee(2, phone=None), trainee(3, phone=None))
    await engage(school)
    await engage(school, 2, projects=[], qualifications=[])

    (row,) = await read(school, school.headers)

    assert row["institution_id"] == school.id
    assert shares(row, "institution") == {"department": (0, 1, 0), "owner": (0, 1, 0), "account": (0, 1, 0)}
    assert shares(row, "sites") == {"place": (0, 1, 0), "rooms": (1, 1, 1000)}
    assert shares(row, "classes") == {
        "site": (1, 2, 500), "teaching_plan": (0, 2, 0), "timetable": (0, 2, 0), "exam_plan": (1, 2, 500),
        "fee": (0, 2, 0),
    }  # fmt: skip
    assert shares(row, "trainees") == {
        "phone": (1, 3, 333), "employment": (3, 3, 1000), "consent": (3, 3, 1000),
    }  # fmt: skip
    assert shares(row, "teachers") == {"projects": (1, 2, 500), "qualifications": (1, 2, 500)}


async def test_an_institution_without_records_has_no_share(school: School) -> None:
    other = await register(school.registry, credit_code=ANOTHER_CREDIT_CODE, owner=OWNER, department="教育局")

    (row,) = await read(school, other.headers)

    assert shares(row, "institution") == {"department": (1, 1, 1000), "owner": (1, 1, 1000), "account": (0, 1, 0)}
    assert {each for kind in ("sites", "classes", "trainees", "teachers") for each in shares(row, kind).values()} == {
        (0, 0, None)
    }


async def test_officers_see_the_institutions_of_their_region(school: School) -> None:
    other = await register(school.registry, credit_code=ANOTHER_CREDIT_CODE, region="410103")

    assert [row["institution_id"] for row in await read(school, school.officer())] == [school.id]
    assert [row["institution_id"] for row in await read(school, school.officer("410100"), size=1)] == [school.id]
    both = await read(school, school.officer("410100"))
    assert {row["institution_id"] for row in both} == {school.id, other.id}
    refused = await school.registry.http.get(
        "/v1/completeness", params={"institution_id": other.id}, headers=school.headers
    )
    assert code(refused) == (403, "foreign-organisation")
