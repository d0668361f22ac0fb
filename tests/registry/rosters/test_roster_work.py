"""The work on roster files: ended half-way, shared, refused, given up, and done only to see what would happen."""

from __future__ import annotations

import asyncio
import sys
from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from shared.file_jobs import rules, store
from shared.file_jobs.kinds import FILES_STANDING_MAX
from shared.file_jobs.store import HELD_FOR
from shared.file_jobs.work import CHUNK_TRIES
from shared.spreadsheets.reading import ReaderPool
from tests.registry.rosters.spreadsheets.posting import (
    TAKEN,
    Transactions,
    counts,
    done,
    get,
    post,
    report,
    roster,
    stored,
    work,
    worker,
)
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee
from tests.shared.spreadsheets.workbooks import HEADINGS, full_line, workbook


class TestADryRun:
    async def test_tells_what_would_happen_and_stores_nothing(self, school: School) -> None:
        await school.file(seats=2)
        lines = [full_line(1), full_line(1), full_line(2), full_line(3)]

        dry = await done(school, roster(*lines), mode="validate")
        nothing = await stored(school)
        wet = await done(school, roster(*lines))

        assert nothing == []
        assert counts(dry) == counts(wet) == (2, 1, 1)
        assert await report(school, dry["id"]) == await report(school, wet["id"]) == {5: ["class-full"]}

    async def test_keeps_nobody_waiting(self, school: School) -> None:
        class_id = await school.file(fund_source=None)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        elsewhere = await other.file(starts_on="2025-05-01", ends_on="2025-05-20", fund_source=None)
        await post(school, roster(full_line(1)), mode="validate")
        transactions = Transactions(school)
        chunk_is_decided = transactions.pause_before(TAKEN + 1)

        working = asyncio.create_task(work(school, begin=transactions.begin))
        await chunk_is_decided.reached.wait()
        answers = [
            await school.enrol(class_id, trainee(2)),
            await other.enrol(elsewhere, trainee(1)),
            await school.post(f"classes/{class_id}/approval", headers=school.officer()),
        ]
        chunk_is_decided.may_go_on.set()
        await working

        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert await stored(school) == ["T1", "T2"]

    async def test_meets_people_of_earlier_chunks_under_their_names(self, school: School) -> None:
        await school.file()
        lines = [full_line(1), full_line(2), full_line(1, 学员编号="again", 姓名="何示例")]

        dry = await done(school, roster(*lines), mode="validate", chunk_rows=2)
        wet = await done(school, roster(*lines), chunk_rows=2)

        assert await report(school, dry["id"]) == await report(school, wet["id"])
        assert "name-differs" in (await report(school, dry["id"]))[4]

    async def test_sees_what_earlier_chunks_of_the_file_would_have_done(self, school: School) -> None:
        await school.file(seats=3)
        lines = [full_line(number) for number in (1, 2, 3, 4, 1)]

        dry = await done(school, roster(*lines), mode="validate", chunk_rows=2)

        assert counts(dry) == (3, 1, 1)
        assert await stored(school) == []


