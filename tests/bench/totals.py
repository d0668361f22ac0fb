"""GET /v1/totals beside a bare JSON route in the same server, while 200 facts a second flow into 165,000 cells."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import uvicorn

from services.metrics.settings import MetricsSettings
from services.metrics.worker import SERVICE
from shared import telemetry
from shared.backbone.log import EventLog
from shared.backbone.relay import relay_batch
from shared.contracts.registry import TOPIC
from shared.service import open_log, settle_memory, work_beside, worker_engine
from tests.bench.facts import enrolment_facts
from tests.bench.ground import PLAN, Ground, ground, report

FACTS = 200_000
CONNECTIONS = 16
SECONDS = 6.0
QUERIES = ("/v1/totals?by=programme&year=2025", "/v1/totals?by=programme,region&year=2025", "/v1/progress")


async def main() -> None:
    async with ground() as here:
        for service in ("registry", "metrics"):
            here.run(service, "migrate")
        here.run("registry", "load-plan", str(PLAN))
        log = open_log(MetricsSettings(SKILLS_LOG_URL=here.log_url))
        try:
            await _fill(here, log)
            with _server(here):
                flowing = asyncio.create_task(_flow(log))
                await _measure(here)
                flowing.cancel()
        finally:
            await log.close()


async def _fill(here: Ground, log: EventLog) -> None:
    engine = worker_engine(SERVICE, MetricsSettings(database_url=here.postgres.url("registry")))
    while await relay_batch(engine, log):
        pass
    await engine.dispose()
    facts = list(enrolment_facts(facts=FACTS, subjects=FACTS // 2))
    for first in range(0, FACTS, 20_000):
        await log.append(TOPIC, facts[first : first + 20_000])


async def _flow(log: EventLog) -> None:
    """200 facts a second of new subjects, for as long as the task lives."""
    facts = enrolment_facts(facts=20_000, subjects=20_000, first=FACTS)
    while True:
        await log.append(TOPIC, [next(facts) for _ in range(20)])
        await asyncio.sleep(0.1)


@contextmanager
def _server(here: Ground) -> Iterator[None]:
    """This module as a process: the service of metrics, worker included, with a bare route more."""
    child = subprocess.Popen([sys.executable, "-m", "tests.bench.totals"], env=here.environment())
    try:
        here.wait_ready("metrics")
        yield
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(10)


async def _measure(here: Ground) -> None:
    async with asyncio.timeout(60):
        while await _applied(here) < FACTS:  # noqa: ASYNC110  (another process is asked)
            await asyncio.sleep(0.2)
    # The queries are in use from here on, so that their refreshing weighs on the bare route as it does on them.
    for query in QUERIES:
        await _rate(here, query, seconds=0.5)
    bare, _ = await _rate(here, "/bare")
    report("bare JSON route", bare, "requests/s")
    for query in QUERIES:
        rate, size = await _rate(here, query)
        report(f"{query} ({size / 1024:.0f} KB)", rate, "requests/s", raw=bare, of="bare route", floor=bare / 2)


async def _applied(here: Ground) -> int:
    async with httpx.AsyncClient(base_url=here.url("metrics")) as http:
        topics = (await http.get("/v1/totals?by=")).json()["as_of"]["topics"]
        applied: int = topics.get(TOPIC, {}).get("facts", 0)
        return applied


async def _rate(here: Ground, path: str, *, seconds: float = SECONDS) -> tuple[float, int]:
    """Answers a second over CONNECTIONS kept connections, and the bytes of one; the client is as bare as it can be."""
    address = urlsplit(here.url("metrics"))
    question = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    until = time.perf_counter() + seconds
    sizes: list[int] = []

    async def ask() -> int:
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
        count = 0
        while time.perf_counter() < until:
            writer.write(question)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            sizes[:] = [length]
            count += 1
        writer.close()
        return count

    counts = await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return sum(counts) / seconds, sizes[0]


def _serve() -> None:
    settings = MetricsSettings()
    app = SERVICE.make_app(settings, lambda app: work_beside(SERVICE, app))

    @app.get("/bare")
    async def bare() -> dict[str, str]:
        return {"status": "bare"}

    settle_memory()
    uvicorn.run(app, host="127.0.0.1", port=settings.port, log_config=None, access_log=False)


if __name__ == "__main__":
    telemetry.set_up("metrics", "warning")
    _serve()
