"""A run of claims, each drafted, submitted and approved, while 200 reviewers read; LINES sets how many lines it has."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, Final
from uuid import UUID

import httpx

from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.bench import claims
from tests.bench.busy import ask
from tests.bench.claims import A_CLASS, INSTITUTIONS
from tests.bench.ground import NO_CONNECTION_KEPT, Ground, ground, report
from tests.bench.processors import processor_seconds

LINES: Final = int(os.environ.get("LINES", "40000"))
LINES_A_SECOND: Final = 650_000 / 600
"""What a run of 650,000 lines in ten minutes needs."""
FIRST: Final = 40
"""Claims before the clock starts, in which connections are opened and statements prepared."""
REVIEWERS: Final = 200
READING_SECONDS: Final = 10
"""Each reviewer opens the list of what waits and the first claim of it, and then reads for so long."""
P95_MS_MAX: Final = 150


class PatientClient(httpx.AsyncClient):
    """Sends again what it is told to send again, after the time it is told to wait."""

    repeats = 0

    async def request(self, *args: Any, **kwargs: Any) -> httpx.Response:
        while "Retry-After" in (answer := await super().request(*args, **kwargs)).headers:
            self.repeats += 1
            await asyncio.sleep(int(answer.headers["Retry-After"]))
        return answer


async def main() -> None:
    async with ground() as here:
        here.run("subsidy", "migrate")
        institutions = [new_id() for _ in range(INSTITUTIONS)]
        classes = await claims.fill(here, institutions, [A_CLASS] * (FIRST + LINES // A_CLASS))
        with here.processes("subsidy") as children:
            measured = [[each.pid for each in children], [here.postgres.pid]]
            readers, url = await _readers(here), here.url("subsidy")
            async with PatientClient(base_url=url, timeout=120, limits=NO_CONNECTION_KEPT) as http:
                await claims.set_budget(here, http, "410100", 10**13)
                await claims.each(classes[:FIRST], lambda one: _through(here, http, one))
                before = [sum(map(processor_seconds, pids)) for pids in measured]
                _, elapsed = await claims.each(classes[FIRST:], lambda one: _through(here, http, one))
                after = [sum(map(processor_seconds, pids)) for pids in measured]
            told, _ = await readers.communicate(b"\n")
    waits, busy = json.loads(told)
    python, database = ((late - early) / LINES * 1e6 for early, late in zip(before, after, strict=True))
    report(f"a run of {LINES:,} lines, drafted to approved", LINES / elapsed, "lines/s", floor=LINES_A_SECOND)
    print(
        f"{f'  reads of {REVIEWERS} reviewers meanwhile, p95':<44}{quantiles(waits, n=20)[18]:>12,.0f} ms"
        f"  (less than {P95_MS_MAX}; p50 {median(waits):,.0f}, most {max(waits):,.0f}, of {len(waits):,} reads;"
        f" {busy} were told that the service is busy, as were {http.repeats} steps of claims)\n"
        f"{'  processor time of a line':<44}{python:>12,.0f} µs of Python, {database:,.0f} µs of PostgreSQL, with what"
        f" the reads take; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


async def _through(here: Ground, http: httpx.AsyncClient, one: tuple[UUID, UUID]) -> None:
    drafted = await claims.draft(here, http, one)
    await claims.submit(here, http, drafted)
    status = await claims.approve(here, http, drafted, "410100")
    assert status == 200, status


async def _readers(here: Ground) -> asyncio.subprocess.Process:
    """A process of the reviewers, which says how long they waited once a line is written to it."""
    headers = [here.headers(Role.REVIEWER, person=f"reader-{number}", region="410100") for number in range(REVIEWERS)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.claim_run", str(here.ports["subsidy"]),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps([each["Authorization"] for each in headers]).encode() + b"\n")
    return process


@dataclass
class Reads:
    """What reviewers were answered: the milliseconds of each read, and how many were told that the service is busy."""

    port: int
    waits: list[float] = field(default_factory=list)
    busy: int = 0

    async def of_all(self, tokens: Sequence[str]) -> None:
        """Reads of a reviewer for each token until a line is written to this process."""
        async with asyncio.TaskGroup() as tasks:
            reading = [
                tasks.create_task(self._of_one(token, after=READING_SECONDS * number / len(tokens)))
                for number, token in enumerate(tokens)
            ]
            await asyncio.to_thread(sys.stdin.readline)
            for each in reading:
                each.cancel()

    async def _of_one(self, authorization: str, *, after: float) -> None:
        """What one reviewer does, for ever, from `after` seconds on."""
        await asyncio.sleep(after)
        while True:
            started = time.perf_counter()
            found = await self._opened("/v1/my-work?size=20", authorization)
            if found and found["rows"]:
                await self._opened(f"/v1/claims/{found['rows'][0]['id']}", authorization)
            await asyncio.sleep(max(0.0, started + READING_SECONDS - time.perf_counter()))

    async def _opened(self, path: str, authorization: str) -> Any:
        answer = await ask(self.port, "GET", path, authorization)
        if answer.status == 503:
            self.busy += 1
            return None
        assert answer.status == 200, answer
        self.waits.append(answer.seconds * 1000)
        return json.loads(answer.body)


if __name__ == "__main__":
    reads = Reads(int(sys.argv[1]))
    asyncio.run(reads.of_all(json.loads(sys.stdin.readline())))
    print(json.dumps([reads.waits, reads.busy]), flush=True)
