"""How far totals are behind the log, and answers that wait until something has been applied."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.measures.store import known_versions
from services.metrics.totals import store
from services.metrics.totals.rules.positions import MinPosition
from shared.backbone.log import EventLog
from shared.faults import forever
from shared.kernel.refusals import Conflict

LOOK_SECONDS: Final = 1.0
"""Time between two looks at the ends of the log."""
STALE_AFTER: Final = timedelta(seconds=10)
"""If nobody has looked for so long, the worker stands still, and nothing can be said about what it has missed."""
WAIT_SECONDS_MAX: Final = 4.0
_POLL_SECONDS: Final = 0.05


class NotAppliedYet(Conflict):
    slug = "not-applied-yet"
    title_en = "What you want to see in the totals has not been applied yet."
    title_zh = "所等待的数据尚未计入汇总。"
    cure_en = "Repeat the request after the time in Retry-After; the totals without min_position say how far they are."
    cure_zh = "请在 Retry-After 指定的时间后重试；不带 min_position 的汇总结果会说明当前进度。"
    passes_after_s = 1


async def watch_log(engine: AsyncEngine, event_log: EventLog, topics: Collection[str]) -> None:
    """Keep where `topics` end beside the totals, in an endless loop."""

    async def look() -> bool:
        ends = await event_log.ends(topics)
        async with engine.begin() as connection:
            await store.keep_ends(connection, ends)
        return False

    try:
        await forever("ends of the log", look, pause_seconds=LOOK_SECONDS)
    finally:
        await event_log.close()


async def as_of(connection: AsyncConnection, *, at: datetime | None = None) -> dict[str, object]:
    """Up to which position of each topic the totals are true, and how many facts the log has beyond that.

    `behind` is None where nobody has looked at the log lately: then the worker stands still. `at` is when the tables
    were as they are read, by default now.
    """
    now = at or datetime.now(UTC)
    topics = {
        each.topic: {
            "facts": each.facts,
            "applied_at": each.at,
            "behind": None
            if each.seen_at is None or now - each.seen_at > STALE_AFTER
            else max(0, each.ends - each.facts),
            "seen_at": each.seen_at,
        }
        for each in await store.applied(connection)
    }
    return {"read_at": now, "topics": topics}


async def wait_for(engine: AsyncEngine, position: MinPosition) -> None:
    """Return once what is in `position` has been applied. Raises NotAppliedYet after WAIT_SECONDS_MAX."""
    until = time.monotonic() + WAIT_SECONDS_MAX
    while True:
        async with engine.connect() as connection:
            topics = {each.topic: each.facts for each in await store.applied(connection)}
            records = await known_versions(connection, list(position.records))
        if position.is_reached(topics, records):
            return
        if time.monotonic() >= until:
            raise NotAppliedYet(pointer="/min_position")
        await asyncio.sleep(_POLL_SECONDS)
