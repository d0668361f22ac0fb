"""Rebuild the projection from the log beside the live one, then swap: readers see the old figures until then."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.metrics.projection import store
from shared.backbone import positions
from shared.backbone.consumer import Consumer, catch_up
from shared.backbone.log import EventLog

log = structlog.get_logger()


class RebuildRunning(Exception):
    """Another rebuild fills the schema at this moment."""


async def rebuild(consumer: Consumer, *, live: AsyncEngine, building: AsyncEngine, event_log: EventLog) -> None:
    """Fill a fresh schema from the beginning of the log and put it in the place of the live one.

    `building` is an engine whose search path is the BUILDING schema. What is left of a rebuild that did not end is
    thrown away first. The live worker goes on meanwhile, and after the swap reads on from the rebuilt positions.
    Raises RebuildRunning.
    """
    async with store.taking_building(live) as taken:
        if not taken:
            raise RebuildRunning
        await _rebuild(consumer, live=live, building=building, event_log=event_log)


async def _rebuild(consumer: Consumer, *, live: AsyncEngine, building: AsyncEngine, event_log: EventLog) -> None:
    async with live.begin() as connection:
        await store.make_building(connection)
    # A group of its own, so that a rebuild on Kafka takes no partition from the live worker.
    await catch_up(consumer, engine=building, event_log=event_log, group=f"{consumer.name}-rebuild")
    async with live.begin() as connection:
        # The worker's batches take this lock first, so none is half way when the tables change under it.
        await positions.lock(connection, consumer.name)
        await store.swap(connection)
    log.info("projection.rebuilt", consumer=consumer.name)
