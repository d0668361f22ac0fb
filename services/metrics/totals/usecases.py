"""The board: answers kept ready as bytes, made anew when totals have changed, and the changes told to listeners."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.measures.rules.measures import Measure
from services.metrics.progress import rules as progress
from services.metrics.totals import store
from services.metrics.totals.store import Cut, Dimension

log = structlog.get_logger()

ANSWERS_MAX = 256
"""Queries kept ready; a query that nobody asked during the last IDLE_SECONDS is forgotten."""
IDLE_SECONDS = 30.0

Row = Mapping[str, Any]
Make = Callable[[AsyncConnection], Coroutine[Any, Any, object]]


@dataclass
class _Answer:
    make: Make
    body: bytes
    asked_at: float


class Board:
    """Answers from memory. When totals have changed, the queries that are in use are worked out anew, once each.

    A dashboard's load is many readers of few queries: a reader costs a dictionary look-up, and the cost of a change
    does not grow with the readers. An answer is behind the database by one refresh and the time of working it out.
    """

    def __init__(self, engine: AsyncEngine, *, refresh_seconds: float) -> None:
        self._engine = engine
        self._refresh_seconds = refresh_seconds
        self._revision: object = None
        self._refreshed = asyncio.Condition()
        self._refreshes = 0
        self._answers: dict[Hashable, _Answer] = {}

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
        while True:
            started = time.monotonic()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001  (the next look may find the database again)
                self._revision = None
                log.warning("board.look.failed", error=type(error).__name__)
            # At most half of the time goes into refreshing, however many cells there are.
            await asyncio.sleep(max(self._refresh_seconds, time.monotonic() - started))

    async def _look(self) -> None:
        async with self._engine.connect() as connection:
            revision = await store.revision(connection)
        if revision == self._revision:
            return
        unused_since = time.monotonic() - IDLE_SECONDS
        for key, answer in list(self._answers.items()):
            if answer.asked_at < unused_since:
                del self._answers[key]
            else:
                answer.body = await self._work_out(answer.make)
        async with self._refreshed:
            self._revision = revision
            self._refreshes += 1
            self._refreshed.notify_all()

    async def _work_out(self, make: Make) -> bytes:
        async with self._engine.connect() as connection:
            return orjson.dumps(await make(connection), default=str)

    def kept(self, key: Hashable) -> bytes | None:
        """The answer to `key` if it is kept ready."""
        answer = self._answers.get(key)
        if answer is None or self._revision is None:
            return None
        answer.asked_at = time.monotonic()
        return answer.body

    async def answer(self, key: Hashable, make: Make) -> bytes:
        """The answer to `key` as JSON; `make` works it out, now if it is new and again whenever totals change."""
        body = self.kept(key)
        if body is None:
            body = await self._work_out(make)
            if len(self._answers) < ANSWERS_MAX:
                self._answers[key] = _Answer(make, body, time.monotonic())
        return body

    async def changes(self, cut: Cut) -> AsyncGenerator[dict[str, object]]:
        """First all cells of `cut`, then, whenever some have changed, those; each with `as_of`."""
        known: dict[tuple[object, ...], Row] | None = None
        refreshes = -1
        while True:
            async with self._refreshed:
                await self._refreshed.wait_for(lambda: self._revision is not None and self._refreshes != refreshes)  # noqa: B023
                refreshes = self._refreshes
            view = orjson.loads(await self.answer(("totals", cut), lambda connection: totals(connection, cut)))
            rows = {tuple(row[dimension] for dimension in cut.by): row for row in view["rows"]}
            changed = [row for key, row in rows.items() if known is None or known.get(key) != row]
            if changed or known is None:
                yield {"as_of": view["as_of"], "cells": changed, "total": view["total"]}
            known = rows


async def as_of(connection: AsyncConnection) -> dict[str, object]:
    """How far each topic has been applied, and when."""
    topics = {each.topic: {"facts": each.facts, "applied_at": each.at} for each in await store.applied(connection)}
    return {"read_at": datetime.now(UTC), "topics": topics}


async def totals(connection: AsyncConnection, cut: Cut) -> dict[str, object]:
    """The totals of `cut`, their sum, and what they are as of. Read in one snapshot."""
    await _one_snapshot(connection)
    rows = await store.totals(connection, cut)
    total = {measure.value: sum(row[measure] for row in rows) for measure in Measure}
    return {"as_of": await as_of(connection), "by": cut.by, "rows": rows, "total": total}


async def plan_progress(connection: AsyncConnection, cut: Cut) -> dict[str, object]:
    """Progress of every programme and indicator, in the plan's year unless `cut` names days (or a region or level)."""
    await _one_snapshot(connection)
    programmes = await store.programmes(connection)
    if cut.first_day is None and cut.last_day is None and programmes:
        year = max(programme.year for programme in programmes.values())
        cut = replace(cut, first_day=date(year, 1, 1), last_day=date(year, 12, 31))
    by_programme = replace(cut, by=(Dimension.PROGRAMME,), programme=None)
    rows = await store.totals(connection, by_programme)
    reached = {row["programme"]: {measure: row[measure] for measure in Measure} for row in rows}
    total = {measure: sum(row[measure] for row in rows) for measure in Measure}
    return {
        "as_of": await as_of(connection),
        "first_day": cut.first_day,
        "last_day": cut.last_day,
        "programmes": progress.by_programme(programmes, reached),
        "indicators": progress.by_indicator(await store.indicators(connection), total),
    }


async def names(connection: AsyncConnection) -> dict[str, object]:
    """[Chinese, English] by code, of programmes and regions."""
    return {kind: await store.names(connection, kind) for kind in ("programmes", "regions")}


async def _one_snapshot(connection: AsyncConnection) -> None:
    await connection.execution_options(isolation_level="REPEATABLE READ")
