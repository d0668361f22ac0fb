"""Rates: how many requests of a kind a caller may make, counted in this process and told in every answer.

A caller is who the token says, or, on routes without a token, the network address. The fields are those of the IETF's
"RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers).
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable, Hashable
from functools import lru_cache
from threading import Lock
from typing import Final, NamedTuple

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.refusals import TooManyRequests

CALLERS_MAX: Final = 50_000
"""Callers that are remembered, per rate; of more, those who were first seen longest ago are forgotten."""
_FIELDS: Final = "rate_fields"
_NETWORK_OF_V6: Final = 64
_ROUNDING: Final = 1e-6


class Rate(NamedTuple):
    """At most `requests` (or rows, where these count) at once, and as many again in every `seconds`."""

    name: str
    requests: int
    seconds: int

    @property
    def policy(self) -> str:
        """The value of the field RateLimit-Policy."""
        return f'"{self.name}";q={self.requests};w={self.seconds}'


class Left(NamedTuple):
    """What a caller has left: requests now, and seconds until all are there again."""

    requests: int
    seconds: int


class Meter:
    """Counts the requests of each caller against one rate.

    Each caller has one number, the moment at which everything will be there again (the generic cell rate algorithm): a
    request moves it by its share of the window. So nothing has to be cleared when a window ends, and whoever was
    refused waits for one request's share, not for the end of a window. Used by several threads.
    """

    def __init__(
        self, rate: Rate, *, now: Callable[[], float] = time.monotonic, callers_max: int = CALLERS_MAX
    ) -> None:
        self.rate = rate
        self._share = rate.seconds / rate.requests
        self._now = now
        self._callers_max = callers_max
        self._whole_at: dict[Hashable, float] = {}
        self._counting = Lock()

    def count(self, caller: Hashable) -> Left:
        """Count a request of `caller`. Raises TooManyRequests, and then does not count it."""
        with self._counting:
            now = self._now()
            whole_at = max(self._whole_at.get(caller, now), now) + self._share
            ahead = whole_at - now
            if ahead > self.rate.seconds + _ROUNDING:
                # A wait of less than half a millisecond is a second as well: 0 would say "at once".
                raise TooManyRequests(retry_after_s=max(1, math.ceil(round(ahead - self.rate.seconds, 3))))
            return self._set(caller, whole_at, now)

    def add(self, caller: Hashable, number: int) -> Left:
        """Count `number` more with a request that was counted as one, though they may be more than are left: the next
        request is then refused until they have come back.
        """
        with self._counting:
            now = self._now()
            return self._set(caller, max(self._whole_at.get(caller, now), now) + number * self._share, now)

    def _set(self, caller: Hashable, whole_at: float, now: float) -> Left:
        if caller not in self._whole_at and len(self._whole_at) >= self._callers_max:
            self._forget(now)
        self._whole_at[caller] = whole_at
        ahead = whole_at - now
        return Left(max(0, round((self.rate.seconds - ahead) / self._share)), math.ceil(round(ahead, 3)))

    def _forget(self, now: float) -> None:
        """Drop the callers who have everything again; if they are too few, also a quarter of the others."""
        kept = [(caller, whole_at) for caller, whole_at in self._whole_at.items() if whole_at > now]
        self._whole_at = dict(kept[max(0, len(kept) - self._callers_max * 3 // 4) :])


def address_of(request: Request) -> str:
    """The network of the client: its IPv4 address, or the /64 of IPv6 that one subscriber has."""
    return _network_of(request.client.host if request.client else "")


@lru_cache(maxsize=4096)
def _network_of(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, _NETWORK_OF_V6), strict=False))


def tell(request: Request, rate: Rate, left: Left) -> None:
    """Let the answer to `request` tell the rate and what is left of it."""
    told = f'"{rate.name}";r={left.requests};t={left.seconds}'
    request.scope["state"][_FIELDS] = [
        (b"ratelimit-policy", rate.policy.encode()),
        (b"ratelimit", told.encode()),
    ]


class RateFields:
    """ASGI middleware: adds the fields RateLimit and RateLimit-Policy to answers of requests that were counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_fields(message: Message) -> None:
            if message["type"] == "http.response.start" and _FIELDS in state:
                message["headers"] = [*message.get("headers", []), *state[_FIELDS]]
            await send(message)

        await self._app(scope, receive, send_with_fields)
