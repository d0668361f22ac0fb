"""Rebuild the projection from the log beside the live one, compare, swap: readers see the old figures until then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.metrics.projection import store
from services.metrics.projection.store import Difference
from shared.backbone import positions
from shared.backbone.consumer import Consumer, catch_up
from shared.backbone.log import EventLog

log = structlog.get_logger()

ATTEMPTS: Final = 3
"""Times to catch up with the live worker, so that both have applied the same facts when they are compared."""
PROGRESS_SECONDS: Final = 5.0


class RebuildRunning(Exception):
    """Another rebuild fills the schema at this moment."""


class Comparison(NamedTuple):
    """Where rebuilt and served totals differ; exact if the same facts had been applied to both."""

    differences: list[Difference]
    is_exact: bool


async def rebuild(
    consumer: Consumer,
    *,
    live: AsyncEngine,
    building: AsyncEngine,
    event_log: EventLog,
    swaps: bool = True,
    limit: int = 20_000,
) -> Comparison:
    """Fill a fresh schema from the beginning of the log, compare it with the live one and put it in its place.

    With `swaps` false the live one stays, and what was built is thrown away. `building` is an engine whose search path
    is the BUILDING schema, filled by batches of `limit` facts. What is left of a rebuild that did not end is thrown
    away first. The live worker goes on meanwhile, and after the swap reads on from the rebuilt positions. Raises
    RebuildRunning.
    """
    async with store.taking_building(live) as taken:
        if not taken:
            raise RebuildRunning
        async with live.begin() as connection:
            await store.make_building(connection)
        found = None
        for attempt in range(1, ATTEMPTS + 1):
            async with _telling_progress(consumer, live, event_log):
                # A group of its own, so that a rebuild on Kafka takes no partition from the live worker.
                group = f"{consumer.name}-rebuild"
                await catch_up(consumer, engine=building, event_log=event_log, limit=limit, group=group)
            found = await _compare_and_swap(consumer, live, swaps=swaps, is_last=attempt == ATTEMPTS)
            if found is not None:
                break
    assert found is not None
    log.info("projection.rebuilt", consumer=consumer.name, swapped=swaps, differences=len(found.differences))
    return found


async def _compare_and_swap(consumer: Consumer, live: AsyncEngine, *, swaps: bool, is_last: bool) -> Comparison | None:
    """None, with nothing done, if one of them has applied more than the other, unless it is the last attempt."""
    async with live.begin() as connection:
        # The worker's batches take this lock first, so none is half way when the tables change under it.
        await positions.lock(connection, consumer.name)
        is_exact = await store.at_one_position(connection, consumer.name)
        if not is_exact and not is_last:
            return None
        found = Comparison(await store.differences(connection), is_exact)
        await (store.swap(connection) if swaps else store.drop_building(connection))
    return found


@asynccontextmanager
async def _telling_progress(consumer: Consumer, live: AsyncEngine, event_log: EventLog) -> AsyncGenerator[None]:
    """Log how far the rebuild is while the context lasts."""
    end = sum((await event_log.ends(consumer.topics)).values())

    async def tell() -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            async with live.connect() as connection:
                applied = await store.facts_applied(connection, consumer.name)
            log.info("projection.rebuilding", facts=applied, of=end, percent=round(100 * applied / max(1, end)))

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
