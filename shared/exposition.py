"""GET /metrics: what Prometheus reads of a service, and of a worker that runs without HTTP."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from shared.edge.lanes import Limits
from shared.edge.routes import EdgeRoute
from shared.health import Backlog, backlog

log = structlog.get_logger()

routes = APIRouter(include_in_schema=False, route_class=EdgeRoute)

SHARED_BY_PROCESSES: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The library's variable: a directory in which the processes that share a port add up what they count."""

Gauges = Callable[[], Iterable[Metric]]
"""What a service tells beside what every service does."""


class _Found:
    """Metrics that are there already, for a library that asks collectors."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


@routes.get("/metrics")
async def get_prometheus_metrics(request: Request) -> Response:
    """What this process counted, and what waits in the database, in Prometheus' text format."""
    present = [*_of_process(request.app), *await _of_database(request.app)]
    return Response(counted() + generate_latest(_Found(present)), media_type=CONTENT_TYPE_LATEST)


def counted() -> bytes:
    """What this process counted, or all that share its port did."""
    if SHARED_BY_PROCESSES not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def _of_process(app: FastAPI) -> Iterator[Metric]:
    limits: Limits = app.state.limits
    queues = [*limits.lanes.values(), limits.readers]
    places = GaugeMetricFamily("skills_lane_places", "Places of a lane", labels=["lane"])
    in_use = GaugeMetricFamily("skills_lane_in_use", "Places of a lane that are taken", labels=["lane"])
    waiting = GaugeMetricFamily("skills_lane_waiting", "Requests that wait for a place in a lane", labels=["lane"])
    for each in queues:
        places.add_metric([each.name], each.places)
        in_use.add_metric([each.name], each.in_use)
        waiting.add_metric([each.name], each.waiting)
    yield from (places, in_use, waiting)
    yield GaugeMetricFamily(
        "skills_worker_stopped", "1 if the worker in this process has stopped", float(app.state.failure is not None)
    )
    for gauges in app.state.gauges:
        yield from gauges()


async def _of_database(app: FastAPI) -> list[Metric]:
    """What waits, unless the database is away: then what the process counted is told all the same."""
    try:
        found: Backlog = await app.state.probe.ask(backlog)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is told as a figure)
        log.warning("backlog.unknown", error=type(error).__name__)
        return [GaugeMetricFamily("skills_database_up", "1 if the database answers", 0)]
    return [
        GaugeMetricFamily("skills_database_up", "1 if the database answers", 1),
        GaugeMetricFamily("skills_outbox_facts", "Facts that wait to be published", found.outbox_facts),
        GaugeMetricFamily("skills_outbox_oldest_seconds", "Age of the oldest of them", found.outbox_oldest_seconds),
        GaugeMetricFamily("skills_dead_letters", "Facts that could not be applied", found.parked_events),
        GaugeMetricFamily("skills_stopped_subjects", "Subjects that wait behind them", found.parked_subjects),
        GaugeMetricFamily("skills_unequal_books", "Red cells of the books", found.unequal_books),
    ]


@asynccontextmanager
async def told_by_worker(host: str, port: int) -> AsyncGenerator[None]:
    """Serve what this process counted on a port of its own while the context lasts; none for port 0."""
    if port == 0:
        yield
        return
    server, thread = start_http_server(port, host)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
