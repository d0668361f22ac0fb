"""Follow-ups as a clerk files them: a spreadsheet, its refused rows, and the same sheet again months later."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import httpx
import python_calamine

from services.registry.follow_ups.routes import files as follow_up_files
from shared.kernel.spelling import letters
from tests.registry.rating import completed
from tests.registry.school import School, trainee
from tests.shared.spreadsheets.workbooks import csv_file, workbook, workbook_97

HEADINGS = ("班级编号", "学员编号", "就业创业日期", "就业证明", "培训前月均工资（元）", "培训后月均工资（元）")
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


def line(number: int, *cells: Any) -> list[Any]:
    return ["2025-001", f"T-{number}", *cells]


async def post(school: School, content: bytes, form: str = "csv", **asked: str) -> httpx.Response:
    headers = school.headers | {"Content-Type": TYPES[form]}
    return await school.registry.http.post("/v1/follow-up-files", content=content, params=asked, headers=headers)


def sheet(*lines: list[Any]) -> bytes:
    return csv_file(*lines, headings=HEADINGS).encode()


async def stored(school: School) -> list[tuple[Any, ...]]:
    columns = "employed_on, evidence, pay_before_fen, pay_after_fen, f.version"
    rows = await school.registry.rows(
        f"SELECT {columns} FROM follow_up f JOIN enrolment e ON e.id = f.enrolment_id ORDER BY e.local_id"
    )
    return [tuple(row) for row in rows]


async def test_good_rows_are_stored_and_each_bad_cell_is_told_with_its_column(school: School) -> None:
    await completed(school, 1, 2, 3)

    answer = await post(
        school,
        sheet(
            line(1, "2025-05-01", "劳动合同", "4500.5", ""),
            line(2, "2025-05-01", "口头", "很多", ""),
            line(3, "2025-03-19", "营业执照", "", ""),
            line(9, "", "", "", ""),
        ),
    )

    told = answer.json()
    assert (answer.status_code, told["accepted"], told["refused"]) == (200, 1, 3)
    assert {row["row"]: [(each["code"], each.get("column_zh")) for each in row["errors"]] for row in told["rows"]} == {
        3: [("cell-unknown-choice", "就业证明"), ("cell-unfit", "培训前月均工资（元）")],
        4: [("employed-before-completion", "就业创业日期")],
        5: [("not-in-class", "学员编号")],
    }
    assert await stored(school) == [(date(2025, 5, 1), "contract", 450_050, None, 1)]


async def test_the_same_sheet_with_pay_filled_in_later_is_no_correction(school: School) -> None:
    await completed(school, 1, 2)
    await post(school, sheet(line(1, "2025-05-01", "劳动合同", "4500", ""), line(2, "", "", "", "")))

    answer = await post(school, sheet(line(1, "2025-05-01", "劳动合同", "4500", "5000元"), line(2, "", "", "", "")))

    assert (answer.json()["accepted"], answer.json()["repeated"]) == (1, 1)
    assert (await stored(school))[0] == (date(2025, 5, 1), "contract", 450_000, 500_000, 2)


async def test_a_workbook_is_read_and_its_refused_rows_come_back_to_be_mended(school: School) -> None:
    await completed(school, 1, 2)
    content = workbook(line(1, "", "", 4500.25, 5000), line(2, "2025-05-01", "", 4500, ""), headings=HEADINGS)

    failed = await post(school, content, "xlsx", answer="failed-rows")

    assert await stored(school) == [(None, None, 450_025, 500_000, 1)]
    assert failed.headers["content-type"] == TYPES["xlsx"]
    rows = python_calamine.CalamineWorkbook.from_filelike(BytesIO(failed.content)).get_sheet_by_index(0).to_python()
    assert rows[2][:6] == ["2025-001", "T-2", "2025-05-01", "", "4500", ""]
    assert "就业证明：" in str(rows[2][6])
    mended = await post(school, failed.content, "xlsx", answer="failed-rows")
    assert mended.status_code == 200


async def test_an_excel_97_workbook_is_read_and_its_refused_rows_come_back_as_xlsx(school: School) -> None:
    await completed(school, 1, 2)
    content = workbook_97(line(1, "", "", 4500.25, 5000), line(2, "2025-05-01", "", 4500, ""), headings=HEADINGS)
    headers = school.headers | {"Content-Type": "application/vnd.ms-excel"}

    failed = await school.registry.http.post(
        "/v1/follow-up-files", content=content, params={"answer": "failed-rows"}, headers=headers
    )

    assert await stored(school) == [(None, None, 450_025, 500_000, 1)]
    assert failed.headers["content-type"] == TYPES["xlsx"]
    rows = python_calamine.CalamineWorkbook.from_filelike(BytesIO(failed.content)).get_sheet_by_index(0).to_python()
    assert rows[2][:6] == ["2025-001", "T-2", "2025-05-01", "", "4500", ""]


async def test_where_no_row_is_refused_there_is_no_file_to_mend(school: School) -> None:
    await completed(school, 1)

    assert (await post(school, sheet(line(1, "", "", "", "")), answer="failed-rows")).status_code == 204


async def test_a_dry_run_tells_the_same_and_stores_nothing(school: School) -> None:
    await completed(school, 1)

    answer = await post(school, sheet(line(1, "2025-05-01", "劳动合同", "", "")), mode="validate")

    assert (answer.json()["accepted"], answer.json()["dry_run"]) == (1, True)
    assert await stored(school) == []
    assert not [fact for fact in await school.registry.told() if fact.type.startswith("registry.follow-up")]


async def test_the_template_is_a_file_of_this_kind(school: School) -> None:
    await completed(school, 1)
    for form in TYPES:
        answer = await school.registry.http.get(
            "/v1/follow-up-files/template", params={"form": form}, headers=school.headers
        )

        posted = await post(school, answer.content, form)

        assert (posted.status_code, posted.json()["code"]) == (422, "spreadsheet-empty")


async def test_files_that_are_none_too_long_or_somebody_elses_are_refused(school: School) -> None:
    long = sheet(*(line(number) for number in range(follow_up_files.ROWS_MAX + 1)))

    assert (await post(school, b"%PDF-1.7")).json()["code"] == "not-a-spreadsheet"
    assert (await post(school, b"")).json()["code"] == "spreadsheet-empty"
    assert (await post(school, long)).json()["code"] == "spreadsheet-too-many-rows"
    assert (await post(school, csv_file(headings=("姓名", "班级编号")).encode())).status_code == 422
    officer = await school.registry.http.post(
        "/v1/follow-up-files", content=sheet(line(1)), params={"form": "csv"}, headers=school.officer()
    )
    assert officer.json()["code"] == "wrong-role"


async def test_a_number_as_an_id_comes_back_in_no_answer_and_no_file(school: School) -> None:
    await completed(school, 1)
    number = str(trainee(1)["document_number"])
    content = sheet(["2025-001", f"{number[:6]} {number[6:14]} {number[14:]}", "", "", "", ""])

    told = await post(school, content)
    failed = await post(school, content, answer="failed-rows")

    (row,) = told.json()["rows"]
    assert (row["row_id"], [each["column_zh"] for each in row["errors"]]) == (None, ["学员编号"])
    for text in (told.text, failed.text):
        assert number not in letters(text)
