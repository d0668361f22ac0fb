"""Rows sent again: the same changes nothing, another one is refused and shown the way to a correction."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.rosters.usecases.files import parse
from services.registry.rosters.usecases.forms import RosterRowRequest, roster_row
from services.registry.rosters.usecases.row import content
from shared.spreadsheets.file_rows import FileRow
from tests.registry.school import School, trainee


async def sent(school: School, class_id: str, **changes: Any) -> dict[str, Any]:
    """The answer to the row."""
    row: dict[str, Any] = (await school.enrol(class_id, trainee(1, **changes))).json()["rows"][0]
    return row


def codes(row: dict[str, Any]) -> list[str]:
    return [error["code"] for error in row.get("errors", ())]


@pytest.mark.parametrize(
    "change",
    [
        {"employment": "unemployed"}, {"programme": "S02-1"}, {"phone": "13915927364"}, {"tags": ["S06"]},
        {"consent": {"on": "2025-01-03"}}, {"consent": {"on": "2025-01-02", "version": "2"}}, {"draws_pension": False},
        {"groups": [{"group": "veteran", "evidence": "优待证 1", "dated_on": "2024-12-01"}]},
    ],
    ids=str,
)  # fmt: skip
async def test_another_row_is_refused_and_changes_nothing(school: School, change: dict[str, Any]) -> None:
    class_id = await school.file()
    first = await sent(school, class_id)
    before = await school.registry.rows("SELECT * FROM enrolment")

    again = await sent(school, class_id, **change)

    assert (again["outcome"], codes(again)) == ("refused", ["other-content"])
    assert again["errors"][0]["enrolment_id"] == first["id"]
    assert await school.registry.rows("SELECT * FROM enrolment") == before


async def test_the_same_row_is_a_repeat_however_its_number_is_spaced(school: School) -> None:
    class_id = await school.file()
    first = await sent(school, class_id)
    number = trainee(1)["document_number"]
    assert isinstance(number, str)

    again = await sent(school, class_id, document_number=f"{number[:6]} {number[6:]}", document_kind="resident_id")

    assert (again["outcome"], again["id"]) == ("repeated", first["id"])


async def test_an_old_row_stays_harmless_after_a_correction(school: School) -> None:
    class_id = await school.file()
    first = await sent(school, class_id)
    corrected = await school.post(
        f"enrolments/{first['id']}/correction", {"employment": "unemployed", "reason": "填报有误"}
    )
    assert corrected.status_code == 200, corrected.text

    again = await sent(school, class_id)

    assert again["outcome"] == "repeated"
    (row,) = await school.registry.rows("SELECT employment FROM enrolment")
    assert row.employment == "unemployed"


async def test_an_old_row_stays_harmless_after_the_name_was_put_right(school: School) -> None:
    class_id = await school.file()
    await sent(school, class_id, name="误名")
    content = {"document_number": trainee(1)["document_number"], "name": "正名", "reason": "首次填报有误"}
    corrected = await school.agree("persons/particulars", content)
    assert corrected.status_code == 200, corrected.text

    again, other = await sent(school, class_id, name="误名"), await sent(school, class_id, name="另名")

    assert again["outcome"] == "repeated"
    assert codes(other) == ["name-differs", "other-content"]


async def test_the_same_row_is_a_repeat_by_the_other_route_as_well(school: School) -> None:
    class_id = await school.file()
    await sent(school, class_id)

    answer = await school.post("enrolments", {"rows": [trainee(1) | {"class": "2025-001"}]})

    assert answer.json()["repeated"] == 1


def test_a_row_of_a_file_says_the_same_as_that_of_json() -> None:
    row = trainee(1, tags=["S06"], groups=[{"group": "veteran", "evidence": "优待证 1", "dated_on": "2024-12-01"}])
    cells = {name: value for name, value in row.items() if name not in ("groups", "consent")} | {
        "groups/0/group": "veteran", "groups/0/evidence": "优待证 1", "groups/0/dated_on": "2024-12-01",
        "consent/on": "2025-01-02", "class": "2025-001",
    }  # fmt: skip

    posted = roster_row(0, RosterRowRequest.model_validate(row))
    ((read,), _) = parse([FileRow(2, cells, [], {})])

    assert content(read, "1") == content(posted, "1")


async def test_a_row_from_before_rows_were_marked_is_a_repeat(school: School) -> None:
    class_id = await school.file()
    await sent(school, class_id)
    async with school.registry.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE enrolment SET row_mark = NULL")

    again, other = await sent(school, class_id, employment="unemployed"), await sent(school, class_id, name="另名")

    assert (again["outcome"], codes(other)) == ("repeated", ["name-differs", "other-content"])