class TestAWorkerThatIsEnded:
    @pytest.mark.parametrize("mode", ["store", "validate"])
    async def test_is_followed_by_one_that_goes_on_where_it_stopped(self, school: School, mode: str) -> None:
        await school.file()
        file_id = (await post(school, roster(*map(full_line, range(1, 8))), mode=mode)).json()["id"]
        transactions = Transactions(school)
        transactions.fail_before(TAKEN + 3, asyncio.CancelledError())

        with pytest.raises(asyncio.CancelledError):
            await work(school, begin=transactions.begin, chunk_rows=2)
        half = (await get(school, file_id)).json()
        await work(school, chunk_rows=2)
        file = (await get(school, file_id)).json()

        assert (half["status"], half["rows_done"]) == ("working", 4)
        assert (file["status"], counts(file)) == ("done", (7, 0, 0))
        assert len(await stored(school)) == (7 if mode == "store" else 0)

    @pytest.mark.parametrize("again", [False, True])
    async def test_counts_each_row_once_though_the_word_of_a_commit_was_lost(self, school: School, again: bool) -> None:
        await school.file()
        file_id = (await post(school, roster(*map(full_line, range(1, 9))))).json()["id"]
        transactions = Transactions(school)
        transactions.fail_after(TAKEN + 1, asyncpg.ConnectionDoesNotExistError())
        if again:
            # After the chunk that was tried again.
            transactions.fail_before(TAKEN + 3, asyncio.CancelledError())

        with pytest.raises(asyncio.CancelledError) if again else nullcontext():
            await work(school, begin=transactions.begin, chunk_rows=2, wait_seconds=0)
        await work(school, chunk_rows=2)

        file = (await get(school, file_id)).json()
        assert (file["status"], file["rows_done"], counts(file)) == ("done", 8, (8, 0, 0))
        assert len(await stored(school)) == 8

    async def test_keeps_its_file_until_it_has_been_silent_for_long(self, school: School) -> None:
        await school.file()
        await post(school, roster(full_line(1)))
        now = worker(school).now()
        async with school.registry.engine.begin() as connection:
            file = await store.lock_next(connection, ["roster"], at=now)
            assert file is not None
            await store.save(connection, rules.take(file), holder=uuid4(), at=now)

        at_once = await work(school)
        async with school.registry.engine.begin() as connection:
            later = await store.lock_next(connection, ["roster"], at=now + HELD_FOR + timedelta(seconds=1))

        assert at_once == 0
        assert later is not None

    async def test_does_nothing_more_once_another_has_its_file(self, school: School) -> None:
        await school.file()
        await post(school, roster(*map(full_line, range(1, 6))))
        transactions = Transactions(school)
        first_chunk_ends = transactions.pause_after(TAKEN + 1)

        working = asyncio.create_task(work(school, begin=transactions.begin, chunk_rows=2))
        await first_chunk_ends.reached.wait()
        async with school.registry.engine.begin() as connection:
            await connection.execute(text("UPDATE file_job SET holder = :other"), {"other": uuid4()})
        first_chunk_ends.may_go_on.set()
        await working

        assert len(await stored(school)) == 2
        assert [row.status for row in await school.registry.rows("SELECT status FROM file_job")] == ["working"]

    async def test_shares_nothing_with_another_at_the_same_time(self, school: School) -> None:
        await school.file(seats=60)
        for first in (1, 11, 21):
            await post(school, roster(*map(full_line, range(first, first + 10))))

        assert sum(await asyncio.gather(*(work(school) for _ in range(3)))) == 3
        assert len(await stored(school)) == 30


async def test_institutions_take_turns(school: School) -> None:
    other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
    posted = [(await post(school, roster(full_line(number)))).json()["id"] for number in (1, 2, 3)]
    theirs = (await post(other, roster(full_line(4)))).json()["id"]
    files = worker(school)

    async def next_done() -> str:
        before = {row.id for row in await school.registry.rows("SELECT id FROM file_job WHERE status = 'done'")}
        await files.work_one()
        (file,) = [
            row.id
            for row in await school.registry.rows("SELECT id FROM file_job WHERE status = 'done'")
            if row.id not in before
        ]
        return str(file)

    assert [await next_done() for _ in range(4)] == [posted[0], theirs, *posted[1:]]


async def test_who_waits_for_a_lock_is_not_given_up(school: School) -> None:
    await school.file()
    file_id = (await post(school, roster(full_line(1)))).json()["id"]
    transactions = Transactions(school)
    for number in range(2 * CHUNK_TRIES):
        transactions.fail_before(TAKEN + 1 + number, asyncpg.LockNotAvailableError())

    await work(school, begin=transactions.begin, wait_seconds=0)

    assert counts((await get(school, file_id)).json()) == (1, 0, 0)


