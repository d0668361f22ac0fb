"""Metrics whose days end one by one, and what it answers about them."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from services.metrics.consumers import consumers
from services.metrics.history.usecases import close
from services.metrics.projection.store import BUILDING
from services.metrics.projection.usecases import rebuild
from services.metrics.worker import SERVICE
from shared.database import make_engine
from shared.kernel.periods import BUSINESS_ZONE
from tests.conftest import Database
from tests.registry.school import set_today
from tests.support.services import ServiceUnderTest, opened


async def metrics_on(
    log_url: str, database: Database, keys: Path, **changes: int
) -> AbstractAsyncContextManager[ServiceUnderTest]:
    """Metrics with a database of its own, on that log."""
    settings = SERVICE.settings(
        database_url=await database(SERVICE), SKILLS_LOG_URL=log_url, SKILLS_KEYS_DIRECTORY=keys
    )
    return opened(SERVICE, settings.model_copy(update=changes))


async def end(metrics: ServiceUnderTest, day: date) -> list[date]:
    """The day ends: soon after midnight it is closed."""
    set_today(metrics, day + timedelta(days=1))
    return await close(metrics.engine, at=datetime.combine(day + timedelta(days=1), time(0, 0, 2), BUSINESS_ZONE))


async def asked(metrics: ServiceUnderTest, path: str = "totals", **query: object) -> bytes:
    answer = await metrics.http.get(f"/v1/{path}", params={key: str(value) for key, value in query.items()})
    assert answer.status_code == 200, answer.text
    return answer.content


async def rows(metrics: ServiceUnderTest, **query: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(await asked(metrics, "totals", **query))["rows"]
    return found


async def rebuilt(metrics: ServiceUnderTest) -> None:
    building = make_engine(metrics.settings.database_url, name="rebuild", search_path=BUILDING)
    for consumer in consumers(metrics.settings):  # type: ignore[arg-type]
        await rebuild(consumer, live=metrics.engine, building=building, event_log=metrics.log)
    await building.dispose()
