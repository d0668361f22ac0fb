"""The board: answers kept ready as bytes, made anew when totals have changed, and the changes told to listeners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.domain import progress
from services.metrics.domain.measures import Measure
from services.metrics.store import totals as store
from services.metrics.store.totals import Cut, Dimension

log = structlog.get_logger()

_ANSWERS_MAX = 512

Row = Mapping[str, Any]
Key = tuple[object, ...]
Make = Callable[[AsyncConnection], Coroutine[Any, Any, object]]


@dataclass
class _Answer:
    revision: object
    body: bytes


class Board:
    """Answers queries from memory as long as nothing has changed; each query is worked out once per change at most.

    A dashboard's load is many readers of few queries, so what a reader costs is a dictionary look-up, and what a
    change costs does not grow with the readers.
    """

    def __init__(self, engine: AsyncEngine, *, refresh_seconds: float) -> None:
        self._engine = engine
        self._refresh_seconds = refresh_seconds
        self._revision: object = None
        self._changed = asyncio.Condition()
        self._answers: dict[Hashable, _Answer] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Look for changes while the context lasts."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            try:
                async with self._engine.connect() as connection:
                    revision = await store.revision(connection)
                if revision != self._revision:
                    async with self._changed:
                        self._revision = revision
                        self._changed.notify_all()
            except Exception as error:  # noqa: BLE001  (the next look may find the database again)
                self._revision = None
                log.warning("board.watch.failed", error=type(error).__name__)
            await asyncio.sleep(self._refresh_seconds)

    async def answer(self, key: Hashable, make: Make) -> bytes:
        """The answer to `key` as JSON, at most one refresh behind the database."""
        kept = self._answers.get(key)
        if kept is not None and kept.revision == self._revision and self._revision is not None:
            return kept.body
        async with self._locks.setdefault(key, asyncio.Lock()):
            kept = self._answers.get(key)
            if kept is not None and kept.revision == self._revision and self._revision is not None:
                return kept.body
            revision = self._revision
            async with self._engine.connect() as connection:
                body = orjson.dumps(await make(connection), default=str)
            if len(self._answers) >= _ANSWERS_MAX:
                self._answers.clear()
                self._locks.clear()
            self._answers[key] = _Answer(revision, body)
            return body

    async def changes(self, cut: Cut) -> AsyncGenerator[dict[str, object]]:
        """First all cells of `cut`, then, whenever some have changed, those; each with `as_of`."""
        known: dict[Key, Row] = {}
        seen: object = object()
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._revision is not None and self._revision != seen)  # noqa: B023
                seen = self._revision
            view = orjson.loads(await self.answer(("totals", cut), lambda connection: totals(connection, cut)))
            rows = {tuple(row[dimension] for dimension in cut.by): row for row in view["rows"]}
            changed = [row for key, row in rows.items() if known.get(key) != row]
            if changed or not known:
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


async def _one_snapshot(connection: AsyncConnection) -> None:
    await connection.execution_options(isolation_level="REPEATABLE READ")
