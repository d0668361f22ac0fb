"""Candidates as a clerk files them: a spreadsheet of several sessions, its refused rows, and the mended ones."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
import python_calamine

from services.assessment.exams.routes import candidate_files
from services.assessment.exams.usecases.candidate_table import CANDIDATES
from services.assessment.standards import usecases as standards
from shared.kernel.spelling import letters
from tests.assessment.centre import BORN, Centre, open_centre
from tests.assessment.exams.ahead import HELD_ON, Ahead, ahead
from tests.assessment.standards.test_standards import AT, CAREGIVERS
from tests.shared.spreadsheets.workbooks import csv_file, workbook
from tests.support.people import identity_number

HEADINGS = (
    "考试编号", "考生编号", "姓名", "证件号码", "从业年限", "已有证书等级", "已有证书编号", "证书日期", "学历或职称",
    "取得日期",
)  # fmt: skip
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


@pytest.fixture
async def here(centre: Centre) -> Ahead:
    """A centre that has filed the sessions 2026-E1 and 2026-E2, which the routes of the standard admit to."""
    async with centre.service.engine.begin() as connection:
        await standards.load(connection, CAREGIVERS, at=AT)
    found = await ahead(centre)
    await found.filed()
    await found.filed(local_id="2026-E2", day=HELD_ON.replace(day=11))
    return found


def line(session: str, number: int, *evidence: Any, name: str = "王小明", document: str | None = None) -> list[Any]:
    document = document or identity_number(BORN, number)
    return [session, f"K-{number}", name, document, *evidence, *[""] * (6 - len(evidence))]


def sheet(*lines: list[Any]) -> bytes:
    return csv_file(*lines, headings=HEADINGS).encode()


async def post(here: Ahead, content: bytes, form: str = "csv", **asked: str) -> httpx.Response:
    headers = here.centre.own | {"Content-Type": TYPES[form]}
    return await here.centre.service.http.post("/v1/candidate-files", content=content, params=asked, headers=headers)


async def rosters(here: Ahead) -> list[tuple[str, str]]:
    rows = await here.centre.service.rows(
        "SELECT s.local_id, c.local_id FROM candidate c JOIN session s ON s.id = c.session_id ORDER BY 1, 2"
    )
    return [(row[0], row[1]) for row in rows]


def told(answer: httpx.Response) -> dict[int, list[tuple[str, str | None]]]:
    assert answer.status_code == 200, answer.text
    return {
        row["row"]: [(each["code"], each.get("column_zh")) for each in row["errors"]] for row in answer.json()["rows"]
    }


async def test_rows_go_to_the_sessions_that_they_name_and_each_bad_cell_is_told_with_its_column(here: Ahead) -> None:
    answer = await post(
        here,
        sheet(
            line("2026-E1", 1, 12),
            line("2026-E2", 2, "", "中级工", "S000041999999204000001", "2020-05-01"),
            line("2026-E2", 3, 5, "中级工", "S000041999999204000002", "2020-05-01"),
            line("2026-E2", 4, "", "", "", "", "技工院校高级工班毕业证", ""),
            line("2026-E2", 5, "十年"),
            line("2026-E2", 6, 12, document="41010219900517006"),
            line("2026-E9", 7, 12),
            line("2026-E1", 8, 9),
            line("2026-E1", 9, 12, "中级工"),
        ),
    )

    assert (answer.json()["accepted"], answer.json()["refused"]) == (3, 6)
    assert told(answer) == {
        3: [("not-eligible", None)],
        6: [("cell-unfit", "从业年限")],
        7: [("identity-wrong-length", "证件号码")],
        8: [("session-unknown", "考试编号")],
        9: [("not-eligible", None)],
        10: [("cell-missing", "已有证书编号"), ("cell-missing", "证书日期")],
    }
    assert await rosters(here) == [("2026-E1", "K-1"), ("2026-E2", "K-3"), ("2026-E2", "K-4")]


async def test_the_same_person_twice_is_one_candidate_also_within_the_file(here: Ahead) -> None:
    content = sheet(line("2026-E1", 1, 12), ["2026-E1", "K-1b", "王小明", identity_number(BORN, 1), 12, *[""] * 5])

    first, again = await post(here, content), await post(here, content)

    assert told(first) == told(again) == {3: [("already-candidate", "证件号码")]}
    assert (first.json()["accepted"], again.json()["repeated"]) == (1, 1)
    assert await rosters(here) == [("2026-E1", "K-1")]


async def test_a_session_that_takes_no_candidates_refuses_its_rows_and_no_others(here: Ahead) -> None:
    session_id = next(
        row["id"] for row in (await here.centre.get("/sessions")).json()["rows"] if row["local_id"] == "2026-E1"
    )
    await post(here, sheet(line("2026-E1", 1, 12)))
    await here.step(session_id, "approval", officer=True)
    assert await here.step(session_id, "sealing") == "sealed"

    answer = await post(here, sheet(line("2026-E1", 2, 12), line("2026-E2", 3, 12)))

    assert told(answer) == {2: [("roster-sealed", "考试编号")]}
    assert await rosters(here) == [("2026-E1", "K-1"), ("2026-E2", "K-3")]


async def test_a_workbook_is_read_and_its_refused_rows_come_back_to_be_mended(here: Ahead) -> None:
    content = workbook(line("2026-E1", 1, 12), line("2026-E1", 2, "很久"), headings=HEADINGS)

    failed = await post(here, content, "xlsx", answer="failed-rows")

    assert failed.headers["content-type"] == TYPES["xlsx"]
    rows = python_calamine.CalamineWorkbook.from_filelike(BytesIO(failed.content)).get_sheet_by_index(0).to_python()
    own = [str(cell) for cell in rows[2]]
    assert own[:3] == ["2026-E1", "K-2", "王小明"]
    assert any("从业年限：" in cell for cell in own)
    mended = await post(here, sheet(line("2026-E1", 2, 12)))
    assert mended.json()["accepted"] == 1
    assert await rosters(here) == [("2026-E1", "K-1"), ("2026-E1", "K-2")]


async def test_a_dry_run_tells_the_same_and_stores_nothing(here: Ahead) -> None:
    content = sheet(line("2026-E1", 1, 12), line("2026-E1", 2, 3))

    answer = await post(here, content, mode="validate")

    assert (answer.json()["accepted"], answer.json()["dry_run"]) == (1, True)
    assert told(answer) == {3: [("not-eligible", None)]}
    assert await rosters(here) == []


async def test_who_is_known_by_another_name_is_added_with_a_warning_and_a_question(here: Ahead) -> None:
    await post(here, sheet(line("2026-E1", 1, 12)))

    answer = await post(here, sheet(line("2026-E2", 1, 12, name="王晓明")))

    [warned] = answer.json()["warned"]
    assert (warned["row"], warned["row_id"]) == (2, "K-1")
    assert [(each["code"], each["column_zh"]) for each in warned["warnings"]] == [("name-differs", "姓名")]
    assert len((await here.centre.get("/name-questions?status=open")).json()["rows"]) == 1


async def test_the_template_is_a_file_of_this_kind(here: Ahead) -> None:
    for form in TYPES:
        answer = await here.centre.get(f"/candidate-files/template?form={form}")

        posted = await post(here, answer.content, form)

        assert (posted.status_code, posted.json()["code"]) == (422, "spreadsheet-empty")
    assert {column.zh for column in CANDIDATES.columns} >= set(HEADINGS)


async def test_files_that_are_none_too_long_or_of_another_body_are_refused(here: Ahead) -> None:
    other = await open_centre(here.centre.service, 124)
    long = sheet(*(line("2026-E1", 1) for _ in range(candidate_files.ROWS_MAX + 1)))

    assert (await post(here, b"%PDF-1.7")).json()["code"] == "not-a-spreadsheet"
    assert (await post(here, long)).json()["code"] == "spreadsheet-too-many-rows"
    assert told(await post(Ahead(other), sheet(line("2026-E1", 1, 12)))) == {2: [("session-unknown", "考试编号")]}
    officer = await here.centre.service.http.post(
        "/v1/candidate-files", content=sheet(line("2026-E1", 1)), params={"form": "csv"}, headers=here.centre.officer()
    )
    assert officer.json()["code"] == "wrong-role"
    assert await rosters(here) == []


async def test_no_number_comes_back_in_an_answer_or_in_a_column_that_is_not_for_it(here: Ahead) -> None:
    number = identity_number(BORN, 1)
    content = sheet([number, "K-1", "王小明", number, 12, *[""] * 5])

    answered = await post(here, content)
    failed = await post(here, content, answer="failed-rows")

    assert answered.json()["refused"] == 1
    assert number not in letters(answered.text)
    assert letters(failed.text).count(number) == 1
