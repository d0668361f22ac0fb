"""Birth dates of trainees whose document shows none: asked for, looked at, sealed, put right."""

from __future__ import annotations

from datetime import date

import orjson
import pytest

from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store.entries import SealedEntry
from services.registry.enrolments.usecases import entries
from shared.persons import Persons
from tests.registry.enrolling import MID_MARCH, REASON, code, enrolment_of, step
from tests.registry.rosters.spreadsheets.posting import done, report, stored
from tests.registry.rosters.test_roster_checks import codes
from tests.registry.school import School, set_policy, set_today, trainee
from tests.shared.spreadsheets.workbooks import FULL, csv_file, full_line
from tests.support.people import identity_number

CARD = {"document_kind": "foreign_permanent_resident", "document_number": "USA123456700001"}


async def entry_of(school: School, local_id: str = "T1") -> dict[str, object]:
    path = f"/v1/enrolments/{await enrolment_of(school, local_id)}/entry"
    found: dict[str, object] = (await school.registry.http.get(path, headers=school.headers)).json()
    return found


async def test_of_who_has_a_foreign_card_is_asked_for_where_policy_asks_for_particulars(school: School) -> None:
    await set_policy(school.registry, "trainee.particulars_required", "yes")
    class_id = await school.file()

    answer = await school.enrol(class_id, trainee(1, **CARD), trainee(2))
    given = await school.enrol(class_id, trainee(1, **CARD, birth_date="1990-05-01"))

    (error,) = answer.json()["rows"][0]["errors"]
    assert (error["code"], error["missing"], error["pointer"]) == ("trainee-incomplete", ["birth_date"], "/birth_date")
    assert (answer.json()["accepted"], given.json()["accepted"]) == (1, 1)
    assert (await entry_of(school))["birth_date"] == "1990-05-01"
    assert (await entry_of(school, "T2"))["birth_date"] is None


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (CARD | {"birth_date": "2012-01-01"}, "age-out-of-range"),
        (CARD | {"birth_date": "1950-01-01"}, "age-out-of-range"),
        (CARD | {"birth_date": "2199-01-01", "consent": None}, "age-out-of-range"),
        ({"document_number": identity_number(date(1990, 1, 1), 1), "birth_date": "1990-01-02"}, "birth-date-differs"),
    ],
    ids=["young", "old", "to come", "another"],
)
async def test_that_cannot_be_is_refused_where_it_stands(school: School, wrong: dict[str, object], found: str) -> None:
    answer = await school.enrol(await school.file(), trainee(1, **wrong))

    (error,) = answer.json()["rows"][0]["errors"]
    assert (error["code"], error["check"], error["pointer"]) == (found, "C01", "/birth_date")


async def test_that_cannot_be_read_is_told_once_beside_the_rest(school: School) -> None:
    await set_policy(school.registry, "trainee.particulars_required", "yes")

    answer = await school.enrol(await school.file(), trainee(1, **CARD, birth_date="soon", name="同上"))

    assert [each["pointer"] for each in answer.json()["rows"][0]["errors"]] == ["/birth_date", "/name"]


async def test_makes_a_row_another_than_one_without_it(school: School) -> None:
    class_id = await school.file()
    plain, dated = trainee(1, **CARD), trainee(1, **CARD, birth_date="1990-05-01")
    await school.enrol(class_id, plain)

    answer = await school.enrol(class_id, plain, dated)

    assert [row["outcome"] for row in answer.json()["rows"]] == ["repeated", "refused"]
    assert codes(answer, 1) == ["other-content"]


async def test_is_put_right_within_the_ages_of_the_class(school: School) -> None:
    set_today(school.registry, MID_MARCH)
    await school.run(trainee(1, **CARD), trainee(2))
    foreign, resident = [await enrolment_of(school, local_id) for local_id in ("T1", "T2")]

    answers = [
        await step(school, enrolment, "correction", birth_date=day, **REASON)
        for enrolment, day in ((foreign, "2012-01-01"), (resident, "1990-01-01"), (foreign, "1990-05-01"))
    ]

    assert [code(answer) for answer in answers] == [(422, "age-out-of-range"), (422, "birth-date-differs"), (200, None)]
    assert [answer.json().get("pointer") for answer in answers[:2]] == ["/birth_date"] * 2
    assert (await entry_of(school))["birth_date"] == "1990-05-01"


async def test_has_a_column_in_files(school: School) -> None:
    await school.file()
    headings = (*FULL, "证件类型", "出生日期")
    lines = [
        [*full_line(number, 证件号码=f"USA12345670000{number}"), "外国人永久居留身份证", born]
        for number, born in enumerate(("1990年5月1日", "2012-01-01", "9/1/1990"), 1)
    ]

    file = await done(school, csv_file(*lines, headings=headings).encode(), form="csv")

    assert await stored(school) == ["T1"]
    assert (await entry_of(school))["birth_date"] == "1990-05-01"
    assert await report(school, file["id"]) == {3: ["age-out-of-range"], 4: ["cell-date-as-text"]}


async def test_is_unknown_of_entries_that_were_sealed_before_it_could_be_said(school: School) -> None:
    await school.enrol(await school.file(), trainee(1, draws_pension=False))
    persons = Persons.load(school.registry.settings.keys_directory)
    sealed = {"groups": [], "draws_pension": False, "consent_version": None, "phone": None}
    (row,) = await school.registry.rows("SELECT id FROM enrolment")
    async with school.registry.engine.begin() as connection:
        enrolment = await enrolment_store.load(connection, row.id)

    before = SealedEntry(row.id, persons.seal(orjson.dumps(sealed), owner=row.id))

    assert entries.open_(persons, before, enrolment).birth_date is None
