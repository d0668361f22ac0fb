"""Posting roster files, and working on them by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.settings import RegistrySettings
from services.registry.worker import file_worker
from shared.file_jobs.work import FileWorker
from shared.spreadsheets.reading import CHUNK_ROWS
from tests.registry.school import School
from tests.shared.spreadsheets.workbooks import FULL, workbook


def roster(*lines: Sequence[Any]) -> bytes:
    return workbook(*lines, headings=FULL)


async def post(school: School, content: bytes, **params: Any) -> httpx.Response:
    params = {"form": "xlsx"} | params
    return await school.registry.http.post("/v1/roster-files", content=content, params=params, headers=school.headers)


async def get(school: School, path: str, **params: Any) -> httpx.Response:
    return await school.registry.http.get(f"/v1/roster-files/{path}".rstrip("/"), params=params, headers=school.headers)


TAKEN: Final = 2
"""Transactions of a worker until it has a file and its content; then there is one for each chunk."""


@dataclass
class Pause:
    """A place at which a worker waits."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        self.reached.set()
        await self.may_go_on.wait()


class Transactions:
    """A worker's transactions, counted from 1: what happens to some of them, before they commit or after."""

    def __init__(self, school: School) -> None:
        self._engine = school.registry.engine
        self._before: dict[int, Callable[[], Awaitable[None]]] = {}
        self._after: dict[int, Callable[[], Awaitable[None]]] = {}
        self.count = 0

    def fail_before(self, number: int, error: BaseException) -> None:
        """The transaction does not commit: its worker meets `error`."""
        self._before[number] = _raiser(error)

    def fail_after(self, number: int, error: BaseException) -> None:
        """The transaction commits, and its worker meets `error` all the same."""
        self._after[number] = _raiser(error)

    def pause_before(self, number: int) -> Pause:
        """The worker waits before the transaction commits."""
        pause = Pause()
        self._before[number] = pause.wait
        return pause

    def pause_after(self, number: int) -> Pause:
        """The worker waits after the transaction has committed."""
        pause = Pause()
        self._after[number] = pause.wait
        return pause

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[AsyncConnection]:
        self.count += 1
        number = self.count
        async with self._engine.begin() as connection:
            yield connection
            await self._before.get(number, _nothing)()
        await self._after.get(number, _nothing)()


async def _nothing() -> None: ...


def _raiser(error: BaseException) -> Callable[[], Awaitable[None]]:
    async def fail() -> None:
        raise error

    return fail


def worker(school: School, **changes: Any) -> FileWorker:
    """The service's own worker by the clock of the test, but for `changes`."""
    registry = school.registry
    assert isinstance(registry.settings, RegistrySettings)
    return replace(file_worker(registry.settings, registry.engine), **{"now": registry.clock.now} | changes)


async def work(school: School, **changes: Any) -> int:
    """Let a worker, the service's own but for `changes`, work on all files that wait; how many there were."""
    files, count = worker(school, **changes), 0
    while await files.work_one():
        count += 1
    return count


async def done(school: School, content: bytes, *, chunk_rows: int = CHUNK_ROWS, **params: Any) -> dict[str, Any]:
    """The file's answer after it was worked on."""
    posted = await post(school, content, **params)
    assert posted.status_code == 202, posted.text
    await work(school, chunk_rows=chunk_rows)
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
