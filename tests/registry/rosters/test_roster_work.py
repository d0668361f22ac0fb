"""The work on roster files: ended half-way, shared, refused, given up, and done only to see what would happen."""

from __future__ import annotations

import asyncio
import sys
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.registry.rosters.rules import files as limits
from services.registry.rosters.store import files as store
from services.registry.rosters.store.files import HELD_FOR
from services.registry.rosters.usecases import work as roster_work
from services.registry.rosters.usecases.spreadsheets import reading
from services.registry.worker import roster_parts
from tests.registry.rosters.spreadsheets.posting import counts, done, get, post, report, roster, stored, work
from tests.registry.rosters.spreadsheets.workbooks import HEADINGS, full_line, workbook
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee


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

    async def test_keeps_nobody_waiting(self, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
        class_id = await school.file(fund_source=None)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        elsewhere = await other.file(starts_on="2025-05-01", ends_on="2025-05-20", fund_source=None)
        await post(school, roster(full_line(1)), mode="validate")
        save, is_decided, may_go_on = roster_work._Work._save, asyncio.Event(), asyncio.Event()

        async def pause(*values: Any) -> None:
            await save(*values)
            is_decided.set()
            await may_go_on.wait()

        monkeypatch.setattr(roster_work._Work, "_save", pause)
        working = asyncio.create_task(work(school))
        await is_decided.wait()
        answers = [
            await school.enrol(class_id, trainee(2)),
            await other.enrol(elsewhere, trainee(1)),
            await school.post(f"classes/{class_id}/approval", headers=school.officer()),
        ]
        may_go_on.set()
        await working

        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert await stored(school) == ["T1", "T2"]

    async def test_meets_people_of_earlier_chunks_under_their_names(self, school: School, small_chunks: None) -> None:
        await school.file()
        lines = [full_line(1), full_line(2), full_line(1, 学员编号="again", 姓名="何示例")]

        dry = await done(school, roster(*lines), mode="validate")
        wet = await done(school, roster(*lines))

        assert await report(school, dry["id"]) == await report(school, wet["id"])
        assert "name-differs" in (await report(school, dry["id"]))[4]

    async def test_sees_what_earlier_chunks_of_the_file_would_have_done(
        self, school: School, small_chunks: None
    ) -> None:
        await school.file(seats=3)
        lines = [full_line(number) for number in (1, 2, 3, 4, 1)]

        dry = await done(school, roster(*lines), mode="validate")

        assert counts(dry) == (3, 1, 1)
        assert await stored(school) == []


class TestAWorkerThatIsEnded:
    @pytest.mark.parametrize("mode", ["store", "validate"])
    async def test_is_followed_by_one_that_goes_on_where_it_stopped(
        self, school: School, small_chunks: None, monkeypatch: pytest.MonkeyPatch, mode: str
    ) -> None:
        await school.file()
        file_id = (await post(school, roster(*map(full_line, range(1, 8))), mode=mode)).json()["id"]
        save, saves = store.save, 0

        async def save_and_end(*values: Any, **named: Any) -> None:
            nonlocal saves
            saves += 1
            if saves == 4:  # the taking and two chunks are stored; the third is lost half-way
                raise asyncio.CancelledError
            await save(*values, **named)

        monkeypatch.setattr(store, "save", save_and_end)
        with pytest.raises(asyncio.CancelledError):
            await work(school)
        half = (await get(school, file_id)).json()
        await work(school)
        file = (await get(school, file_id)).json()

        assert (half["status"], half["rows_done"]) == ("working", 4)
        assert (file["status"], counts(file)) == ("done", (7, 0, 0))
        assert len(await stored(school)) == (7 if mode == "store" else 0)

    @pytest.mark.parametrize("again", [False, True])
    async def test_counts_each_row_once_though_the_word_of_a_commit_was_lost(
        self, school: School, small_chunks: None, monkeypatch: pytest.MonkeyPatch, again: bool
    ) -> None:
        await school.file()
        file_id = (await post(school, roster(*map(full_line, range(1, 9))))).json()["id"]
        store_chunk, stores = roster_work._Work._decide_chunk, 0

        async def lose_the_word(*values: Any) -> None:
            nonlocal stores
            stores += 1
            if again and stores == 3:
                raise asyncio.CancelledError
            await store_chunk(*values)
            if stores == 1:
                raise asyncpg.ConnectionDoesNotExistError

        with monkeypatch.context() as patch:
            patch.setattr(roster_work._Work, "_decide_chunk", lose_the_word)
            with pytest.raises(asyncio.CancelledError) if again else nullcontext():
                await work(school)
        await work(school)

        file = (await get(school, file_id)).json()
        assert (file["status"], file["rows_done"], counts(file)) == ("done", 8, (8, 0, 0))
        assert len(await stored(school)) == 8

    async def test_keeps_its_file_until_it_has_been_silent_for_long(self, school: School) -> None:
        await school.file()
        await post(school, roster(full_line(1)))
        parts = roster_parts(school.registry.settings)  # type: ignore[arg-type]
        async with school.registry.engine.begin() as connection:
            file = await store.lock_next(connection, at=parts.now())
            assert file is not None
            await store.save(connection, limits.take(file), holder=uuid4(), at=parts.now())

        at_once = await work(school)
        async with school.registry.engine.begin() as connection:
            later = await store.lock_next(connection, at=parts.now() + HELD_FOR + timedelta(seconds=1))

        assert at_once == 0
        assert later is not None

    async def test_does_nothing_more_once_another_has_its_file(
        self, school: School, small_chunks: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await school.file()
        await post(school, roster(*map(full_line, range(1, 6))))
        save = store.save

        async def hand_over(connection: Any, file: Any, *, holder: Any, at: Any) -> None:
            await save(connection, file, holder=uuid4() if file.tally.rows else holder, at=at)

        monkeypatch.setattr(store, "save", hand_over)

        await work(school)

        assert len(await stored(school)) == 2
        assert [row.status for row in await school.registry.rows("SELECT status FROM roster_file")] == ["working"]

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
    parts = roster_parts(school.registry.settings)  # type: ignore[arg-type]

    async def next_done() -> str:
        before = {row.id for row in await school.registry.rows("SELECT id FROM roster_file WHERE status = 'done'")}
        await roster_work.work_one(school.registry.engine, parts)
        (file,) = [
            row.id
            for row in await school.registry.rows("SELECT id FROM roster_file WHERE status = 'done'")
            if row.id not in before
        ]
        return str(file)

    assert [await next_done() for _ in range(4)] == [posted[0], theirs, *posted[1:]]


async def test_who_waits_for_a_lock_is_not_given_up(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    await school.file()
    file_id = (await post(school, roster(full_line(1)))).json()["id"]
    decide_chunk, tries = roster_work._Work._decide_chunk, 0

    async def wait_long(*values: Any) -> None:
        nonlocal tries
        tries += 1
        if tries <= 2 * roster_work._TRIES:
            raise asyncpg.LockNotAvailableError
        await decide_chunk(*values)

    monkeypatch.setattr(roster_work._Work, "_decide_chunk", wait_long)
    monkeypatch.setattr(roster_work, "_WAIT_SECONDS", 0)
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

    async def test_that_ends_the_process_that_reads_it_is_refused_and_not_tried_for_ever(
        self, school: School, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "_COMMAND", (sys.executable, "-m", "services.registry.no_such_program"))

        file = await done(school, roster(full_line(1)))

        assert (file["status"], file["problem"]["code"]) == ("refused", "spreadsheet-damaged")

    async def test_at_which_workers_fail_again_and_again_is_given_up(
        self, school: School, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await school.file()
        file_id = (await post(school, roster(full_line(1)))).json()["id"]

        async def fail(*_: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(roster_work, "decide", fail)
        for _ in range(limits.ATTEMPTS_MAX):
            with pytest.raises(RuntimeError):
                await work(school)
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
        assert (elsewhere.status_code, elsewhere.json()["bytes_max"]) == (413, 16 * 1024 * 1024)
        assert (refused.status_code, refused.json()["bytes_max"]) == (413, 32 * 1024 * 1024)

    async def test_is_one_of_so_many_that_may_wait(self, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("services.registry.rosters.usecases.files.FILES_STANDING_MAX", 1)
        await school.file()
        await post(school, roster(full_line(1)))

        answer = await post(school, roster(full_line(2)))

        assert (answer.status_code, answer.json()["code"]) == (409, "too-many-roster-files")
