"""A client of the services, like an institution's or a centre's own system: tokens, repeats, retries."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
import orjson

from deploy.local import issuer

HEARD_SECONDS_MAX: Final = 60.0
"""How long a fact may take to reach another service; normally less than a second."""
PAUSE_SECONDS: Final = 0.05
TOKEN_HOURS: Final = 4.0


class Unanswered(RuntimeError):
    """A service refused what the sample expects it to accept, or a fact did not reach it in time."""


@dataclass(frozen=True)
class Caller:
    """The sender of a request. Four-eyes rules compare `person`."""

    role: str
    person: str
    organisation: str | None = None
    region: str | None = None


class Client:
    """Calls all services at `addresses` ("registry": "http://…"), with tokens signed by the keys in `keys`."""

    def __init__(self, addresses: Mapping[str, str], keys: Path) -> None:
        self._addresses = addresses
        self._http = httpx.AsyncClient(timeout=30)
        self._token = lru_cache(maxsize=None)(lambda caller: _token(keys, caller))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(self, service: str, path: str, *, by: Caller, **query: str) -> Any:
        """The response to a GET, repeated until the facts it depends on have arrived. Raises Unanswered."""
        headers = {"Authorization": f"Bearer {self._token(by)}"}
        return await _heard(lambda: self._http.get(self._addresses[service] + path, params=query, headers=headers))

    async def post(self, service: str, path: str, body: object = None, *, by: Caller, once: bool = True) -> Any:
        """The response to a POST, repeated until the facts it depends on have arrived. Raises Unanswered.

        With `once`, the same request posted at any later time gets the same answer and does nothing more.
        """
        content = b"" if body is None else orjson.dumps(body)
        return await self._send(service, path, content, "application/json", by=by, once=once)

    async def post_file(self, service: str, path: str, content: bytes, *, by: Caller) -> Any:
        """The response to a CSV file, posted at any later time again with no further effect. Raises Unanswered."""
        return await self._send(service, path, content, "text/csv", by=by, once=True)

    async def _send(self, service: str, path: str, content: bytes, media_type: str, *, by: Caller, once: bool) -> Any:
        headers = {"Authorization": f"Bearer {self._token(by)}", "Content-Type": media_type}
        if once:
            headers["Idempotency-Key"] = hashlib.sha256(path.encode() + b"\n" + content).hexdigest()
        return await _heard(lambda: self._http.post(self._addresses[service] + path, content=content, headers=headers))


async def _heard(ask: Callable[[], Awaitable[httpx.Response]]) -> Any:
    """The answer that stays. Raises Unanswered."""
    deadline = time.monotonic() + HEARD_SECONDS_MAX
    while True:
        answer = await ask()
        # An answer that may soon be another says so: facts are on their way, or others are waiting as well.
        if "Retry-After" not in answer.headers or time.monotonic() > deadline:
            return _content(answer)
        await asyncio.sleep(PAUSE_SECONDS)


def _token(keys: Path, caller: Caller) -> str:
    return issuer.issue(
        keys,
        person=caller.person,
        organisation=caller.organisation,
        role=caller.role,
        region=caller.region,
        hours=TOKEN_HOURS,
        now=datetime.now(UTC),
    )


def _content(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    request = answer.request
    raise Unanswered(f"{request.method} {request.url} was answered {answer.status_code}: {answer.text}")
