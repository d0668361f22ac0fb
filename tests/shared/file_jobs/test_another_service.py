"""A service without anything of the registry's takes files: posted, worked on, reported, mended and posted again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.local.postgres import Postgres
from shared.kernel.callers import Role
from shared.spreadsheets import reader
from shared.spreadsheets.failed_rows import FailedRow, write
from shared.spreadsheets.tables import FileFormat, SheetFormat
from tests.shared.file_jobs.library import BOOKS, Library, opened

ORGANISATION = UUID(int=7)
JOBS, AT_ONCE = "/v1/book-files", "/v1/few-book-files"


@pytest.fixture
async def library(postgres: Postgres, keys: Path) -> AsyncGenerator[Library]:
    name = f"test_{uuid4().hex[:12]}"
    await postgres.create_database(name)
    async with opened(postgres.url(name), keys) as library:
        yield library


def books(*lines: str) -> bytes:
    return "\n".join(("编号,书名", *lines)).encode()


async def post(library: Library, path: str, content: bytes, **params: str) -> httpx.Response:
    headers = library.tokens.of(Role.ASSESSMENT_BODY, organisation=ORGANISATION) | {"Content-Type": "text/csv"}
    return await library.http.post(path, content=content, params=params, headers=headers)


async def get(library: Library, path: str, **params: str) -> httpx.Response:
    headers = library.tokens.of(Role.ASSESSMENT_BODY, organisation=ORGANISATION)
    return await library.http.get(path, params=params, headers=headers)


async def done(library: Library, content: bytes, **params: str) -> dict[str, Any]:
    posted = await post(library, JOBS, content, **params)
    assert posted.status_code == 202, posted.text
    assert await library.worker.work_one()
    answer: dict[str, Any] = (await get(library, f"{JOBS}/{posted.json()['id']}")).json()
    return answer


async def test_a_file_is_worked_on_reported_and_given_back_to_be_mended(library: Library) -> None:
    file = await done(library, books("1,A", "2,B", "1,A", "2,C", "3,", "4,D"))

    assert (file["status"], file["accepted"], file["repeated"], file["refused"]) == ("done", 3, 1, 2)
    assert "target_id" not in file
    assert await library.titles() == ["A", "B", "D"]
    report = (await get(library, f"{JOBS}/{file['id']}/report")).json()["rows"]
    assert {row["row"]: [(each["code"], each["column_zh"]) for each in row["errors"]] for row in report} == {
        5: [("title-differs", "书名")],
        6: [("cell-missing", "书名")],
    }
    failed = await get(library, f"{JOBS}/{file['id']}/failed-rows", form="xlsx")
    assert [row.values for row in reader.read(FileFormat.XLSX, failed.content, BOOKS).rows] == [
        {"number": "2", "title": "C"},
        {"number": "3"},
    ]


async def test_a_dry_run_of_a_decider_without_a_memory_is_rolled_back_chunk_by_chunk(library: Library) -> None:
    file = await done(library, books("1,A", "1,A", "2,B"), mode="validate")

    assert (file["status"], file["accepted"], file["repeated"]) == ("done", 2, 1)
    assert await library.titles() == []


async def test_lines_of_json_go_the_same_way_and_come_back_as_a_sheet(library: Library) -> None:
    lines = [
        b'{"number": "1", "title": "A"}', b"", b'{"number": "2", "title": "\\ud842"}', b'{"number": "3"}',
        b'{"number": "4", "title": "D", "shelf": 7}', b"[1]", b'{"number": "5", "title": "E", "a/b": 1}',
        b'{"number": 6, "title": "F"}',
    ]  # fmt: skip

    file = await done(library, b"\n".join(lines), form="ndjson")
    report = (await get(library, f"{JOBS}/{file['id']}/report")).json()["rows"]
    failed = await get(library, f"{JOBS}/{file['id']}/failed-rows", form="csv")

    assert (file["form"], file["accepted"], file["refused"]) == ("ndjson", 1, 6)
    assert {row["row"]: [each["code"] for each in row["errors"]] for row in report} == {
        3: ["row-not-an-object"], 4: ["cell-missing"], 5: ["extra-forbidden"], 6: ["row-not-an-object"],
        7: ["row-not-an-object"], 8: ["cell-unfit"],
    }  # fmt: skip
    assert [row.values for row in reader.read(FileFormat.CSV, failed.content, BOOKS).rows][1] == {
        "number": "4", "title": "D",
    }  # fmt: skip


async def test_a_file_belongs_to_the_organisation_and_the_role_that_posted_it(library: Library) -> None:
    file = await done(library, books("1,A"))
    other = library.tokens.of(Role.ASSESSMENT_BODY, organisation=uuid4())
    institution = library.tokens.of(Role.INSTITUTION, organisation=ORGANISATION)

    codes = [
        (await library.http.get(f"{JOBS}/{file['id']}", headers=headers)).json()["code"]
        for headers in (other, institution)
    ]

    assert codes == ["foreign-organisation", "wrong-role"]


async def test_a_file_that_does_not_say_what_it_is_is_refused_with_the_types_there_are(library: Library) -> None:
    headers = library.tokens.of(Role.ASSESSMENT_BODY, organisation=ORGANISATION)

    for path in (JOBS, AT_ONCE):
        answer = await library.http.post(path, content=b"x", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


async def test_a_template_explains_the_services_own_columns(library: Library) -> None:
    template = await get(library, f"{JOBS}/template", form="csv")

    assert template.content.decode("utf-8-sig") == "编号,书名\r\n"
    assert "book-template.csv" in template.headers["content-disposition"]


class TestAtOnce:
    async def test_a_small_file_is_answered_within_the_request_and_leaves_no_job(self, library: Library) -> None:
        answer = await post(library, AT_ONCE, books("1,A", f"2,{'B' * 41}", "1,C"))

        assert answer.status_code == 200
        assert (answer.json()["accepted"], answer.json()["refused"]) == (1, 2)
        assert {row["row"]: row["errors"][0]["code"] for row in answer.json()["rows"]} == {
            3: "cell-unfit",
            4: "title-differs",
        }
        assert (await get(library, JOBS)).json()["rows"] == []

    async def test_a_dry_run_stores_nothing(self, library: Library) -> None:
        answer = await post(library, AT_ONCE, books("1,A"), mode="validate")

        assert (answer.json()["accepted"], answer.json()["dry_run"]) == (1, True)
        assert await library.titles() == []

    async def test_a_longer_file_and_what_is_no_format_are_refused(self, library: Library) -> None:
        long = await post(library, AT_ONCE, books(*(f"{number},A" for number in range(4))))
        unknown = await post(library, AT_ONCE, books("1,A"), form="ods")

        assert (long.json()["code"], long.json()["rows_max"]) == ("spreadsheet-too-many-rows", 3)
        assert (unknown.status_code, unknown.json()["code"]) == (422, "malformed-request")

    async def test_the_same_key_answers_once(self, library: Library) -> None:
        headers = library.tokens.of(Role.ASSESSMENT_BODY, organisation=ORGANISATION) | {
            "Content-Type": "text/csv",
            "Idempotency-Key": "once",
        }

        answers = [await library.http.post(AT_ONCE, content=books("1,A"), headers=headers) for _ in range(2)]

        assert answers[0].content == answers[1].content
        assert answers[1].headers["Idempotent-Replayed"] == "true"

    async def test_a_file_that_is_read_holds_no_connection(self, library: Library) -> None:
        readers, content = library.app.state.readers, books("1,A")
        async with readers.open(FileFormat.CSV, content, BOOKS), readers.open(FileFormat.CSV, content, BOOKS):
            # All places are taken, so these requests wait to be read; the application has one connection.
            waiting = [asyncio.create_task(post(library, AT_ONCE, books(f"{each},A"))) for each in (1, 2)]
            answer = await get(library, JOBS)
            assert (answer.status_code, [task.done() for task in waiting]) == (200, [False, False])

        assert [(await task).json()["accepted"] for task in waiting] == [1, 1]


@pytest.mark.parametrize("format_", SheetFormat)
def test_failed_rows_of_any_table_can_be_read_again(format_: SheetFormat) -> None:
    content = write(format_, [FailedRow({"number": "007", "title": "=A1"}, [])], BOOKS)

    (row,) = reader.read(FileFormat(format_), content, BOOKS).rows

    assert row.cells["number"].strip() == "007"
