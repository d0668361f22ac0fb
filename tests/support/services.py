"""A service under test: its real application on a real database, spoken to over HTTP, with its worker run by hand."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local import issuer
from shared.backbone.consumer import catch_up
from shared.backbone.log import EventLog, Record
from shared.backbone.relay import relay_batch
from shared.contracts.fact import Fact, decode, encode
from shared.edge.methods import routes_of
from shared.kernel.callers import Role
from shared.service import Service, open_log, worker_engine
from shared.settings import ServiceSettings
from shared.web import close
from tests.support.clock import now


@dataclass(frozen=True)
class Tokens:
    """Makes request headers for callers of any kind."""

    keys: Path

    def of(
        self, role: Role, *, person: str = "someone", organisation: UUID | str | None = None, region: str | None = None
    ) -> dict[str, str]:
        token = issuer.issue(
            self.keys,
            person=person,
            organisation=None if organisation is None else str(organisation),
            role=role,
            region=region,
            hours=1,
            now=datetime.now(UTC),
        )
        return {"Authorization": f"Bearer {token}"}


@dataclass
class Clock:
    """What time it is for a service under test; a test may set it ahead or back."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        return now() + self.offset


@dataclass(frozen=True)
class ServiceUnderTest:
    """`http` speaks to the application; `hear` and `told` stand for the other services."""

    service: Service
    settings: ServiceSettings
    http: httpx.AsyncClient
    engine: AsyncEngine
    log: EventLog
    tokens: Tokens
    clock: Clock
    app: FastAPI

    async def hear(self, *facts: Fact) -> None:
        """Other services told `facts`: append them to the log and let this service's consumers catch up."""
        for fact in facts:
            await self.log.append(fact.topic, [Record(fact.subject, encode(fact))])
        await self.settle()

    async def settle(self) -> None:
        """Relay all of this service's facts and apply all that it hears."""
        while self.service.publishes and await relay_batch(self.engine, self.log):
            pass
        for consumer in self.service.consumers(self.settings):
            await catch_up(consumer, engine=self.engine, event_log=self.log)

    async def told(self) -> list[Fact]:
        """The facts that wait in this service's outbox, in order."""
        async with self.engine.connect() as connection:
            events = await connection.scalars(text("SELECT event FROM outbox ORDER BY position"))
            return [decode(event) for event in events]

    async def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        """The rows of a statement of the test's own."""
        async with self.engine.connect() as connection:
            return (await connection.execute(text(statement), values)).all()


class Described:
    """Looks at every problem that a test is answered: the description of the API must tell of it for that route."""

    def __init__(self, app: FastAPI) -> None:
        self._routes = [route for route in routes_of(app) if route.include_in_schema]
        # Worked out here, which may take seconds, and not while a request holds a lock.
        self._paths = app.openapi()["paths"]

    async def __call__(self, response: httpx.Response) -> None:
        if response.headers.get("content-type") != "application/problem+json":
            return
        await response.aread()
        asked, code = response.request, response.json()["code"]
        for route in self._routes:
            if asked.method in (route.methods or ()) and route.path_regex.match(asked.url.path):
                operation = self._paths[route.path][asked.method.lower()]
                described = operation["responses"].get(str(response.status_code), {}).get("description", "")
                codes = described.partition(": ")[2].split(", ")
                assert code in codes, f"{asked.method} {route.path} answers {code}, which is not described"
                return


_FIRST: Final[dict[str, FastAPI]] = {}


def as_the_first(service: str, app: FastAPI) -> FastAPI:
    """`app` with the routes and the description of the first application of `service` in this process.

    They hold no state, all of it is the app's; and working them out takes longer than most tests.
    """
    first = _FIRST.setdefault(service, app)
    app.router.routes = first.router.routes
    app.openapi = first.openapi  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def opened(service: Service, settings: ServiceSettings) -> AsyncGenerator[ServiceUnderTest]:
    """The service with `settings`, its database migrated before; everything is closed at the end."""
    app, clock = as_the_first(service.name, service.make_app(settings, None)), Clock()
    app.state.clock = clock.now
    engine, log = worker_engine(service, settings), open_log(settings)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    hooks: dict[str, list[Callable[..., Any]]] = {"response": [Described(app)]}
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://test", event_hooks=hooks) as http:
            yield ServiceUnderTest(service, settings, http, engine, log, Tokens(settings.keys_directory), clock, app)
    finally:
        await log.close()
        await engine.dispose()
        await close(app)
