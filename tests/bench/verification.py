"""Verification by the public: its share of a bare route's requests a second, and how long one takes."""

from __future__ import annotations

import os
import random
from statistics import median, quantiles
from typing import Final

import orjson

from tests.bench.certificates import NAME, ask, fill, number
from tests.bench.ground import ground, report

CERTIFICATES: Final = int(os.environ.get("CERTIFICATES", "1000000"))
"""CERTIFICATES=10000000 fills ten million, which takes some minutes: the index is two levels either way."""
CONNECTIONS: Final = 4
SECONDS: Final = 6.0
SHARE_MIN: Final = 0.5
P99_MS_MAX: Final = 20


async def main() -> None:
    os.environ |= {
        "ASSESSMENT_LOOKUPS_A_MINUTE": "1000000000",
        "ASSESSMENT_PUBLIC_REQUESTS_A_MINUTE": "1000000000",
    }
    chance = random.Random(7)
    async with ground() as here:
        here.run("assessment", "migrate")
        await fill(here, CERTIFICATES)
        known = [_post(number(chance.randrange(CERTIFICATES)), NAME) for _ in range(2_000)]
        unknown = [_post(f"S000041000999253{place:06}", NAME) for place in range(1, 2_000)]
        wrong = [_post(number(chance.randrange(CERTIFICATES)), "李小明") for _ in range(2_000)]
        with here.process("assessment", "api"):
            port = here.ports["assessment"]
            await ask(port, known, connections=CONNECTIONS, seconds=1)
            bare = len(await ask(port, [_get("/health/live")], connections=CONNECTIONS, seconds=SECONDS)) / SECONDS
            for name, requests in (("known", known), ("unknown", unknown), ("another name", wrong)):
                taken = sorted(await ask(port, requests, connections=CONNECTIONS, seconds=SECONDS))
                rate, p99 = len(taken) / SECONDS, 1000 * quantiles(taken, n=100)[98]
                report(f"verifications at {CERTIFICATES:,}, {name}", rate, "a second", raw=bare, of="bare")
                print(
                    f"    p50 {1000 * median(taken):.1f} ms, p99 {p99:.1f} ms (less than {P99_MS_MAX}; share at least "
                    f"{SHARE_MIN})"
                )


def _post(asked: str, name: str) -> bytes:
    body = orjson.dumps({"number": asked, "name": name})
    head = ("POST /v1/verifications HTTP/1.1", "Host: bench", "Content-Type: application/json")
    return "\r\n".join([*head, f"Content-Length: {len(body)}\r\n\r\n"]).encode() + body


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
