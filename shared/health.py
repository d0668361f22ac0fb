"""Health of a service, for orchestration and monitoring."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.edge.lanes import Limits
from shared.edge.routes import EdgeRoute

routes = APIRouter(prefix="/health", tags=["health"], route_class=EdgeRoute)

_HAS_OUTBOX = "SELECT to_regclass('outbox') IS NOT NULL"
_WAITING = """
SELECT count(*) AS facts, coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::float AS oldest_seconds
FROM outbox
"""
_HAS_BOOKS = "SELECT to_regclass('book_difference') IS NOT NULL"
_RED = "SELECT count(*) FROM book_difference WHERE red_from <= now()"
_PARKED = "SELECT count(*) AS events, count(DISTINCT (consumer, subject)) AS subjects FROM dead_letter"


PROBE_SECONDS_MAX: Final = 2.0

Ask = Callable[[AsyncConnection], Awaitable[Any]]


class Probe:
    """Asks the database how it is, on a connection that no request can take.

    Whoever asks while an answer is on its way gets the same one, so that nobody can make health itself busy.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._asking: dict[Ask, asyncio.Task[Any]] = {}

    async def ask(self, question: Ask) -> Any:
        """What `question` finds out. Raises TimeoutError, and the errors of the database."""
        asking = self._asking.get(question)
        if asking is None or asking.done():
            asking = self._asking[question] = asyncio.create_task(self._ask(question))
        return await asyncio.shield(asking)

    async def _ask(self, question: Ask) -> Any:
        async with asyncio.timeout(PROBE_SECONDS_MAX), self._engine.connect() as connection:
            return await question(connection)


class LaneLoad(BaseModel):
    """How full a lane is: its places, those in use, and who waits for one."""

    places: int
    in_use: int
    waiting: int


class Readiness(BaseModel):
    """A busy service is ready: it answers, and refuses with 503 what finds no place in the lanes that are `full`."""

    status: Literal["ready", "busy", "worker stopped"]
    reason: str | None = None
    full: list[str] = []
    lanes: dict[str, LaneLoad] = {}


class Backlog(BaseModel):
    """Work that is waiting, and what is wrong. Alarm on the outbox's age, any parked event and any unequal cell of the
    books.
    """

    outbox_facts: int
    outbox_oldest_seconds: float
    parked_subjects: int
    parked_events: int
    unequal_books: int


@routes.get("/live", summary="Liveness: the process answers")
async def get_liveness() -> dict[str, str]:
    return {"status": "live"}


@routes.get("/ready", summary="Readiness: the database answers, and a worker in this process has not stopped")
async def get_readiness(request: Request, response: Response) -> Readiness:
    if request.app.state.failure is not None:
        response.status_code = 503
        return Readiness(status="worker stopped", reason=request.app.state.failure)
    await request.app.state.probe.ask(_answers)
    limits: Limits = request.app.state.limits
    queues = [*limits.lanes.values(), limits.readers]
    lanes = {each.name: LaneLoad(places=each.places, in_use=each.in_use, waiting=each.waiting) for each in queues}
    full = [each.name for each in queues if each.is_full]
    return Readiness(status="busy" if full else "ready", full=full, lanes=lanes)


async def _answers(connection: AsyncConnection) -> None:
    await connection.execute(text("SELECT 1"))


@routes.get(
    "/backlog",
    summary="Facts that wait to be published, events that could not be applied, cells unequal to the books",
)
async def get_backlog(request: Request) -> Backlog:
    found: Backlog = await request.app.state.probe.ask(backlog)
    return found


async def backlog(connection: AsyncConnection) -> Backlog:
    """What waits in the database of a service, and what is wrong there."""
    facts, oldest_seconds = await _waiting(connection)
    parked = (await connection.execute(text(_PARKED))).one()
    return Backlog(
        outbox_facts=facts,
        outbox_oldest_seconds=oldest_seconds,
        parked_subjects=parked.subjects,
        parked_events=parked.events,
        unequal_books=await _unequal(connection),
    )


async def _waiting(connection: AsyncConnection) -> tuple[int, float]:
    if not await connection.scalar(text(_HAS_OUTBOX)):
        return 0, 0.0  # this service publishes nothing
    row = (await connection.execute(text(_WAITING))).one()
    return row.facts, row.oldest_seconds


async def _unequal(connection: AsyncConnection) -> int:
    if not await connection.scalar(text(_HAS_BOOKS)):
        return 0  # this service compares nothing
    return int(await connection.scalar(text(_RED)) or 0)
