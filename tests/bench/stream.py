"""2,000 readers of the stream of totals: from the moment a fact is in the log until each of them has it."""

from __future__ import annotations

import asyncio
import os
import re
import time
from statistics import median, quantiles
from typing import Final
from urllib.parse import urlsplit

from services.metrics.settings import MetricsSettings
from services.metrics.worker import SERVICE
from shared.backbone.log import EventLog
from shared.backbone.relay import relay_batch
from shared.contracts.registry import TOPIC
from shared.service import open_log, worker_engine
from tests.bench.facts import class_starts, enrolment_facts
from tests.bench.ground import PLAN, Ground, ground, report

READERS: Final = 2_000
FACTS: Final = 20_000
"""Counted before: some hundred cells."""
CHANGES: Final = 30
SECONDS_BETWEEN: Final = 1.0
_TRAININGS: Final = re.compile(rb'"total":{"trainings":([0-9]+)')
_ROOM: Final = dict.fromkeys(
    ("SKILLS_CONNECTIONS_MAX", "SKILLS_ADDRESS_CONNECTIONS_MAX", "SKILLS_CALLER_REQUESTS_MAX"), "4000"
)
"""All readers of the benchmark have one address."""


async def main() -> None:
    os.environ.update(_ROOM)
    async with ground() as here:
        for service in ("registry", "metrics"):
            here.run(service, "migrate")
        here.run("registry", "load-plan", str(PLAN))
        log = open_log(MetricsSettings(SKILLS_LOG_URL=here.log_url))
        try:
            await _fill(here, log)
            with here.process("metrics", "serve"):
                waits = sorted(await _measure(here, log))
        finally:
            await log.close()
    p99 = quantiles(waits, n=100)[98]
    load = os.getloadavg()[0]
    print(f"change to {READERS} readers: p50 {median(waits):.0f} ms, p99 {p99:.0f} ms, most {waits[-1]:.0f} ms")
    report("stream p99 below 1,000 ms", p99, f"ms (load of the machine {load:.1f}; the readers are on it as well)")


async def _fill(here: Ground, log: EventLog) -> None:
    engine = worker_engine(SERVICE, MetricsSettings(database_url=here.postgres.url("registry")))
    while await relay_batch(engine, log):
        pass
    await engine.dispose()
    # Whoever enters a class that has started counts at once.
    await log.append(TOPIC, list(class_starts(range((FACTS + 20 * CHANGES) // 40 + 1))))
    await log.append(TOPIC, list(enrolment_facts(facts=FACTS, subjects=FACTS // 2)))


async def _measure(here: Ground, log: EventLog) -> list[float]:
    """Milliseconds for each change and reader."""
    told: list[float] = []
    seen: list[list[tuple[int, float]]] = [[] for _ in range(READERS)]
    readers = [asyncio.create_task(_read(here, each)) for each in seen]
    async with asyncio.timeout(120):
        while not all(seen) or len({each[-1][0] for each in seen}) > 1:  # noqa: ASYNC110  (other tasks)
            await asyncio.sleep(0.1)
    facts = enrolment_facts(facts=20 * CHANGES, subjects=20 * CHANGES, first=FACTS)
    for _ in range(CHANGES):
        await log.append(TOPIC, [next(facts) for _ in range(20)])
        told.append(time.perf_counter())
        await asyncio.sleep(SECONDS_BETWEEN)
    await asyncio.sleep(10)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    return [1000 * wait for each in seen for wait in _waits(told, each)]


def _waits(told: list[float], seen: list[tuple[int, float]]) -> list[float]:
    """From each append to the first event after it."""
    moments = [at for _, at in seen]
    waits = []
    for at in told:
        after = next((moment for moment in moments if moment >= at), None)
        assert after is not None, "a reader did not see a change"
        waits.append(after - at)
    return waits


async def _read(here: Ground, seen: list[tuple[int, float]]) -> None:
    address = urlsplit(here.url("metrics"))
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
    writer.write(f"GET /v1/stream?by=programme HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    try:
        while line := await reader.readline():
            if line.startswith(b"data: ") and (found := _TRAININGS.search(line)):
                seen.append((int(found[1]), time.perf_counter()))
    finally:
        writer.close()
