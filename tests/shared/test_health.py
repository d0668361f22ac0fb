"""How a service says how it is."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import text

from services.metrics.worker import SERVICE as METRICS
from services.registry.worker import SERVICE as REGISTRY
from shared.edge.lanes import Lane, Limits
from tests.conftest import OpenService


async def test_the_backlog_tells_what_waits_its_age_and_what_is_parked(open_service: OpenService) -> None:
    registry = await open_service(REGISTRY)
    async with registry.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO outbox (topic, subject, version, event, recorded_at) VALUES"
                " ('registry', 'classes/1', 1, '', now() - interval '1 hour'), ('registry', 'classes/1', 2, '', now())"
            )
        )
        await connection.execute(
            text(
                'INSERT INTO dead_letter (consumer, topic, partition, "offset", subject, event, reason) VALUES'
                " ('c', 't', 0, 0, 's/1', '', 'x'), ('c', 't', 0, 1, 's/1', '', 'x'), ('c', 't', 0, 2, 's/2', '', 'x')"
            )
        )

    backlog = (await registry.http.get("/health/backlog")).json()

    assert backlog.pop("outbox_oldest_seconds") >= 3600
    assert backlog == {"outbox_facts": 2, "parked_subjects": 2, "parked_events": 3, "unequal_books": 0}


async def test_a_service_that_tells_nothing_has_an_empty_outbox(open_service: OpenService) -> None:
    metrics = await open_service(METRICS)

    assert (await metrics.http.get("/health/backlog")).json() == {
        "outbox_facts": 0, "outbox_oldest_seconds": 0.0, "parked_subjects": 0, "parked_events": 0,
        "unequal_books": 0,
    }  # fmt: skip


async def test_a_stopped_worker_makes_the_service_unready_and_says_what_stopped_it(open_service: OpenService) -> None:
    registry = await open_service(REGISTRY)
    assert (await registry.http.get("/health/ready")).json()["status"] == "ready"

    registry.http._transport.app.state.failure = "LogTruncated"  # type: ignore[attr-defined]

    answer = await registry.http.get("/health/ready")
    assert (answer.status_code, answer.json()["reason"]) == (503, "LogTruncated")


async def test_a_busy_service_is_ready_and_says_which_lane_is_full(open_service: OpenService) -> None:
    registry = await open_service(REGISTRY)
    limits: Limits = registry.http._transport.app.state.limits  # type: ignore[attr-defined]
    async with AsyncExitStack() as taken:
        for _ in range(registry.settings.bulk_connections):
            await taken.enter_async_context(limits.lanes[Lane.BULK].place("somebody"))

        answer = await registry.http.get("/health/ready")

    assert (answer.status_code, answer.json()["status"], answer.json()["full"]) == (200, "busy", ["bulk"])
    assert answer.json()["lanes"]["bulk"] == {"places": 3, "in_use": 3, "waiting": 0}


async def test_health_has_a_connection_that_requests_cannot_take(open_service: OpenService) -> None:
    registry = await open_service(REGISTRY)
    engine = registry.http._transport.app.state.engines  # type: ignore[attr-defined]
    async with AsyncExitStack() as taken:
        for _ in range(registry.settings.interactive_connections):
            await taken.enter_async_context(engine.connect())

        answers = await asyncio.gather(*(registry.http.get("/health/ready") for _ in range(100)))

    assert {answer.status_code for answer in answers} == {200}
