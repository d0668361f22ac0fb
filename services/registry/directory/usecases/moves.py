"""Institutions and their sites follow the region that they lie in when it moves to another one, or ends in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.directory.rules import institutions as rules
from services.registry.directory.rules.sites import list_
from services.registry.directory.store import institutions as store
from services.registry.directory.store import sites as site_store
from services.registry.plan.store import rulebook as rulebook_store
from shared.backbone import outbox
from shared.faults import forever
from shared.kernel.periods import business_day

log = structlog.get_logger()

POLL_SECONDS: Final = 60.0
_MOVED_A_TIME: Final = 500


async def work(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Let them follow in an endless loop; regions move a few times in ten years."""
    await forever("moved places", lambda: follow(engine, at=now()), pause_seconds=POLL_SECONDS)


async def follow(engine: AsyncEngine, *, at: datetime) -> bool:
    """Give institutions and sites the regions where they lie on the day of `at`, and publish it. False if all do.

    What was recorded of them before keeps its regions.
    """
    async with engine.begin() as connection:
        plan = (await rulebook_store.current(connection)).plan
        places = plan.moved_places(on=business_day(at))
        found = await store.misplaced(connection, places, limit=_MOVED_A_TIME)
        changes = [
            rules.change(each, replace(each, **places[each.region]._asdict()), expected=each.version, at=at)
            for each in found
        ]
        for after, _ in changes:
            await store.save(connection, after)
        await outbox.record(connection, *(fact for _, fact in changes if fact is not None))
        sites = [
            site.moved_to(places[site.region])
            for site in await site_store.misplaced(connection, places, limit=_MOVED_A_TIME)
        ]
        for site in sites:
            await site_store.save(connection, site)
        await outbox.record(connection, *(list_(site, at=at) for site in sites))
    if found or sites:
        log.info("places.moved", institutions=len(found), sites=len(sites))
    return bool(found or sites)
