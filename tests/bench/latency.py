"""From the answer to a post until the total on the stream includes it, while 200 rows a second flow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from statistics import median, quantiles

import httpx
import orjson

from shared.kernel.callers import Role
from tests.bench.ground import PLAN, Ground, ground
from tests.bench.roster import new_class, new_institution, roster_row

ROWS_A_POST = 10
POSTS_A_SECOND = 20
SECONDS = 20
CLASSES = 80


async def main() -> None:
    async with ground() as here:
        for service in ("registry", "metrics"):
            here.run(service, "migrate")
        here.run("registry", "load-plan", str(PLAN))
        with here.process("registry", "serve"), here.process("metrics", "serve"):
            waits = sorted(await _measure(here))
    p99 = quantiles(waits, n=100)[98]
    rate = ROWS_A_POST * POSTS_A_SECOND
    print(f"event to total at {rate} rows/s: p50 {median(waits):.0f} ms, p99 {p99:.0f} ms, most {waits[-1]:.0f} ms")


async def _measure(here: Ground) -> list[float]:
    """Milliseconds for each post."""
    answered: list[tuple[int, float]] = []
    shown: list[tuple[int, float]] = []
    async with httpx.AsyncClient(timeout=30) as http, httpx.AsyncClient(base_url=here.url("registry")) as registry:
        watching = asyncio.create_task(_watch(here, http, shown))
        await _post(here, registry, answered)
        async with asyncio.timeout(30):
            while not shown or shown[-1][0] < answered[-1][0]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        watching.cancel()
    return [1000 * (next(at for total, at in shown if total >= count) - posted_at) for count, posted_at in answered]


async def _post(here: Ground, http: httpx.AsyncClient, answered: list[tuple[int, float]]) -> None:
    own = here.headers(Role.INSTITUTION, organisation=await new_institution(here, http))
    class_ids = [await _running_class(here, http, own, number) for number in range(CLASSES)]
    started = time.perf_counter()
    for post in range(POSTS_A_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, started + post / POSTS_A_SECOND - time.perf_counter()))
        rows = [roster_row(post * ROWS_A_POST + place) for place in range(ROWS_A_POST)]
        path = f"/v1/classes/{class_ids[post % CLASSES]}/enrolments"
        answer = await http.post(path, json={"rows": rows}, headers=own)
        assert answer.json()["accepted"] == ROWS_A_POST
        answered.append((CLASSES + (post + 1) * ROWS_A_POST, time.perf_counter()))


async def _running_class(here: Ground, http: httpx.AsyncClient, own: dict[str, str], number: int) -> str:
    """A class that has started with one trainee: only then those who enter it are in training."""
    class_id = await new_class(http, own, number)
    first = roster_row(POSTS_A_SECOND * SECONDS * ROWS_A_POST + number)
    officer = here.headers(Role.COUNTY_OFFICER, person="officer", region="410102")
    for path, content, headers in (
        ("enrolments", {"rows": [first]}, own), ("approval", None, officer), ("start", None, own),
    ):  # fmt: skip
        answer = await http.post(f"/v1/classes/{class_id}/{path}", json=content, headers=headers)
        assert answer.status_code == 200, answer.text
    return class_id


async def _watch(here: Ground, http: httpx.AsyncClient, shown: list[tuple[int, float]]) -> None:
    async for change in changes(here, http):
        total = change["total"]
        assert isinstance(total, dict)
        shown.append((total["in_training"], time.perf_counter()))


async def changes(here: Ground, http: httpx.AsyncClient) -> AsyncGenerator[dict[str, object]]:
    """The events of the stream."""
    async with http.stream("GET", f"{here.url('metrics')}/v1/stream?by=programme", timeout=None) as answer:
        is_cells = False
        async for text in answer.aiter_lines():
            if text.startswith("event: "):
                is_cells = text == "event: cells"
            elif is_cells and text.startswith("data: "):
                yield orjson.loads(text.removeprefix("data: "))
