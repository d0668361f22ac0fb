"""The work on roster files, beside the requests: read, decide a chunk at a time, remember how far, report.

A chunk's rows, what is reported of them, and how far the file is are stored in one transaction. So a worker can be
ended at any moment, and the next one goes on with the first row that has no answer yet.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.registry.rosters.rules import files as rules
from services.registry.rosters.rules.files import ATTEMPTS_MAX, RosterFile, RosterFileFailed, Tally
from services.registry.rosters.rules.rehearsals import Rehearsed
from services.registry.rosters.store import files as store
from services.registry.rosters.usecases.chunks import Chunk, Parts, chunks, decide, reported
from services.registry.rosters.usecases.spreadsheets.reading import Opened, opened
from shared.faults import LOCK_NOT_AVAILABLE, Backoff, is_passing, state_of
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Refusal

log = structlog.get_logger()

POLL_SECONDS: Final = 0.3
_TRIES: Final = 5
"""Of one chunk, while others are in its way."""
_WAIT_SECONDS: Final = 0.2
_RACE_STATES: Final = ("23505", "23P01")
"""Somebody else stored the same first: the next try sees it, and refuses the row properly."""


class _Lost(Exception):
    """Another worker has taken the file, or it is not as far as this one thinks."""


async def work(engine: AsyncEngine, parts: Parts) -> None:
    """Work on files for ever, one at a time; backs off while the database is away."""
    backoff = Backoff("roster files")
    while True:
        try:
            worked = await work_one(engine, parts)
        except Exception as error:  # noqa: BLE001  (whatever it was, the file goes on from where it is)
            await backoff.wait(error)
            continue
        backoff.reset()
        if not worked:
            await asyncio.sleep(POLL_SECONDS)


async def work_one(engine: AsyncEngine, parts: Parts) -> bool:
    """Take the oldest file that nobody works on, and work on it to its end. False if there is none."""
    holder = new_id()
    async with engine.begin() as connection:
        file = await store.lock_next(connection, at=parts.now())
        if file is None:
            return False
        if file.attempts >= ATTEMPTS_MAX:
            await _refuse(connection, file, RosterFileFailed(rows_done=file.tally.rows), parts)
            return True
        if file.dry_run:
            await store.forget_rows(connection, file.id)
        file = rules.take(file)
        await store.save(connection, file, holder=holder, at=parts.now())
    await _Work(engine, parts, file.id, holder).run(file)
    return True


async def _refuse(connection: AsyncConnection, file: RosterFile, refusal: Refusal, parts: Parts) -> None:
    problem = parts.told(RowOutcome(0, "refused", refusal=refusal))[0]
    await store.end(connection, rules.refuse(file, problem, at=parts.now(), rows_kept=parts.rows_kept))
    log.warning("roster-file.refused", file=str(file.id), code=refusal.slug, rows=file.tally.rows)


class _Work:
    """The work on one file, by one holder."""

    def __init__(self, engine: AsyncEngine, parts: Parts, file_id: UUID, holder: UUID) -> None:
        self._engine = engine
        self._parts = parts
        self._file_id = file_id
        self._holder = holder

    async def run(self, file: RosterFile) -> None:
        """Work to the end; if something gets in the way, the file is free for the next worker at once."""
        try:
            await self._run(file)
        except BaseException as error:
            async with self._engine.begin() as connection:
                await store.release(connection, self._file_id, holder=self._holder)
            if not isinstance(error, _Lost):
                raise
            log.warning("roster-file.lost", file=str(self._file_id))

    async def _run(self, file: RosterFile) -> None:
        async with self._engine.connect() as connection:
            sealed = await store.content(connection, file.id)
        content = self._parts.seal.open(sealed, owner=file.id.bytes)
        try:
            async with opened(file.form, content, names_class=file.class_id is None) as reading:
                del sealed, content
                await self._decide(file, reading)
        except Refusal as refusal:
            async with self._engine.begin() as connection:
                await _refuse(connection, await self._locked(connection), refusal, self._parts)

    async def _decide(self, file: RosterFile, reading: Opened) -> None:
        rehearsed = Rehearsed()
        async with aclosing(chunks(reading, self._parts, after=file.tally.rows)) as found:
            async for chunk in found:
                await _tried(partial(self._decide_chunk, chunk, reading, rehearsed))
                rehearsed.keep()
        await self._finish(reading)

    async def _decide_chunk(self, chunk: Chunk, reading: Opened, rehearsed: Rehearsed) -> None:
        async with self._engine.begin() as connection:
            file = await self._locked(connection)
            if file.tally.rows == chunk.first + len(chunk.rows):
                # It was committed by the try before, and only the word of it was lost.
                return
            if file.tally.rows != chunk.first:
                raise _Lost
            outcomes = await decide(connection, file, chunk, self._parts, rehearsed)
            await self._save(connection, file, chunk, outcomes, reading)

    async def _save(
        self,
        connection: AsyncConnection,
        file: RosterFile,
        chunk: Chunk,
        outcomes: Sequence[RowOutcome],
        reading: Opened,
    ) -> None:
        counts = Counter(outcome.outcome for outcome in outcomes)
        tally = Tally(counts["accepted"], counts["repeated"], counts["refused"])
        await store.add_rows(connection, file.id, reported(file, chunk, outcomes, self._parts))
        file = rules.count(file, tally, rows_total=reading.rows_total, rows_hidden=reading.rows_hidden)
        await store.save(connection, file, holder=self._holder, at=self._parts.now())

    async def _finish(self, reading: Opened) -> None:
        async with self._engine.begin() as connection:
            file = replace(await self._locked(connection), rows_total=reading.rows_total)
            file = rules.finish(file, at=self._parts.now(), rows_kept=self._parts.rows_kept)
            await store.end(connection, file)
        log.info("roster-file.done", file=str(file.id), rows=file.rows_total, **file.tally._asdict())

    async def _locked(self, connection: AsyncConnection) -> RosterFile:
        file = await store.lock_held(connection, self._file_id, holder=self._holder)
        if file is None:
            raise _Lost
        return file


async def _tried(step: Callable[[], Awaitable[None]]) -> None:
    """Do `step`, again while somebody else is in its way. Waits for a lock are not counted: its holder will be done."""
    tries_left = _TRIES
    while True:
        try:
            await step()
            return
        except (DBAPIError, asyncpg.PostgresError) as error:
            state = state_of(error)
            tries_left -= state != LOCK_NOT_AVAILABLE
            if tries_left == 0 or not (state in _RACE_STATES or is_passing(error)):
                raise
            await asyncio.sleep(_WAIT_SECONDS)
