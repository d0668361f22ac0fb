"""Judge once a day who has fallen behind the plan, and tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.alerts import rules, store
from services.metrics.alerts.rules import Compared, Judged
from services.metrics.pace.rules import Method, Pace
from services.metrics.pace.usecases import Along, paces
from services.metrics.plan import store as plan_store
from services.metrics.plan.rules import YearPlan
from services.metrics.targets.rules import TOTAL, Aim
from services.metrics.totals import store as total_store
from services.metrics.totals.usecases.sums import KeptCells
from services.metrics.totals.usecases.totals import one_snapshot
from shared.backbone import outbox
from shared.faults import forever
from shared.kernel.ids import new_id
from shared.kernel.periods import BUSINESS_ZONE, business_day

log = structlog.get_logger()

LOOK_SECONDS: Final = 60.0
FROM_HOUR: Final = 6
"""From this hour on the day before is judged: what was posted in its last minutes has been counted by then."""
BEHIND_MAX: Final = 1_000
"""With more facts that are not applied yet, nobody is judged: they may be behind only because metrics is."""


async def work(engine: AsyncEngine, *, now: Callable[[], datetime]) -> None:
    """Judge every day, in an endless loop."""

    async def step() -> bool:
        await judge(engine, at=now())
        return False

    await forever("pace alerts", step, pause_seconds=LOOK_SECONDS)


async def judge(engine: AsyncEngine, *, at: datetime) -> int:
    """Judge the day before `at`, unless that was done or cannot be done yet; returns how many alerts changed."""
    today = business_day(at)
    day = today - timedelta(days=1)
    if at.astimezone(BUSINESS_ZONE).hour < FROM_HOUR:
        return 0
    async with engine.connect() as connection:
        await one_snapshot(connection)
        judged_on = await store.judged_on(connection)
        if (judged_on is not None and judged_on >= day) or not await _has_caught_up(connection):
            return 0
        meant = next((each for each in await plan_store.plans(connection) if each.year == day.year), None)
        if meant is None:
            return 0
        judged = await _judged(connection, meant, day, today=today)
    async with engine.begin() as connection:
        if not await store.alone(connection):
            return 0
        open_ = await store.open_alerts(connection)
        found = rules.judge(open_, judged, plan=meant.code, ids=_ids(), at=at)
        await store.keep(connection, [alert for alert, _ in found])
        await store.note_judged(connection, meant.code, day, at=at)
        await outbox.record(connection, *(fact for _, fact in found))
    log.info("pace.judged", day=str(day), open=sum(alert.ended_at is None for alert, _ in found), told=len(found))
    return len(found)


async def _has_caught_up(connection: AsyncConnection) -> bool:
    return all(each.ends - each.facts <= BEHIND_MAX for each in await total_store.applied(connection))


async def _judged(connection: AsyncConnection, meant: YearPlan, day: date, *, today: date) -> Judged:
    found: dict[Compared, Pace] = {}
    method = Method.LINEAR
    cells = await KeptCells().seen_by(connection)  # once a day
    for aim in Aim:
        for along in Along:
            compared = await paces(connection, cells, meant, along, aim, day=day, today=today)
            method = compared.shape.method
            found |= {Compared(meant.code, along, aim, each.key): each for each in compared.rows}
            if along is Along.PROGRAMME:
                found[Compared(meant.code, along, aim, TOTAL)] = compared.total
    return Judged(day, method, found)


def _ids() -> Iterator[UUID]:
    while True:
        yield new_id()
