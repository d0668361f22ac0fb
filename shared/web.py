"""The HTTP edge that all services share: one request is one transaction, committed before the answer is sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import asyncpg
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import api_pages, exposition, health, kept_answers, openapi, pages, problems, sign_in
from shared.auth import Verifier
from shared.batches import accepted_rows
from shared.concerned import Concerned, NamesInRows, Whose
from shared.database import Transactions, make_engine
from shared.edge.bodies import BodyLimits, OpenRequests
from shared.edge.lanes import Limits
from shared.edge.methods import HeadLikeGet
from shared.edge.rates import RateFields
from shared.edge.routes import EdgeRoute, Handler
from shared.faults import state_of
from shared.kernel.periods import business_day
from shared.kernel.personal_numbers import contains_personal_number
from shared.kernel.refusals import Conflict, Invalid, Stale
from shared.openid.door import open_door
from shared.own_loop import OwnLoop
from shared.persons import Persons
from shared.rights import OF_EVERY_SERVICE, READING, Rights, require_complete
from shared.rows import Posted
from shared.sessions import Sessions
from shared.settings import ServiceSettings
from shared.standings import Standings
from shared.telemetry import RequestLines

log = structlog.get_logger()

_RACE_STATES = ("23505", "23P01", "40001", "40P01")
"""Unique or exclusion violation, serialisation failure, deadlock: another request was first."""

_KEEP_ANSWER = """
INSERT INTO idempotent_answer (caller, key, request_digest, status, media_type, body)
VALUES (:caller, :key, :digest, 0, '', '') ON CONFLICT (caller, key) DO NOTHING
"""
_FIND_ANSWER = "SELECT * FROM idempotent_answer WHERE caller = :caller AND key = :key"
_FILL_ANSWER = """
UPDATE idempotent_answer SET status = :status, media_type = :media_type, body = :body
WHERE caller = :caller AND key = :key
"""


class KeyReused(Conflict):
    slug = "idempotency-key-reused"
    title_en = "This Idempotency-Key was already used for a different request."
    title_zh = "该幂等键已用于其他请求。"
    cure_en = "Use a new key for a new request; reuse a key only to repeat a request with the same path and body."
    cure_zh = "新请求请使用新的幂等键；重复旧请求时路径与内容须保持一致。"


class KeyTooLong(Invalid):
    slug = "idempotency-key-too-long"
    title_en = "An Idempotency-Key must have 1 to 200 characters."
    title_zh = "幂等键的长度应为 1 至 200 个字符。"


class KeyWithNumber(Invalid):
    slug = "idempotency-key-with-number"
    title_en = "An Idempotency-Key cannot contain an identity number or a phone number."
    title_zh = "幂等键不能包含证件号码或手机号码。"
    cure_en = "Use a random key, for example a UUID: keys are stored in clear."
    cure_zh = "请使用随机生成的键，例如 UUID：幂等键以明文保存。"


class TransactionalRoute(EdgeRoute):
    """A route whose request is authenticated, then handled in one transaction that commits before the answer leaves.

    When two requests compete for the same row, the loser is handled again from the start, and then
    sees what the winner stored. A POST with an Idempotency-Key is answered once; a repeat gets the stored answer.
    """

    needs_caller = True
    has_lane = True

    def identify(self, request: Request) -> None:
        """Raises Unauthenticated, WrongRole; for a session SessionExpired, RequestOfAnotherPage."""
        state = request.app.state
        # A token comes before a session: it says which of their roles a person acts in.
        signed_in = None if "authorization" in request.headers else state.sessions.caller_of(request)
        caller = replace(signed_in or state.verifier.caller_of(request), today=business_day(state.clock()))
        request.state.caller = request.app.state.rights[self.name].admit(caller)

    async def respond(self, request: Request, handle: Handler) -> Response:
        limits: Limits = request.app.state.limits
        answer = await limits.handle(request, self.kind, lambda: self._transact(request, handle))
        request.app.state.sessions.renew(request, answer)
        return answer

    async def _transact(self, request: Request, handle: Handler) -> Response:
        for attempts_left in (2, 1, 0):
            try:
                async with request.app.state.engines.transactions.begin(_question(request)) as (connection, is_special):
                    request.state.connection = connection
                    if is_special:
                        await _admit(request, connection)
                    return await _answer_once(request, handle)
            except NamesInRows as named:
                if attempts_left == 0:
                    raise named.refusal_of_all from None
                # The rows are decided again; these are refused alone.
                request.state.rows_with_names = {**getattr(request.state, "rows_with_names", {}), **named.places}
            except (DBAPIError, asyncpg.PostgresError) as error:
                if state_of(error) not in _RACE_STATES:
                    raise
                if attempts_left == 0:
                    raise Stale from error
        raise AssertionError("unreachable")


class OpenRoute(EdgeRoute):
    """A route without a token and without a transaction, which has a place in a lane to use the database."""

    has_lane = True

    async def respond(self, request: Request, handle: Handler) -> Response:
        limits: Limits = request.app.state.limits
        return await limits.handle(request, self.kind, lambda: handle(request))


class Engines:
    """The connections of requests: those of each lane belong to the loop in which its requests are handled."""

    def __init__(self, interactive: AsyncEngine, bulk: AsyncEngine, bulk_loop: OwnLoop) -> None:
        self._interactive = interactive
        self._bulk = bulk
        self._bulk_loop = bulk_loop
        self._transactions = {engine: Transactions(engine) for engine in (interactive, bulk)}

    @property
    def transactions(self) -> Transactions:
        """The transactions on the connections of the lane in which this is called."""
        return self._transactions[self._here]

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._here.begin()

    def connect(self) -> AsyncConnection:
        return self._here.connect()

    @property
    def _here(self) -> AsyncEngine:
        return self._bulk if self._bulk_loop.is_running_here else self._interactive

    async def dispose(self) -> None:
        """Close all connections, and end the loop of the bulk lane."""
        await self._bulk_loop.close(self._bulk.dispose)
        await self._interactive.dispose()


def _question(request: Request) -> str | None:
    standings: Standings | None = request.app.state.standings
    return None if standings is None else standings.question(request.state.caller)


async def _admit(request: Request, connection: AsyncConnection) -> None:
    """Raises OrganisationClosed."""
    standings: Standings = request.app.state.standings
    caller, writes = request.state.caller, request.method not in READING
    request.state.caller = await standings.admit(connection, caller, writes=writes, at=request.app.state.clock())


async def _answer_once(request: Request, handle: Handler) -> Response:
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return await _handle(request, handle)
    if not 1 <= len(key) <= 200:
        raise KeyTooLong
    if contains_personal_number(key):
        raise KeyWithNumber
    connection: AsyncConnection = request.state.connection
    persons: Persons | None = request.app.state.persons
    asked = f"{request.url.path}?{request.url.query}\n".encode() + await request.body()
    place = {"caller": kept_answers.owner(request.state.caller), "key": key}
    # The row is inserted first: a second request with this key waits here until the first has committed or failed.
    kept = await connection.execute(text(_KEEP_ANSWER), place | {"digest": kept_answers.digest(asked, persons)})
    if kept.rowcount == 0:
        answer = (await connection.execute(text(_FIND_ANSWER), place)).one()
        if not kept_answers.is_of(answer.request_digest, asked, persons):
            raise KeyReused
        body = kept_answers.opened(answer.body, persons, **place)
        return Response(body, answer.status, {"Idempotent-Replayed": "true"}, answer.media_type)
    response = await _handle(request, handle)
    body = kept_answers.closed(bytes(response.body), persons, **place)
    kept_answer = {"status": response.status_code, "media_type": response.media_type or "", "body": body}
    await connection.execute(text(_FILL_ANSWER), place | kept_answer)
    return response


async def _handle(request: Request, handle: Handler) -> Response:
    """The answer of the route. Raises MalformedRequest, and NamesInRows, for a text that names whom it concerns."""
    concerned: Concerned | None = request.app.state.concerned
    if concerned is None or request.method in READING:
        return await handle(request)
    route, connection = request.scope["route"], request.state.connection
    who: Whose = {"persons": request.app.state.persons, "caller": request.state.caller}
    if route.body_field is not None:
        form = route.body_field.field_info.annotation
        before = await concerned.names_before(connection, request.path_params, form=form, persons=who["persons"])
        response = await handle(request)
        content = await request.json() if await request.body() else None
        await concerned.refuse_names(connection, request.path_params, content, form=form, before=before, **who)
        return response
    response = await handle(request)
    posted: Posted | None = getattr(request.state, "posted", None)
    if posted is not None:
        form = route.openapi_extra.row
        named = await concerned.named_in_rows(connection, request.path_params, posted.rows, form=form, **who)
        accepted = accepted_rows(response) if named else ()
        if places := {row: of_row for row, of_row in named.items() if row in accepted}:
            raise NamesInRows(places)
    return response


async def _current_connection(request: Request) -> AsyncConnection:
    connection: AsyncConnection = request.state.connection
    return connection


Connection = Annotated[AsyncConnection, Depends(_current_connection)]
"""The request's transaction as a route's parameter."""


async def _persons(request: Request) -> Persons:
    persons: Persons = request.app.state.persons
    return persons


CurrentPersons = Annotated[Persons, Depends(_persons)]
"""The service's persons as a route's parameter: recognised by key, stored encrypted, shown masked."""


async def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


Now = Annotated[datetime, Depends(_now)]
"""The time of the request, as a route's parameter: rules receive the time, they never read a clock."""


