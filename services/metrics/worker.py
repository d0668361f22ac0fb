"""Where the event process of metrics is wired, and what makes the package a service."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.metrics.alerts import usecases as alerts
from services.metrics.books import usecases as books
from services.metrics.consumers import consumers
from services.metrics.history import usecases as history
from services.metrics.projection.store import BUILDING, SEARCH_PATH
from services.metrics.projection.usecases import Comparison, RebuildRunning, rebuild
from services.metrics.settings import MetricsSettings
from services.metrics.totals.usecases.freshness import watch_log
from shared.database import WORKER_STATEMENT_MS, make_engine
from shared.service import Job, Service, open_log, worker_engine

SHOWN_MAX: Final = 50
"""Differences that are printed; their number is always said."""


async def run_rebuild(settings: MetricsSettings, chosen: argparse.Namespace) -> None:
    """Rebuild all totals from the log, print where they differ, and swap them in unless they are only compared."""
    swaps = chosen.command == "rebuild"
    live, event_log = worker_engine(SERVICE, settings), open_log(settings)
    building = make_engine(
        settings.database_url, name="metrics rebuild", statement_ms=WORKER_STATEMENT_MS, search_path=BUILDING
    )
    try:
        for consumer in consumers(settings):
            limit = settings.batch_facts_max
            _show(await rebuild(consumer, live=live, building=building, event_log=event_log, swaps=swaps, limit=limit))
    except RebuildRunning:
        sys.exit("Another rebuild is running. Wait until it ends: its totals will be as new as yours would have been.")
    finally:
        await event_log.close()
        await building.dispose()
        await live.dispose()


def _show(found: Comparison) -> None:
    lines = [
        f"{each.measure} {each.plan_year} {each.programme} {each.reporting_region}: {each.served} served, "
        f"{each.rebuilt} rebuilt, in {each.cells} cells"
        for each in found.differences[:SHOWN_MAX]
    ]
    cells = sum(each.cells for each in found.differences)
    lines.append(f"{cells} cells differ, of {len(found.differences)} measures by programme and region.")
    if not found.is_exact:
        lines.append("The worker had applied other facts, so some differences may be facts that only one side has.")
    sys.stdout.write("\n".join(lines) + "\n")


def jobs(settings: MetricsSettings, engine: AsyncEngine) -> list[Job]:
    """Background jobs of metrics, beside the fold."""
    heard = {topic for consumer in consumers(settings) for topic in consumer.topics}
    watching = watch_log(engine, open_log(settings), sorted(heard))
    return [
        watching,
        books.work(engine, seconds=settings.books_seconds),
        alerts.work(engine, now=settings.now),
        history.work(engine, now=settings.now),
    ]


SERVICE = Service(
    name="metrics",
    settings=MetricsSettings,
    consumers=consumers,
    jobs=jobs,
    search_path=SEARCH_PATH,
    extra_commands=(
        ("rebuild", "rebuild all totals from the log, print what differs, then swap them in", (), run_rebuild),
        ("compare-rebuild", "the same without swapping: the served totals stay", (), run_rebuild),
    ),
)
