"""Posting roster files, and working on them by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from services.registry.rosters.usecases import work as roster_work
from services.registry.worker import roster_parts
from tests.registry.rosters.spreadsheets.workbooks import FULL, workbook
from tests.registry.school import School


def roster(*lines: Sequence[Any]) -> bytes:
    return workbook(*lines, headings=FULL)


async def post(school: School, content: bytes, **params: Any) -> httpx.Response:
    params = {"form": "xlsx"} | params
    return await school.registry.http.post("/v1/roster-files", content=content, params=params, headers=school.headers)


async def get(school: School, path: str, **params: Any) -> httpx.Response:
    return await school.registry.http.get(f"/v1/roster-files/{path}".rstrip("/"), params=params, headers=school.headers)


async def work(school: School) -> int:
    """Work on all files that wait; how many there were."""
    parts, count = roster_parts(school.registry.settings), 0  # type: ignore[arg-type]
    while await roster_work.work_one(school.registry.engine, parts):
        count += 1
    return count


async def done(school: School, content: bytes, **params: Any) -> dict[str, Any]:
    """The file's answer after it was worked on."""
    posted = await post(school, content, **params)
    assert posted.status_code == 202, posted.text
    await work(school)
    answer: dict[str, Any] = (await get(school, posted.json()["id"])).json()
    return answer


async def report(school: School, file_id: str) -> dict[int, list[str]]:
    rows = (await get(school, f"{file_id}/report")).json()["rows"]
    return {row["row"]: [error["code"] for error in row["errors"]] for row in rows}


async def stored(school: School) -> list[str]:
    rows = await school.registry.rows("SELECT local_id FROM enrolment ORDER BY local_id")
    return [row.local_id for row in rows]


def counts(file: dict[str, Any]) -> tuple[int, int, int]:
    return file["accepted"], file["repeated"], file["refused"]