def router(tag: str) -> APIRouter:
    """A router below /v1 whose routes need a caller and are transactions."""
    return APIRouter(prefix="/v1", tags=[tag], route_class=TransactionalRoute)


def open_router(tag: str) -> APIRouter:
    """A router below /v1 for routes without authentication and without a transaction."""
    return APIRouter(prefix="/v1", tags=[tag], route_class=OpenRoute)


async def close(app: FastAPI) -> None:
    """Close the connections of `app`."""
    if app.state.provider_door is not None:
        await app.state.provider_door.provider.close()
    await app.state.engines.dispose()
    for engine in app.state.engines_beside:
        await engine.dispose()


Background = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_app(
    *,
    title: str,
    description: str,
    settings: ServiceSettings,
    name: str,
    routers: Sequence[APIRouter],
    rights: Rights,
    search_path: str = "public",
    background: Background | None = None,
    codes: openapi.Codes | None = None,
    standings: Standings | None = None,
    busiest: Sequence[APIRouter] = (),
    plain_pages: Sequence[Path] = (),
) -> FastAPI:
    """A service's application: its routers, health, docs that need no network, problems for every error.

    Its connections are those of its lanes, and one for its health. `name` and `search_path` are told to the database.
    Raises IncompleteRights unless `rights` has a row for every operation of `routers`, and no other.
    `codes` are the problem codes of each operation; `standings` say for whom the caller of each transaction acts.
    Routes are compared with a request one after the other: those of `busiest`, which are among `routers`, first.
    `plain_pages` are folders of the pages that are shown where those of web/ were not built.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        try:
            if background is None:
                yield
            else:
                async with background(app):
                    yield
        finally:
            await close(app)

    app = FastAPI(
        title=title,
        description=description,
        version="1",
        lifespan=lifespan,
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        generate_unique_id_function=lambda route: route.name,
        responses={"default": problems.DESCRIPTION},
        openapi_url=None,  # the description and its pages are served by api_pages
    )
    app.router.route_class = EdgeRoute
    app.state.limits = Limits.of(settings)
    connect = partial(make_engine, settings.database_url, overflow=0, search_path=search_path)
    app.state.engines = Engines(
        connect(name=name, pool_size=settings.interactive_connections, pool_seconds=settings.waiting_seconds_max),
        connect(name=f"{name} bulk", pool_size=settings.bulk_connections, pool_seconds=settings.waiting_seconds_max),
        app.state.limits.bulk_loop,
    )
    own = connect(name=f"{name} health", pool_size=1)
    app.state.probe = health.Probe(own)
    app.state.engines_beside = [own]
    app.state.settings = settings
    app.state.clock = settings.now
    public_key = settings.keys_directory / "issuer-public.pem"
    app.state.verifier = Verifier(public_key, lifetime_max=settings.token_lifetime_max)
    app.state.failure = None
    app.state.gauges = []  # what a service tells Prometheus beside what every service does
    app.state.standings = standings
    app.state.persons = None  # a service that knows people sets it
    app.state.concerned = None  # and this one, if it keeps their names
    app.state.open_requests = OpenRequests(BodyLimits.of(settings))
    api_pages.install(app)
    pages.install(app, pages.Pages(settings.web_directory, plain_pages))
    sessions = Sessions(
        settings.keys_directory,
        lifetime=settings.session_lifetime,
        longest=settings.session_longest,
        is_secure=settings.session_secure,
    )
    sign_in.install(
        app,
        sessions,
        sign_in.SandboxDoor(settings.sandbox_people, host=settings.host),
        open_door(settings, sessions, service=name),
        page_addresses=settings.page_addresses,
    )
    problems.install(app)
    app.add_middleware(HeadLikeGet)
    app.add_middleware(RateFields)
    app.add_middleware(RequestLines)  # around everything, so that every answer has its id and its line
    app.include_router(health.routes)
    app.include_router(exposition.routes)
    for each in routers:
        app.include_router(each)
    app.state.described = list(app.router.routes)
    app.router.routes.sort(key=lambda route: getattr(route, "original_router", None) not in busiest)
    app.state.rights = {**OF_EVERY_SERVICE, **rights}
    require_complete(app.state.rights, openapi.operations_of(app))
    openapi.install(app, codes or {})
    return app
