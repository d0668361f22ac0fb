"""2,000 readers of the stream of totals: from the moment a fact is in the log until each of them has it."""

from __future__ import annotations

import asyncio
import os
import re
import time
from statistics import median, quantiles
from typing import Final

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
    host, port = "127.0.0.1", here.ports["metrics"]
    request = f"GET /v1/stream?by=programme HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    loop, readers, open_ = asyncio.get_running_loop(), [_Reader(request) for _ in range(READERS)], []
    for reader in readers:
        transport, _ = await loop.create_connection(lambda: reader, host, port)  # noqa: B023
        open_.append(transport)
    seen = [reader.seen for reader in readers]
    async with asyncio.timeout(120):
        while not all(seen) or len({each[-1][0] for each in seen}) > 1:  # noqa: ASYNC110  (other tasks)
            await asyncio.sleep(0.1)
    facts = enrolment_facts(facts=20 * CHANGES, subjects=20 * CHANGES, first=FACTS)
    for _ in range(CHANGES):
        await log.append(TOPIC, [next(facts) for _ in range(20)])
        told.append(time.perf_counter())
        await asyncio.sleep(SECONDS_BETWEEN)
    async with asyncio.timeout(60):
        while any(each[-1][1] < told[-1] for each in seen):  # noqa: ASYNC110  (other tasks)
            await asyncio.sleep(0.1)
    assert not any(reader.is_cut_off for reader in readers)
    for transport in open_:
        transport.close()
    while not all(reader.is_cut_off for reader in readers):  # noqa: ASYNC110  (other tasks)
        await asyncio.sleep(0.1)
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


class _Reader(asyncio.Protocol):
    """A reader who notes when they are told of which number, and does no more: they share the processors."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._begun = b""
        """What was told of an event, or of the head before them, that has not ended."""
        self._has_head = False
        self.seen: list[tuple[int, float]] = []
        self.is_cut_off = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        told, ends, self._begun = (self._begun + data).rpartition(b"\r\n\r\n")
        assert self._has_head or not ends or told.startswith(b"HTTP/1.1 200"), told
        self._has_head |= bool(ends)
        now = time.perf_counter()
        self.seen += [(int(found), now) for found in _TRAININGS.findall(told)]

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_cut_off = True
