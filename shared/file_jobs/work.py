"""The worker for files: read, decide a chunk at a time, store progress and report, erase in the end.

A chunk's rows, their report and the progress of the file are stored in one transaction. So a worker can be
stopped at any moment, and the next one continues with the first row that has no outcome yet.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import orjson
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.entries import warning_entry
from shared.faults import LOCK_NOT_AVAILABLE, forever, is_passing, state_of
from shared.file_jobs import rules, store
from shared.file_jobs.kinds import FileStorage, RowDecider
from shared.file_jobs.rules import ATTEMPTS_MAX, FileJob, Tally
from shared.file_jobs.store import ReportedRow
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Refusal
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.reading import CHUNK_ROWS, OpenFile, ReaderPool
from shared.spreadsheets.refused_rows import only_name, refused_row
from shared.spreadsheets.wording import column_errors, headings

log = structlog.get_logger()

POLL_SECONDS: Final = 0.3
ERASURE_POLL_SECONDS: Final = 10
CHUNK_TRIES: Final = 5
"""Attempts for one chunk while other transactions conflict with it."""
_WAIT_SECONDS: Final = 0.2
_ROWS_ERASED_AT_ONCE: Final = 5_000
_RACE_STATES: Final = ("23505", "23P01")
"""Another transaction stored the same record first: the next attempt sees it, and refuses the row properly."""

Begin = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Begins a transaction, which is committed at the end of its context."""


class _FileLost(Exception):
    """Another worker has taken the file, or its progress differs from what this one expects."""


@dataclass(frozen=True, kw_only=True)
class FileWorker:
    """Works on the files of the kinds that `deciders` are for. `begin` begins a transaction in their database.

    `readers` is the worker's own, so that no file waits for a process until other workers consider this one silent.
    """

    begin: Begin
    deciders: Sequence[RowDecider[Any, Any]]
    storage: FileStorage
    readers: ReaderPool
    now: Callable[[], datetime]
    chunk_rows: int = CHUNK_ROWS
    wait_seconds: float = _WAIT_SECONDS

    async def work(self) -> None:
        """Process files for ever, one at a time; backs off during an outage of the database."""
        await forever("files", self.work_one, pause_seconds=POLL_SECONDS)

    async def erase(self) -> None:
        """Erase expired refused rows, for ever; backs off during an outage of the database."""
        await forever("refused rows", self.erase_batch, pause_seconds=ERASURE_POLL_SECONDS)

    async def work_one(self) -> bool:
        """Take the next file that no worker holds, and process it to its end. False if there is none."""
        holder = new_id()
        deciders = {decider.kind.name: decider for decider in self.deciders}
        async with self.begin() as connection:
            file = await store.lock_next(connection, deciders, at=self.now())
            if file is None:
                return False
            job = _Job(self, deciders[file.kind], file.id, holder)
            if file.attempts >= ATTEMPTS_MAX:
                await job.refuse(connection, file, job.decider.kind.failed(rows_done=file.tally.rows))
                return True
            if file.posting.dry_run:
                await store.forget_rows(connection, file.id)
            file = rules.take(file)
            await store.save(connection, file, holder=holder, at=self.now())
        await job.run(file)
        return True

    async def erase_batch(self, *, rows_max: int = _ROWS_ERASED_AT_ONCE) -> bool:
        """Erase some expired rows. False if there are none."""
        async with self.begin() as connection:
            file = await store.lock_outlived(connection, at=self.now())
            if file is None:
                return False
            await store.erase_rows(connection, file.id, limit=rows_max)
        log.info("refused-rows.erased", file=str(file.id))
        return True


class _Chunk(NamedTuple):
    """Rows that are decided together: raw, parsed, and the refusals of those that could not be parsed.

    `first` is the number of rows of the file before them.
    """

    first: int
    rows: Sequence[FileRow]
    parsed: Sequence[Any]
    refused: Sequence[RowOutcome]


