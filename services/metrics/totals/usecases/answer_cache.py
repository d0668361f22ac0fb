"""Answers kept ready as bytes, recomputed when totals have changed, with the changes sent to listeners."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.totals import store
from services.metrics.totals.rules import MinPosition
from services.metrics.totals.store import Cut
from services.metrics.totals.usecases.freshness import wait_for
from services.metrics.totals.usecases.totals import totals
from shared.faults import Backoff

ANSWERS_MAX: Final = 256
"""Queries kept ready; a query without a request during the last IDLE_SECONDS is dropped."""
SPELLINGS_MAX: Final = 1024
"""Ways of writing queries that are known without parsing them."""
SPELLING_BYTES_MAX: Final = 512
IDLE_SECONDS: Final = 30.0

Row = Mapping[str, Any]
CellKey = tuple[object, ...]
Spelling = tuple[str, bytes]
"""A question as it was written: its path and its parameters."""
Make = Callable[[AsyncConnection], Coroutine[Any, Any, Any]]


@dataclass
class _Answer:
    """`value` as `make` worked it out, and as JSON in `body`."""

    make: Make
    value: Any
    body: bytes
    asked_at: float
    is_asked_again: bool = False


class _Cells(NamedTuple):
    """The cells of one state of a cut, and those that are not as they were in the state `before`."""

    view: Mapping[str, Any]
    rows: Mapping[CellKey, Row]
    before: Mapping[str, Any] | None
    changed: Sequence[Row]


class AnswerCache:
    """Answers from memory. When totals have changed, the queries in use are recomputed, once each.

    A dashboard's load is many readers of few queries: a reader costs a dictionary look-up, and the cost of a change
    does not grow with the readers. An answer is behind the database by one refresh and the time of working it out.
    Answers are kept by what is meant, however it is written; those that were asked for once make room for others, so
    made-up questions do not push out what a dashboard asks for again and again.
    """

    def __init__(
        self, engine: AsyncEngine, *, board: AsyncEngine, refresh_seconds: float, today: Callable[[], date]
    ) -> None:
        """Questions are worked out with `engine`; with `board`, which no question can take, answers are kept fresh."""
        self._engine = engine
        self._board = board
        self.today = today
        self._refresh_seconds = refresh_seconds
        self._revision: object = None
        self._refreshed = asyncio.Condition()
        self._refreshes = 0
        self._answers: dict[Hashable, _Answer] = {}
        self._meant: dict[Spelling, Hashable] = {}
        self._cells: dict[Cut, _Cells] = {}

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Keep the answers fresh while the context lasts; outside of it each question is worked out when asked."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._revision = None

    async def _watch(self) -> None:
        backoff = Backoff("answers")
        while True:
            started = time.monotonic()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001  (the next look may find the database again)
                self._revision = None
                await backoff.wait(error)
                continue
            backoff.reset()
            # At most half of the time goes into refreshing, however many cells there are.
            await asyncio.sleep(max(self._refresh_seconds, time.monotonic() - started))

    async def _look(self) -> None:
        async with self._board.connect() as connection:
            # The plan and the map that are meant by default change with the day.
            revision = (await store.revision(connection), self.today())
        if revision == self._revision:
            return
        unused_since = time.monotonic() - IDLE_SECONDS
        for key, answer in list(self._answers.items()):
            if answer.asked_at < unused_since:
                self._answers.pop(key, None)
            else:
                answer.value, answer.body = await _worked_out(self._board, answer.make)
        self._cells = {cut: cells for cut, cells in self._cells.items() if _key(cut) in self._answers}
        async with self._refreshed:
            self._revision = revision
            self._refreshes += 1
            self._refreshed.notify_all()

    def kept(self, spelling: Spelling) -> bytes | None:
        """The answer to what was written as JSON, if it is kept ready and was written so before."""
        answer = self._kept(self._meant.get(spelling))
        return None if answer is None else answer.body

    async def answer(self, key: Hashable, make: Make, *, spelling: Spelling) -> bytes:
        """The answer to `key` as JSON; `make` works it out, now if it is new and again whenever totals change."""
        answer = await self._answer(self._engine, key, make)
        if key in self._answers and len(spelling[1]) <= SPELLING_BYTES_MAX:
            if len(self._meant) >= SPELLINGS_MAX:
                del self._meant[next(iter(self._meant))]
            self._meant[spelling] = key
        return answer.body

    async def since(self, position: MinPosition, make: Make) -> bytes:
        """An answer worked out once what is in `position` has been applied; it is not kept. Raises NotAppliedYet."""
        await wait_for(self._engine, position)
        _, body = await _worked_out(self._engine, make)
        return body

    def _kept(self, key: Hashable) -> _Answer | None:
        answer = self._answers.get(key)
        if answer is None or self._revision is None:
            return None
        answer.asked_at = time.monotonic()
        answer.is_asked_again = True
        return answer

    async def _answer(self, engine: AsyncEngine, key: Hashable, make: Make) -> _Answer:
        answer = self._kept(key)
        if answer is None:
            value, body = await _worked_out(engine, make)
            answer = _Answer(make, value, body, time.monotonic())
            self._keep(key, answer)
        return answer

    def _keep(self, key: Hashable, answer: _Answer) -> None:
        if len(self._answers) >= ANSWERS_MAX:
            once = [each for each, kept in self._answers.items() if not kept.is_asked_again]
            if not once:
                return
            del self._answers[min(once, key=lambda each: self._answers[each].asked_at)]
        self._answers[key] = answer

    async def changes(self, cut: Cut) -> AsyncGenerator[dict[str, object]]:
        """First all cells of `cut`, then, whenever some have changed, those; each with `as_of`."""
        seen: _Cells | None = None
        refreshes = -1
        while True:
            async with self._refreshed:
                await self._refreshed.wait_for(lambda: self._revision is not None and self._refreshes != refreshes)  # noqa: B023
                refreshes = self._refreshes
            cells = await self.cells(cut)
            changed = _told_to(seen, cells)
            if changed or seen is None:
                yield {"as_of": cells.view["as_of"], "cells": changed, "total": cells.view["total"]}
            seen = cells

    async def cells(self, cut: Cut) -> _Cells:
        """The cells of `cut`, compared with those before once, by whichever listener comes first.

        Raises UnknownPlan, UnknownProgramme, UnknownRegion.
        """
        answer = await self._answer(
            self._board, _key(cut), lambda connection: totals(connection, cut, today=self.today())
        )
        view: Mapping[str, Any] = answer.value
        known = self._cells.get(cut)
        if known is not None and known.view is view:
            return known
        rows = {tuple(row[dimension] for dimension in cut.by): row for row in view["rows"]}
        if known is None:
            cells = _Cells(view, rows, None, list(rows.values()))
        else:
            cells = _Cells(view, rows, known.view, _differing(known.rows, rows))
        self._cells[cut] = cells
        return cells


async def _worked_out(engine: AsyncEngine, make: Make) -> tuple[Any, bytes]:
    async with engine.connect() as connection:
        value = await make(connection)
    return value, orjson.dumps(value, default=str)


def _key(cut: Cut) -> Hashable:
    return ("cells", cut)


def _told_to(seen: _Cells | None, cells: _Cells) -> Sequence[Row]:
    """What a listener who has `seen` other cells is told of `cells`."""
    if seen is None:
        return list(cells.rows.values())
    if cells.before is seen.view:
        return cells.changed
    # A listener who was too slow for a refresh.
    return _differing(seen.rows, cells.rows)


def _differing(before: Mapping[CellKey, Row], now: Mapping[CellKey, Row]) -> Sequence[Row]:
    return [row for key, row in now.items() if before.get(key) != row]
