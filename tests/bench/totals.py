"""GET /v1/totals beside a bare JSON route in the same server, while 200 facts a second flow into 165,000 cells."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI

from services.metrics.settings import MetricsSettings
from services.metrics.worker import SERVICE
from shared.backbone.log import EventLog, Record
from shared.backbone.relay import relay_batch
from shared.contracts.registry import TOPIC
from shared.service import open_log, settle_memory, worker_engine
from tests.bench.facts import CELLS, enrolment_facts
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
    facts = list(enrolment_facts(facts=FACTS, subjects=FACTS, cells=CELLS * 2, in_listed_regions=True))
    for first in range(0, FACTS, 20_000):
        await log.append(TOPIC, facts[first : first + 20_000])


async def _flow(log: EventLog) -> None:
    """200 facts a second of new subjects, for as long as the task lives."""
    facts = iter(enrolment_facts(facts=20_000, subjects=20_000, first=FACTS, in_listed_regions=True))
    while True:
        await log.append(TOPIC, [Record(*next(facts)) for _ in range(20)])
        await asyncio.sleep(0.1)


def _server(here: Ground) -> subprocess.Popen[bytes]:
    environment = here.environment()
    child = subprocess.Popen([sys.executable, "-m", "tests.bench.totals"], env=environment)
    here._wait_ready("metrics")
    return child


async def _measure(here: Ground) -> None:
    deadline = time.monotonic() + 60
    while (await _body(here, "/v1/totals"))[0] < FACTS and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    bare = await _rate(here, "/bare")
    report("bare JSON route", bare, "requests/s")
    for query in QUERIES:
        rate = await _rate(here, query)
        size = (await _body(here, query))[1]
        report(f"{query} ({size / 1024:.0f} KB)", rate, "requests/s", raw=bare, of="bare route", floor=bare / 2)
