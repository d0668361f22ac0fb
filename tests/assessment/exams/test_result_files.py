"""Results as files over HTTP: posted, recorded by the worker, reported row by row, and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from services.assessment.exams.usecases.table import RESULTS
from services.assessment.settings import AssessmentSettings
from services.assessment.worker import file_worker
from shared.spreadsheets import reader
from shared.spreadsheets.tables import FileFormat
from tests.assessment.centre import Centre, pass_row, person_row
from tests.shared.spreadsheets.workbooks import workbook

HEADINGS = ["考试编号", "考生编号", "理论成绩", "技能成绩", "综合评审成绩", "作弊情况"]


def line(session: str, candidate: object, theory: Any = "", skills: Any = "", note: str = "") -> list[Any]:
    return [session, str(candidate), theory, skills, "", note]


async def post(centre: Centre, content: bytes, **params: str) -> dict[str, Any]:
    """The file once the worker is done with it."""
    http, params = centre.service.http, {"form": "xlsx"} | params
    posted = await http.post("/v1/result-files", content=content, params=params, headers=centre.own)
    assert posted.status_code == 202, posted.text
    settings = centre.service.settings
    assert isinstance(settings, AssessmentSettings)
    worker = file_worker(settings, centre.service.engine)
    while await worker.work_one():
        pass
    answer: dict[str, Any] = (await centre.get(f"/result-files/{posted.json()['id']}")).json()
    return answer


def sheet(*lines: Sequence[Any]) -> bytes:
    return workbook(*lines, headings=HEADINGS)


def counts(file: dict[str, Any]) -> tuple[int, int, int]:
    return file["accepted"], file["repeated"], file["refused"]


async def report(centre: Centre, file: dict[str, Any]) -> dict[int, list[str]]:
    rows = (await centre.get(f"/result-files/{file['id']}/report")).json()["rows"]
    return {row["row"]: [error["code"] for error in row["errors"]] for row in rows}


@pytest.fixture
async def sessions(centre: Centre) -> list[str]:
    """Two sessions, E1 and E2, with three candidates each."""
    found = []
    for number in (1, 2):
        session_id = await centre.session(local_id=f"E{number}")
        rows = [person_row(10 * number + place, local_id=str(place)) for place in (1, 2, 3)]
        await centre.batch(f"/sessions/{session_id}/candidates", rows)
        found.append(session_id)
    return found


async def verdicts(centre: Centre, session_id: str) -> list[tuple[object, bool, bool]]:
    rows = (await centre.get(f"/sessions/{session_id}/candidates")).json()["rows"]
    return [(row["passed"], row["absent"], row["cheated"]) for row in rows]


async def test_rows_go_to_the_sessions_that_they_name(centre: Centre, sessions: list[str]) -> None:
    file = await post(
        centre,
        sheet(
            line("E1", 1, 60, 88.5),
            line("E1", 2, "59.9", "100"),
            line("E1", 3, "缺考", "缺考"),
            line("E2", 1, 70),
            line("E2", 2, "作弊", "", "携带手机入场"),
            line("E2", 3, "七十", 60),
            line("E2", 3, 101, 60),
            line("E2", 9, 70, 70),
            line("E3", 1, 70, 70),
            line("", 1, 70, 70),
        ),
    )

    assert (file["status"], counts(file)) == ("done", (5, 0, 5))
    assert await report(centre, file) == {
        7: ["cell-unfit"], 8: ["cell-unfit"], 9: ["not-in-session"], 10: ["session-unknown"], 11: ["cell-missing"],
    }  # fmt: skip
    assert await verdicts(centre, sessions[0]) == [(True, False, False), (False, False, False), (None, True, False)]
    assert await verdicts(centre, sessions[1]) == [(None, False, False), (False, False, True), (None, False, False)]


async def test_the_same_file_again_repeats_and_the_next_one_brings_the_other_part(
    centre: Centre, sessions: list[str]
) -> None:
    theory = sheet(*(line("E1", place, 60 + place) for place in (1, 2, 3)))
    both = sheet(*(line("E1", place, 60 + place, 70) for place in (1, 2)), line("E1", 3, 70, 70))

    first, again, second = [await post(centre, content) for content in (theory, theory, both)]

    assert [counts(each) for each in (first, again, second)] == [(3, 0, 0), (0, 3, 0), (2, 0, 1)]
    assert await report(centre, second) == {4: ["result-differs"]}
    failed = await centre.get(f"/result-files/{second['id']}/failed-rows")
    assert [row.values for row in reader.read(FileFormat.XLSX, failed.content, RESULTS).rows] == [
        {"session_local_id": "E1", "local_id": "3", "theory": "70", "skills": "70"}
    ]
    assert [each[0] for each in await verdicts(centre, sessions[0])] == [True, True, None]


async def test_a_file_may_be_for_one_session(centre: Centre, sessions: list[str]) -> None:
    content = sheet(line("", 1, 70, 70), line("E1", 2, 70, 70), line("E2", 3, 70, 70))

    file = await post(centre, content, session_id=sessions[0])

    assert (file["session_id"], counts(file)) == (sessions[0], (2, 0, 1))
    assert await report(centre, file) == {4: ["result-session-differs"]}


async def test_a_dry_run_answers_alike_and_stores_nothing(centre: Centre, sessions: list[str]) -> None:
    content = sheet(
        line("E1", 1, 70, 70), line("E1", 1, 70, 70), line("E1", 1, 71, 70), line("E9", 1, 70, 70), line("E2", 1, 70)
    )

    tried = await post(centre, content, mode="validate")
    nothing_yet = await verdicts(centre, sessions[0])
    real = await post(centre, content)

    assert (counts(tried), counts(real)) == ((2, 1, 2), (2, 1, 2))
    assert await report(centre, tried) == await report(centre, real) == {4: ["result-differs"], 5: ["session-unknown"]}
    assert nothing_yet == [(None, False, False)] * 3


async def test_a_session_that_takes_no_results_refuses_its_rows_alone(centre: Centre, sessions: list[str]) -> None:
    await centre.batch(f"/sessions/{sessions[0]}/results", [pass_row(place) for place in (1, 2, 3)])
    assert (await centre.conclude(sessions[0])).status_code == 200

    file = await post(centre, sheet(line("E1", 1, 70, 70), line("E2", 1, 70, 70)))

    assert counts(file) == (1, 0, 1)
    assert await report(centre, file) == {2: ["session-closed"]}


async def test_who_posted_by_file_does_not_conclude_either(centre: Centre, sessions: list[str]) -> None:
    await post(centre, sheet(*(line("E1", place, 70, 70) for place in (1, 2, 3))))

    refused = await centre.post(f"/sessions/{sessions[0]}/conclusion")
    concluded = await centre.conclude(sessions[0])

    assert (refused.json()["code"], concluded.json()["certificates"]) == ("poster-concludes", 3)


async def test_the_template_has_the_headings(centre: Centre) -> None:
    answer = await centre.get("/result-files/template?form=csv")

    assert answer.content.decode("utf-8-sig").splitlines()[0].split(",")[:4] == [
        "考试编号", "考生编号", "理论成绩", "技能成绩",
    ]  # fmt: skip
