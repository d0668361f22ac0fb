"""Health of a service, for orchestration and monitoring."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.edge.routes import EdgeRoute

routes = APIRouter(prefix="/health", tags=["health"], route_class=EdgeRoute)

_HAS_OUTBOX = "SELECT to_regclass('outbox') IS NOT NULL"
_WAITING = """
SELECT count(*) AS facts, coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::float AS oldest_seconds
FROM outbox
"""
_PARKED = "SELECT count(*) AS events, count(DISTINCT (consumer, subject)) AS subjects FROM dead_letter"


class Backlog(BaseModel):
    """Work that is waiting. Alarm on the outbox's age and on any parked event."""

    outbox_facts: int
    outbox_oldest_seconds: float
    parked_subjects: int
    parked_events: int


@routes.get("/live", summary="Liveness: the process answers")
async def get_liveness() -> dict[str, str]:
    return {"status": "live"}


@routes.get("/ready", summary="Readiness: the database answers, and a worker in this process has not stopped")
async def get_readiness(request: Request, response: Response) -> dict[str, str]:
    if request.app.state.failure is not None:
        response.status_code = 503
        return {"status": "worker stopped", "reason": request.app.state.failure}
    async with request.app.state.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    return {"status": "ready"}


@routes.get("/backlog", summary="Facts that wait to be published, and events that could not be applied")
async def get_backlog(request: Request) -> Backlog:
    async with request.app.state.engine.connect() as connection:
        facts, oldest_seconds = await _waiting(connection)
        parked = (await connection.execute(text(_PARKED))).one()
    return Backlog(
        outbox_facts=facts,
        outbox_oldest_seconds=oldest_seconds,
        parked_subjects=parked.subjects,
        parked_events=parked.events,
    )


async def _waiting(connection: AsyncConnection) -> tuple[int, float]:
    if not await connection.scalar(text(_HAS_OUTBOX)):
        return 0, 0.0  # this service publishes nothing
    row = (await connection.execute(text(_WAITING))).one()
    return row.facts, row.oldest_seconds
