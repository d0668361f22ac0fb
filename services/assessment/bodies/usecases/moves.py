"""Bodies follow the region that they lie in when it moves to another one, or ends in another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.assessment.bodies.store import bodies as store
from services.assessment.bodies.usecases.filing import move_to
from services.assessment.plan import store as plan_store
from shared.faults import forever
from shared.kernel.periods import business_day

log = structlog.get_logger()

POLL_SECONDS: Final = 60.0
_MOVED_A_TIME: Final = 500


async def work(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Let bodies follow in an endless loop; regions move a few times in ten years."""
    await forever("moved bodies", lambda: follow(engine, at=now()), pause_seconds=POLL_SECONDS)


async def follow(engine: AsyncEngine, *, at: datetime) -> bool:
    """Give bodies the regions where they lie on the day of `at`, and publish it. False if all lie there already.

    Their sessions and certificates keep the regions that reported them.
    """
    async with engine.begin() as connection:
        places = (await plan_store.load(connection)).moved_places(on=business_day(at))
        found = await store.misplaced(connection, places, limit=_MOVED_A_TIME)
        for body in found:
            await move_to(connection, body, **places[body.region]._asdict(), at=at)
    if found:
        log.info("bodies.moved", count=len(found))
    return bool(found)
