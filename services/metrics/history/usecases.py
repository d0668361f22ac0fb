"""Close each day when it has ended, and read what was known on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.history import rules, store
from services.metrics.history.rules import Known
from services.metrics.measures.usecases import CONSUMER
from services.metrics.plan.rules import RegionMap
from shared.backbone import positions
from shared.faults import forever
from shared.kernel.periods import business_day

log = structlog.get_logger()

LOOK_SECONDS: Final = 1.0


async def work(engine: AsyncEngine, *, now: Callable[[], datetime]) -> None:
    """Close every day that has ended, in an endless loop."""

    async def step() -> bool:
        await close(engine, at=now())
        return False

    await forever("closing of days", step, pause_seconds=LOOK_SECONDS)


async def close(engine: AsyncEngine, *, at: datetime) -> list[date]:
    """Keep what is known now as known at the end of the days that have ended before `at`; returns those days.

    Days whose end no worker saw have what the first one finds: nothing was applied in between.
    """
    today = business_day(at)
    async with engine.connect() as connection:
        if not await _ended(connection, today):
            return []
    async with engine.begin() as connection:
        # No batch is applied and no rebuild is swapped in meanwhile; another worker that closes waits and finds it
        # done. It takes as long as comparing the cells with the closings: some seconds for a million.
        await positions.lock(connection, CONSUMER)
        days = await _ended(connection, today)
        if days:
            await store.close(connection, days, consumer=CONSUMER, at=at)
    if days:
        log.info("days.closed", first=str(days[0]), last=str(days[-1]))
    return days


async def _ended(connection: AsyncConnection, today: date) -> list[date]:
    closed = await store.closed(connection)
    return list(rules.to_close(None if closed is None else closed[1], today=today))


async def read_as_known(connection: AsyncConnection, day: date, by: RegionMap, *, today: date) -> Known:
    """Until the transaction ends, read what was known at the end of `day`; of a day without a closing what is known.

    By the map of now, places lie where they do today, as it is told by now. Raises DayNotKnown.
    """
    closed = await store.closed(connection)
    known = rules.known(day, await store.find(connection, day), closed=closed, today=today)
    if known.is_final:
        await store.read_as_known(connection, day, map_day=today if by is RegionMap.NOW else day)
    return known
