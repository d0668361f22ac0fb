"""Whoever mends all that was told of a row has mended it: faults of form and of rules are told in one round."""

from __future__ import annotations

import httpx
import orjson

from tests.registry.rosters.spreadsheets.posting import done, report, roster
from tests.registry.rosters.test_roster_checks import codes
from tests.registry.school import School, set_policy, trainee
from tests.shared.spreadsheets.workbooks import FULL, csv_file, full_line

WRONG: dict[str, object] = {
    "document_number": "410102199003070010", "name": "同上", "phone": "1391234567", "consent": {"on": "2199-01-01"},
    "programme": "S99", "employment": "idle", "class": "unknown",
}  # fmt: skip
FORM = ["string-pattern-mismatch", "enum"]
OWN = ["identity-wrong-check-digit", "unknown-programme", "placeholder-name", "paper-dated-ahead"]


async def post_lines(school: School, *rows: object) -> httpx.Response:
    return await school.registry.http.post(
        "/v1/enrolments",
        content=b"\n".join(map(orjson.dumps, rows)),
        headers=school.headers | {"Content-Type": "application/x-ndjson"},
    )


async def test_rows_of_json_and_of_lines_are_told_faults_of_form_and_of_rules(school: School) -> None:
    await school.file()
    rows = [trainee(1, **WRONG), trainee(2, **{"class": "2025-001"}), trainee(3, **WRONG | {"class": "2025-001"})]

    for answer in (await school.post("enrolments", {"rows": rows}), await post_lines(school, *rows)):
        assert [codes(answer, 0), codes(answer, 2)] == [[*FORM, "roster-class-unknown", *OWN], [*FORM, *OWN]]
        assert [row["row_id"] for row in answer.json()["rows"]] == ["T1", "T2", "T3"]
        assert answer.json()["rows"][1]["outcome"] in ("accepted", "repeated")


async def test_a_row_is_told_what_stands_in_the_database_beside_its_form(school: School) -> None:
    class_id = await school.file()
    await school.file(local_id="2025-002", starts_on="2025-03-10", ends_on="2025-03-30")
    await school.enrol(class_id, trainee(1), trainee(2))

    answer = await school.post(
        "enrolments", {"rows": [trainee(1, local_id="T2", name="另名", phone="139", **{"class": "2025-002"})]}
    )

    assert codes(answer) == ["string-pattern-mismatch", "name-differs", "local-id-taken", "overlapping-class"]


async def test_a_stored_row_sent_again_with_a_field_that_cannot_be_read_is_no_repeat(school: School) -> None:
    class_id = await school.file()
    await school.enrol(class_id, trainee(1))

    answer = await school.enrol(class_id, trainee(1, phone="139"), trainee(1))

    assert codes(answer) == ["string-pattern-mismatch"]
    assert answer.json()["rows"][1]["outcome"] == "repeated"


async def test_what_cannot_be_read_is_not_missing_and_what_is_missing_is_told(school: School) -> None:
    await set_policy(school.registry, "trainee.particulars_required", "yes")
    row = trainee(1, phone="139", employment=None)

    answer = await school.enrol(await school.file(), row, trainee(2, phone="139"))

    assert [codes(answer, 0), codes(answer, 1)] == [
        ["string-pattern-mismatch", "trainee-incomplete"], ["string-pattern-mismatch"],
    ]  # fmt: skip
    assert answer.json()["rows"][0]["errors"][1]["missing"] == ["employment"]


async def test_a_number_of_ones_own_that_cannot_be_read_is_not_shown(school: School) -> None:
    answer = await school.enrol(await school.file(), trainee(1, local_id="a b", name="同上"))

    assert (answer.json()["rows"][0]["row_id"], codes(answer)) == (
        None,
        ["string-pattern-mismatch", "placeholder-name"],
    )


async def test_a_row_of_a_file_is_told_its_cells_and_its_rules(school: School) -> None:
    await school.file()
    wrong = {
        "证件号码": "410102199003070010", "姓名": "同上", "手机号": "1391234567", "就业状态": "闲",
        "同意日期": "2199-01-01",
    }  # fmt: skip
    cells = ["cell-unknown-choice", "cell-unfit"]
    rules = ["identity-wrong-check-digit", "placeholder-name", "paper-dated-ahead"]

    for form, content in (
        ("csv", csv_file(full_line(1, **wrong), full_line(2), headings=FULL).encode()),
        ("xlsx", roster(full_line(1, **wrong), full_line(2))),
    ):
        file = await done(school, content, form=form)

        assert await report(school, file["id"]) == {2: [*cells, *rules]}


async def test_a_row_of_a_file_whose_cells_may_have_slipped_is_told_that_alone(school: School) -> None:
    await school.file()
    content = csv_file([*full_line(1, 姓名="同上"), "more"], full_line(2), headings=FULL).encode()

    file = await done(school, content, form="csv")

    assert await report(school, file["id"]) == {2: ["row-extra-cells"]}
