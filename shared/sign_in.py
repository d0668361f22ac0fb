"""Signing in to the pages of a service, and out: whom to choose from on one machine, and who is signed in."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from shared.edge.routes import EdgeRoute
from shared.forms import PLAIN, Strict
from shared.kernel.callers import Caller, Role
from shared.kernel.refusals import NotFound
from shared.openid import routes as openid_routes
from shared.openid.door import ProviderDoor
from shared.pages import page_of, page_router
from shared.sessions import SessionExpired, Sessions, require_own_page


class SandboxPerson(BaseModel):
    """A person to be on one machine. `name_zh` and `name_en` are the role and where it acts, not a person's name."""

    model_config = ConfigDict(frozen=True)

    id: str
    name_zh: str
    name_en: str
    person: str
    role: Role
    organisation: UUID | None = None
    region: str | None = None

    @property
    def caller(self) -> Caller:
        return Caller(person=self.person, role=self.role, organisation=self.organisation, region=self.region)


class NotLoopback(ValueError):
    """People to choose from are for one machine, and the service listens to others."""


_PEOPLE: Final = TypeAdapter(list[SandboxPerson])


class SandboxDoor:
    """The people of a sandbox, whom everybody on the machine may choose to be. Closed unless a file lists them."""

    def __init__(self, file: Path | None, *, host: str) -> None:
        """Raises NotLoopback: whoever reaches the service could act as any person."""
        if file is not None and not _is_loopback(host):
            raise NotLoopback("SKILLS_SANDBOX_PEOPLE needs a service that listens on a loopback address")
        self._file = file

    def people(self, request: Request) -> list[SandboxPerson]:
        """Those to choose from; nobody under a name that is not this machine's own: a stranger's page may lead here."""
        if self._file is None or not self._file.exists() or not _is_loopback(request.url.hostname or ""):
            return []
        return _PEOPLE.validate_json(self._file.read_bytes())


class ChosenPerson(Strict):
    id: Annotated[str, Field(max_length=100), PLAIN]


class PersonAnswer(BaseModel):
    id: str
    name_zh: str
    name_en: str
    role: Role
    is_me: bool


class SignedInAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    person: str
    role: Role
    organisation: UUID | None
    region: str | None


class ProviderAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name_zh: str
    name_en: str


class SessionAnswer(BaseModel):
    """Who is signed in, the doors that are open, and where the pages of each service are, if that is set."""

    signed_in: SignedInAnswer | None
    by_provider: bool = Field(description="Whether they came by the provider, where their session may go on")
    provider: ProviderAnswer | None
    people: list[PersonAnswer]
    pages: Mapping[str, str]


def install(
    app: FastAPI,
    sessions: Sessions,
    door: SandboxDoor,
    provider_door: ProviderDoor | None,
    *,
    page_addresses: Mapping[str, str],
) -> None:
    """Serve the page at /sign-in, and /session. `page_addresses` are those of all services that have pages."""
    app.state.page_addresses = page_addresses
    app.state.sessions = sessions
    app.state.sandbox_door = door
    app.include_router(_pages)
    app.include_router(_routes)
    openid_routes.install(app, provider_door)


_pages = page_router()
_routes = APIRouter(include_in_schema=False, route_class=EdgeRoute)


@_pages.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    return page_of(request, "sign-in")


@_routes.get("/session")
async def get_sign_in(request: Request, response: Response) -> SessionAnswer:
    """Who is signed in, and with which doors one can. A session that has ended is none."""
    response.headers["Cache-Control"] = "no-store"
    sessions: Sessions = request.app.state.sessions
    caller = None
    with suppress(SessionExpired):
        caller = sessions.caller_of(request)
    sessions.renew(request, response)
    provider: ProviderDoor | None = request.app.state.provider_door
    return SessionAnswer(
        signed_in=None if caller is None else SignedInAnswer.model_validate(caller),
        by_provider=caller is not None and sessions.is_by_provider(request),
        provider=None if provider is None else ProviderAnswer.model_validate(provider),
        people=[
            PersonAnswer(
                id=each.id,
                name_zh=each.name_zh,
                name_en=each.name_en,
                role=each.role,
                is_me=each.caller == caller,
            )
            for each in _people(request)
        ],
        pages=request.app.state.page_addresses,
    )


@_routes.post("/session", status_code=204)
async def choose_person(request: Request, chosen: ChosenPerson) -> Response:
    """Be one of the people of a sandbox."""
    require_own_page(request)
    person = next((each for each in _people(request) if each.id == chosen.id), None)
    if person is None:
        raise NotFound(what="person")
    response = Response(status_code=204)
    request.app.state.sessions.begin(response, person.caller)
    return response


@_routes.delete("/session", status_code=204)
async def sign_out(request: Request) -> Response:
    require_own_page(request)
    response = Response(status_code=204)
    request.app.state.sessions.end(response)
    return response


def _people(request: Request) -> list[SandboxPerson]:
    door: SandboxDoor = request.app.state.sandbox_door
    return door.people(request) if request.app.state.sessions.are_possible else []


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