async def test_who_is_raced_by_others_again_and_again_leaves_the_file_to_the_next(school: School) -> None:
    await school.file()
    file_id = (await post(school, roster(full_line(1)))).json()["id"]
    transactions = Transactions(school)
    for number in range(CHUNK_TRIES):
        transactions.fail_before(TAKEN + 1 + number, asyncpg.UniqueViolationError())

    with pytest.raises(asyncpg.UniqueViolationError):
        await work(school, begin=transactions.begin, wait_seconds=0)
    await work(school)

    assert counts((await get(school, file_id)).json()) == (1, 0, 0)


class TestAFileThatCannotBeRead:
    @pytest.mark.parametrize(
        ("content", "code"), [(b"%PDF-1.7", "not-a-spreadsheet"), (b"", "spreadsheet-empty"), (b"PK\3\4", "damaged")]
    )
    async def test_is_refused_at_the_door_where_that_shows_from_outside(
        self, school: School, content: bytes, code: str
    ) -> None:
        answer = await post(school, content)

        assert answer.status_code == 422
        assert answer.json()["code"].endswith(code)

    async def test_is_refused_with_the_reason_where_it_shows_inside(self, school: School) -> None:
        file = await done(school, workbook(full_line(1), headings=(*HEADINGS, "工资", "奖金")))

        assert (file["status"], file["problem"]["code"]) == ("refused", "spreadsheet-unknown-columns")
        assert file["problem"]["columns"] == ["F", "G"]
        assert file["problem"]["title_zh"]

    async def test_that_ends_the_process_that_reads_it_is_refused_and_not_tried_for_ever(self, school: School) -> None:
        file_id = (await post(school, roster(full_line(1)))).json()["id"]

        await work(school, readers=ReaderPool(command=(sys.executable, "-m", "shared.no_such_program")))

        file = (await get(school, file_id)).json()

        assert (file["status"], file["problem"]["code"]) == ("refused", "spreadsheet-damaged")

    async def test_at_which_workers_fail_again_and_again_is_given_up(self, school: School) -> None:
        await school.file()
        file_id = (await post(school, roster(full_line(1)))).json()["id"]
        for _ in range(rules.ATTEMPTS_MAX):
            transactions = Transactions(school)
            transactions.fail_before(TAKEN + 1, RuntimeError())
            with pytest.raises(RuntimeError):
                await work(school, begin=transactions.begin)

        await work(school)

        file = (await get(school, file_id)).json()
        assert (file["status"], file["problem"]["code"]) == ("refused", "roster-file-failed")
        assert await work(school) == 0

    async def test_needs_to_say_what_it_is(self, school: School) -> None:
        answer = await school.registry.http.post("/v1/roster-files", content=b"x", headers=school.headers)

        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
        assert "text/csv" in answer.json()["accepted"]

    async def test_is_refused_where_it_is_too_large_for_this_route_which_takes_more_than_others(
        self, school: School
    ) -> None:
        between = b"," * (20 * 1024 * 1024)

        taken = await post(school, between, form="csv")
        headers = school.headers | {"Content-Type": "application/json"}
        elsewhere = await school.registry.http.post("/v1/classes", content=between, headers=headers)
        refused = await post(school, b"," * (32 * 1024 * 1024 + 1), form="csv")

        assert taken.status_code == 202
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (413, "too-large")
        assert elsewhere.json()["bytes_max"] < 256 * 1024
        assert (refused.status_code, refused.json()["bytes_max"]) == (413, 32 * 1024 * 1024)

    async def test_is_one_of_so_many_that_may_wait(self, school: School) -> None:
        await school.file()
        for number in range(FILES_STANDING_MAX):
            await post(school, roster(full_line(number + 1)))

        answer = await post(school, roster(full_line(99)))

        assert (answer.status_code, answer.json()["code"]) == (409, "too-many-roster-files")
        assert answer.json()["files_max"] == FILES_STANDING_MAX
