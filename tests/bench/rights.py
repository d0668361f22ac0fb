"""What authentication and rights take of a request: the token, the caller, and the row of the table."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

from starlette.requests import Request

from deploy.local import issuer
from services.registry.rights import RIGHTS
from shared.auth import Verifier
from shared.kernel.callers import Role
from tests.bench.ground import Ground

TIMES: Final = 20_000
TOKENS: Final = 500
ORGANISATION: Final = "0198e000-0000-7000-8000-000000000001"
SHARE_MAX: Final = 0.10


def report_share(here: Ground, operation: str, what: str, seconds: float) -> None:
    """Print what share of `seconds`, which a request takes, goes into who the caller is and what they may.

    A device or a system shows the same token all day; the share with a new token for each request stands beside it.
    """
    known = _seconds_each(here, operation, [_headers(here, 0)] * TIMES)
    new = _seconds_each(here, operation, [_headers(here, number) for number in range(1, TOKENS + 1)])
    name = f"authentication and rights, of {what}"
    print(
        f"{name:<44}{known / seconds:>12.2%} ({known * 1e6:,.0f} of {seconds * 1e6:,.0f} µs); with a new token each "
        f"time {new / seconds:.2%} ({new * 1e6:,.0f} µs)  (less than {SHARE_MAX:.0%})",
        flush=True,
    )


def _headers(here: Ground, number: int) -> dict[str, str]:
    return here.headers(Role.INSTITUTION, person=f"clerk {number}", organisation=ORGANISATION)


def _seconds_each(here: Ground, operation: str, headers: list[dict[str, str]]) -> float:
    verifier = Verifier(here.keys / issuer.PUBLIC_KEY, lifetime_max=timedelta(hours=24))
    right = RIGHTS[operation]
    scopes = [{"type": "http", "headers": [(b"authorization", each["Authorization"].encode())]} for each in headers]
    started = time.perf_counter()
    for scope in scopes:
        right.admit(verifier.caller_of(Request(scope)))
    return (time.perf_counter() - started) / len(scopes)