class _Job:
    """One file in the hands of one holder."""

    def __init__(self, worker: FileWorker, decider: RowDecider[Any, Any], file_id: UUID, holder: UUID) -> None:
        self.decider = decider
        self._worker = worker
        self._storage = worker.storage
        self._file_id = file_id
        self._holder = holder
        self._memory = decider.remember() if decider.remember else None

    async def run(self, file: FileJob) -> None:
        """Process the file to its end; after an error it is free for the next worker at once."""
        try:
            await self._run(file)
        except BaseException as error:
            async with self._worker.begin() as connection:
                await store.release(connection, self._file_id, holder=self._holder)
            if not isinstance(error, _FileLost):
                raise
            log.warning("file.lost", file=str(self._file_id))

    async def refuse(self, connection: AsyncConnection, file: FileJob, refusal: Refusal) -> None:
        """End a locked file with the refusal of the file as a whole."""
        (problem, *_) = column_errors(RowOutcome(0, "refused", refusal=refusal), self.decider.kind.table)
        file = rules.refuse(file, problem, at=self._worker.now(), rows_kept=self._storage.rows_kept)
        await store.end(connection, file)
        log.warning("file.refused", kind=file.kind, file=str(file.id), code=refusal.slug, rows=file.tally.rows)

    async def _run(self, file: FileJob) -> None:
        async with self._worker.begin() as connection:
            sealed = await store.content(connection, file.id)
        content = self._storage.seal.decrypt(sealed, owner=file.id.bytes)
        table = self.decider.kind.table_for(file.posting)
        try:
            # No connection is held while the file is read.
            async with self._worker.readers.open(
                file.format, content, table, chunk_rows=self._worker.chunk_rows
            ) as reading:
                del sealed, content
                await self._decide(file, reading)
        except Refusal as refusal:
            async with self._worker.begin() as connection:
                await self.refuse(connection, await self._locked(connection), refusal)

    async def _decide(self, file: FileJob, reading: OpenFile) -> None:
        async with aclosing(self._chunks(reading, after=file.tally.rows)) as found:
            async for chunk in found:
                await self._try_chunk(chunk, reading)
                if self._memory is not None:
                    self._memory.keep()
        await self._finish(reading)

    async def _chunks(self, reading: OpenFile, *, after: int) -> AsyncGenerator[_Chunk]:
        """The file's rows after the first `after`, a chunk at a time; the next is parsed while one is decided."""
        rows = _behind(reading, after)
        ahead = asyncio.create_task(self._parsed(rows))
        try:
            while (chunk := await ahead) is not None:
                ahead = asyncio.create_task(self._parsed(rows))
                yield chunk
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _parsed(self, found: AsyncGenerator[tuple[int, list[FileRow]]]) -> _Chunk | None:
        behind = await anext(found, None)
        if behind is None:
            return None
        first, rows = behind
        # In a thread, so that requests are answered and the database is busy meanwhile.
        parsed = await asyncio.to_thread(self.decider.parse, rows)
        return _Chunk(first, rows, parsed.rows, parsed.refused)

    async def _try_chunk(self, chunk: _Chunk, reading: OpenFile) -> None:
        """Decide the chunk, with retries while other transactions conflict. Waits for a lock are not counted, as its
        holder will be done.
        """
        tries_left = CHUNK_TRIES
        while True:
            try:
                await self._decide_chunk(chunk, reading)
                return
            except (DBAPIError, asyncpg.PostgresError) as error:
                state = state_of(error)
                tries_left -= state != LOCK_NOT_AVAILABLE
                if tries_left == 0 or not (state in _RACE_STATES or is_passing(error)):
                    raise
                await asyncio.sleep(self._worker.wait_seconds)

    async def _decide_chunk(self, chunk: _Chunk, reading: OpenFile) -> None:
        async with self._worker.begin() as connection:
            file = await self._locked(connection)
            if file.tally.rows == chunk.first + len(chunk.rows):
                # The previous attempt was committed, and only its confirmation was lost.
                return
            if file.tally.rows != chunk.first:
                raise _FileLost
            outcomes = [*chunk.refused, *await self._outcomes(connection, file, chunk)]
            counts = Counter(outcome.outcome for outcome in outcomes)
            accepted, repeated, refused = (counts[verdict] for verdict in ("accepted", "repeated", "refused"))
            tally = Tally(accepted, repeated, refused, warned=sum(bool(outcome.warnings) for outcome in outcomes))
            await store.add_rows(connection, file.id, self._reported_rows(chunk, outcomes))
            file = rules.count(file, tally, rows_total=reading.rows_total, rows_hidden=reading.rows_hidden)
            await store.save(connection, file, holder=self._holder, at=self._worker.now())

    async def _outcomes(self, connection: AsyncConnection, file: FileJob, chunk: _Chunk) -> list[RowOutcome]:
        decide, posting, at = self.decider.decide, file.posting, self._worker.now()
        if not posting.dry_run:
            return await decide(connection, posting, chunk.parsed, None, at=at)
        if self._memory is not None:
            return await decide(connection, posting, chunk.parsed, self._memory, at=at)
        async with connection.begin_nested() as stage:
            outcomes = await decide(connection, posting, chunk.parsed, None, at=at)
            await stage.rollback()
        return outcomes

    def _reported_rows(self, chunk: _Chunk, outcomes: Sequence[RowOutcome]) -> list[ReportedRow]:
        """The rows that are refused or warned of as they are stored: reasons in clear, cells encrypted."""
        told = [
            each for each in sorted(outcomes, key=lambda each: each.row) if each.outcome == "refused" or each.warnings
        ]
        return [self._reported_row(chunk.rows[each.row], each) for each in told]

    def _reported_row(self, row: FileRow, outcome: RowOutcome) -> ReportedRow:
        table = self.decider.kind.table
        if outcome.outcome == "refused":
            cells, errors = refused_row(row, outcome, table)
        else:
            cells, errors = only_name(row, table), []
        warnings = [entry | headings(entry, table) for entry in map(warning_entry, outcome.warnings)]
        sealed = self._storage.seal.encrypt(orjson.dumps(cells), owner=self._file_id.bytes)
        return ReportedRow(row.row, outcome.row_id, [dict(each) for each in errors], warnings, sealed)

    async def _finish(self, reading: OpenFile) -> None:
        async with self._worker.begin() as connection:
            file = replace(await self._locked(connection), rows_total=reading.rows_total)
            if self.decider.conclude is not None:
                await self.decider.conclude(connection, file, at=self._worker.now())
            file = rules.finish(file, at=self._worker.now(), rows_kept=self._storage.rows_kept)
            await store.end(connection, file)
        log.info("file.done", kind=file.kind, file=str(file.id), rows=file.rows_total, **file.tally._asdict())

    async def _locked(self, connection: AsyncConnection) -> FileJob:
        file = await store.lock_held(connection, self._file_id, holder=self._holder)
        if file is None:
            raise _FileLost
        return file


async def _behind(reading: OpenFile, after: int) -> AsyncGenerator[tuple[int, list[FileRow]]]:
    """The rows after the first `after`, each chunk with the number of rows before it."""
    first = 0
    async for rows in reading.chunks():
        done = max(0, after - first)
        if done < len(rows):
            yield first + done, rows[done:]
        first += len(rows)
