"""What authentication, rights and limits take of a request: the token, the row of the table, the rate, the lane."""

from __future__ import annotations

import time
from typing import Any, Final

from starlette.requests import Request

from services.registry.settings import RegistrySettings
from services.registry.worker import SERVICE
from shared.edge.lanes import Limits
from shared.edge.methods import routes_of
from shared.edge.routes import EdgeRoute
from shared.kernel.callers import Role
from tests.bench.ground import Ground

TIMES: Final = 20_000
TOKENS: Final = 500
ORGANISATION: Final = "0198e000-0000-7000-8000-000000000001"
SHARE_MAX: Final = 0.10


async def report_share(here: Ground, operation: str, what: str, seconds: float) -> None:
    """Print what share of `seconds`, which a request takes, goes into who the caller is, what they may and how often.

    A device or a system shows the same token all day; the share with a new token for each request stands beside it.
    """
    known = await _seconds_each(here, operation, [_headers(here, 0)] * TIMES)
    new = await _seconds_each(here, operation, [_headers(here, number) for number in range(1, TOKENS + 1)])
    name = f"authentication, rights, limits, of {what}"
    print(
        f"{name:<44}{known / seconds:>12.2%} ({known * 1e6:,.0f} of {seconds * 1e6:,.0f} µs); with a new token each "
        f"time {new / seconds:.2%} ({new * 1e6:,.0f} µs)  (less than {SHARE_MAX:.0%})",
        flush=True,
    )


def _headers(here: Ground, number: int) -> dict[str, str]:
    return here.headers(Role.INSTITUTION, person=f"clerk {number}", organisation=ORGANISATION)


async def _seconds_each(here: Ground, operation: str, headers: list[dict[str, str]]) -> float:
    settings = RegistrySettings(
        SKILLS_KEYS_DIRECTORY=here.keys, interactive_requests_a_minute=10**9, bulk_requests_a_minute=10**9
    )
    app = SERVICE.make_app(settings, None)
    (route,) = (each for each in routes_of(app) if each.name == operation)
    assert isinstance(route, EdgeRoute)
    fields = [(b"content-length", b"300"), (b"content-type", b"application/json")]
    scopes: list[dict[str, Any]] = [
        {
            "type": "http", "app": app, "state": {}, "query_string": b"",
            "headers": [(b"authorization", each["Authorization"].encode()), *fields],
        }
        for each in headers
    ]  # fmt: skip
    return await _admit_all(route, scopes) / len(scopes)


async def _admit_all(route: EdgeRoute, scopes: list[dict[str, Any]]) -> float:
    limits: Limits = scopes[0]["app"].state.limits
    started = time.perf_counter()
    for scope in scopes:
        request = Request(scope)
        route.identify(request)
        route.count(request)
        await limits.handle(request, route.kind, _nothing)
    return time.perf_counter() - started


async def _nothing() -> None: ...
