"""A service in this process with the door of a provider open, and a browser that goes the way by hand."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from shared.openid.door import SECRET_FILE
from shared.settings import ServiceSettings
from shared.web import close, make_app
from tests.support.provider import CLIENT, SECRET, WAIT_SECONDS, Account, ProviderUnderTest, client, provider

ADDRESS: Final = "http://pages.example/notes"
ORGANISATION: Final = UUID(int=7)
ACCOUNTS: Final[dict[str, Account]] = {
    "qian": {"role": "reviewer", "region": "410173"},
    "clerk": {"role": "institution", "org": str(ORGANISATION)},
    "listed": {"role": ["offline_access", "reviewer"], "region": "410173"},
    "both": {"role": ["finance", "reviewer"], "region": "410173"},
    "renamed": {"post": "finance", "region": "410173"},
    "stranger": {},
    "king": {"role": "king", "region": "410173"},
    "nowhere": {"role": "reviewer"},
    "homeless": {"role": "institution", "region": "410173"},
    "elsewhere": {"role": "reviewer", "region": "../etc"},
}
PAGE: Final = {"Accept": "text/html,*/*"}


@pytest.fixture(scope="module")
def real() -> Iterator[ProviderUnderTest]:
    """A provider that knows the service, by one client that it answers as it should and one with HMACs."""
    shared_secret = client(ADDRESS, client_id="hmac", id_token_signed_response_alg="HS256")
    with provider(ACCOUNTS, [client(ADDRESS), shared_secret]) as found:
        yield found


@dataclass
class Way:
    """`http` speaks to the service as the browser of one person, `outside` to the provider."""

    app: FastAPI
    http: httpx.AsyncClient
    outside: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=WAIT_SECONDS))

    async def begin(self, to: str | None = None, **headers: str) -> httpx.Response:
        """What the service answers to the button to sign in."""
        query = {} if to is None else {"to": to}
        return await self.http.get("/session/provider", params=query, headers=PAGE | headers)

    async def address(self) -> str:
        """Where the service leads to."""
        return (await self.begin()).headers["location"]

    async def back(self, address: httpx.URL) -> httpx.Response:
        """What the service answers when the provider leads back to `address`."""
        assert str(address).startswith(ADDRESS), address
        path = str(address).removeprefix(ADDRESS)
        return await self.http.get(path, headers=PAGE | {"Sec-Fetch-Site": "cross-site"})

    async def who(self) -> dict[str, Any] | None:
        """Who is signed in."""
        answer = (await self.http.get("/session", headers={"Sec-Fetch-Site": "same-origin"})).raise_for_status()
        found: dict[str, Any] | None = answer.json()["signed_in"]
        return found


class Open(Protocol):
    def __call__(self, issuer: str, **settings: Any) -> AbstractAsyncContextManager[Way]: ...


@pytest.fixture
def open_service(keys: Path) -> Iterator[Open]:
    """Opens a service that trusts the provider at `issuer`."""
    (keys / SECRET_FILE).write_text(f"{SECRET}\n", encoding="utf-8")

    @asynccontextmanager
    async def opened(issuer: str, **settings: Any) -> AsyncGenerator[Way]:
        named = {
            "SKILLS_KEYS_DIRECTORY": keys,
            "SKILLS_PAGE_ADDRESSES": {"notes": ADDRESS},
            "SKILLS_OPENID_ISSUER": issuer,
            "SKILLS_OPENID_CLIENT_ID": CLIENT,
        }
        app = app_of(ServiceSettings(**{**named, **settings}))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service.example") as http:
            way = Way(app, http)
            async with way.outside:
                yield way
        await close(app)

    yield opened
    (keys / SECRET_FILE).unlink()


def app_of(settings: ServiceSettings) -> FastAPI:
    """A service that has nothing but what every service has."""
    return make_app(title="Notes", description="Notes.", settings=settings, name="notes", routers=[], rights={})


def why(answer: httpx.Response) -> str:
    """Why a sign-in failed, as the page to sign in is told."""
    found = re.fullmatch(re.escape(f"{ADDRESS}/sign-in?failed=") + "sign-in-([a-z-]+)", answer.headers["location"])
    assert (answer.status_code, found is not None) == (303, True), answer.headers["location"]
    assert "skills_session" not in answer.headers.get("set-cookie", "")
    return found[1] if found else ""
