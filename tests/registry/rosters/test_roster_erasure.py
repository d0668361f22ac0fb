"""Roster files that are cancelled, and refused rows that are erased."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx

from tests.registry.rosters.spreadsheets.posting import (
    TAKEN,
    Transactions,
    counts,
    done,
    get,
    post,
    roster,
    stored,
    work,
    worker,
)
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_today
from tests.shared.spreadsheets.workbooks import full_line


async def delete(school: School, file_id: str) -> httpx.Response:
    return await school.registry.http.delete(f"/v1/roster-files/{file_id}", headers=school.headers)


async def erase(school: School) -> int:
    """Erase all that has outlived its time, two rows at a time; in how many batches."""
    files, count = worker(school), 0
    while await files.erase_batch(rows_max=2):
        count += 1
    return count


async def kept(school: School) -> int:
    return len(await school.registry.rows("SELECT row FROM file_job_row"))


class TestRefusedRows:
    async def test_are_erased_when_their_time_is_over_and_their_number_stays(self, school: School) -> None:
        await school.file()
        file = await done(school, roster(*(full_line(number, 姓名="") for number in range(1, 4))))
        today = worker(school).now().date()

        before = (await erase(school), await kept(school))
        set_today(school.registry, today + timedelta(days=31))
        answers = [await get(school, f"{file['id']}/{part}") for part in ("report", "failed-rows")]
        after = (await erase(school), await kept(school))
        again = await get(school, f"{file['id']}/report")

        assert file["refused_rows_until"] > file["finished_at"]
        assert (before, after) == ((0, 3), (2, 0))
        assert {answer.json()["code"] for answer in [*answers, again]} == {"refused-rows-erased"}
        assert counts((await get(school, file["id"])).json()) == (0, 0, 3)

    async def test_can_be_erased_at_once_by_who_posted_them(self, school: School) -> None:
        await school.file()
        file = await done(school, roster(full_line(1, 姓名="")))
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        foreign = await delete(other, file["id"])
        answer = await delete(school, file["id"])
        await erase(school)

        assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign-organisation")
        assert (answer.status_code, answer.json()["status"]) == (200, "done")
        assert (await get(school, f"{file['id']}/report")).json()["code"] == "refused-rows-erased"
        assert await kept(school) == 0

    async def test_of_which_there_were_none_leave_an_empty_report(self, school: School) -> None:
        await school.file()
        file = await done(school, roster(full_line(1)))

        assert file["refused_rows_until"] is None
        assert (await get(school, f"{file['id']}/report")).json()["rows"] == []


class TestAFileThatIsCancelled:
    async def test_while_it_waits_is_never_worked_on(self, school: School) -> None:
        await school.file()
        file_id = (await post(school, roster(full_line(1)))).json()["id"]

        answer = await delete(school, file_id)

        assert answer.json()["status"] == "cancelled"
        assert await work(school) == 0
        assert await stored(school) == []
        assert (await school.registry.rows("SELECT sealed FROM file_job"))[0].sealed is None

    async def test_while_it_is_worked_on_keeps_what_has_been_stored(self, school: School) -> None:
        await school.file()
        file_id = (await post(school, roster(*map(full_line, range(1, 6))))).json()["id"]
        transactions = Transactions(school)
        first_chunk_ends = transactions.pause_after(TAKEN + 1)

        working = asyncio.create_task(work(school, begin=transactions.begin, chunk_rows=2))
        await first_chunk_ends.reached.wait()
        answer = await delete(school, file_id)
        first_chunk_ends.may_go_on.set()
        await working

        assert answer.json()["status"] == "cancelled"
        assert await stored(school) == ["T1", "T2"]
        assert counts((await get(school, file_id)).json()) == (2, 0, 0)
