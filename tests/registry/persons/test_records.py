"""A person's record over HTTP: within one's rights, with a reason that is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.registry.persons.test_persons import APRIL, MARCH, code, document, enrolled, merge, owners
from tests.registry.rating import certificate
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school

WHY = "本人来电核实培训经历"


@pytest.fixture
async def known(school: School) -> School:
    """Trainee 1 was in a class of March here, and in one of April in another county."""
    await enrolled(school, 1, "march", **MARCH)
    other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, region="419001", name="另一所学校")
    await enrolled(other, 1, "april", region="419001", **APRIL)
    return school


async def look(school: School, number: int, region: str, **changes: Any) -> httpx.Response:
    content = document(number) | {"reason": WHY} | changes
    return await school.post("persons/records", content, headers=school.officer(region, person=f"of {region}"))


async def looks(school: School) -> list[tuple[str, str]]:
    rows = await school.registry.rows("SELECT looked_by, reason FROM person_look ORDER BY id")
    return [tuple(row) for row in rows]


async def test_an_officer_sees_the_trainings_of_their_region_and_all_certificates(known: School) -> None:
    (person,) = set((await owners(known)).values())
    await known.registry.hear(certificate(person))

    here, above = [await look(known, 1, region) for region in ("410102", "410100")]
    there = await look(known, 1, "419001")
    everywhere = await look(known, 1, "410000")

    assert here.status_code == 200, here.text
    assert [each["class_local_id"] for each in here.json()["trainings"]] == ["march"]
    assert above.json()["trainings"] == here.json()["trainings"]
    assert [each["class_local_id"] for each in there.json()["trainings"]] == ["april"]
    assert [each["class_local_id"] for each in everywhere.json()["trainings"]] == ["april", "march"]
    (held,) = here.json()["certificates"]
    assert (held["valid"], held["award"]) == (True, "L4")
    assert here.json()["person"] | {"name": "学**"} == here.json()["person"]
    for hidden in (str(document(1)["document_number"]), str(person)):
        assert hidden not in here.text


async def test_who_looked_and_why_is_kept_and_shown_to_the_next(known: School) -> None:
    await look(known, 1, "410102")
    last = await look(known, 1, "419001", reason="复核补贴申领")

    assert await looks(known) == [("of 410102", WHY), ("of 419001", "复核补贴申领")]
    assert [(each["looked_by"], each["region"]) for each in last.json()["looks"]] == [
        ("of 419001", "419001"), ("of 410102", "410102"),
    ]  # fmt: skip


async def test_nothing_is_told_of_others_or_without_a_reason(known: School) -> None:
    elsewhere = await look(known, 1, "410202")
    nobody = await look(known, 2, "410102")
    without = await look(known, 1, "410102", reason=None)
    institution = await known.post("persons/records", document(1) | {"reason": WHY})

    assert code(elsewhere) == code(nobody) == (422, "no-record-here")
    assert {**elsewhere.json(), "request_id": None} == {**nobody.json(), "request_id": None}
    assert without.status_code == 422
    assert code(institution) == (403, "wrong-role")
    assert await looks(known) == []


async def test_both_documents_of_a_human_open_one_record(school: School) -> None:
    await enrolled(school, 1, "march", **MARCH)
    await enrolled(school, 2, "april", **APRIL)
    keys: dict[str, UUID] = await owners(school)
    await school.registry.hear(certificate(keys["march"]))
    await merge(school, 1, 2, into="second")

    records = [(await look(school, number, "410102")).json() for number in (1, 2)]

    assert [each["class_local_id"] for each in records[0]["trainings"]] == ["april", "march"]
    assert len(records[0]["certificates"]) == 1
    for part in ("person", "trainings", "certificates"):
        assert records[0][part] == records[1][part]
