"""A single read while 450 rosters are in flight: how long it takes, and how the rosters are answered meanwhile."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, Final, NamedTuple

import httpx

from tests.bench.ground import PLAN, ground
from tests.bench.roster import BATCH, prepare, roster

ROSTERS: Final = 450
READS_A_SECOND: Final = 20
P95_MS_MAX: Final = 500


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    seconds: float
    body: bytes


async def main() -> None:
    async with ground() as here:
        here.run("registry", "migrate")
        here.run("registry", "load-plan", str(PLAN))
        with here.process("registry", "serve"):
            async with httpx.AsyncClient(base_url=here.url("registry")) as http:
                own = await prepare(here, http, batches=ROSTERS)
                (first, *_) = (await http.get("/v1/classes", headers=own)).json()["rows"]
            reads = Reads(here.ports["registry"], own["Authorization"], f"/v1/classes/{first['id']}")
            alone = await reads.during(asyncio.sleep(3))
            flood = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bench.busy", str(here.ports["registry"]), own["Authorization"],
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            assert flood.stdout is not None
            await flood.stdout.readline()  # its bodies are ready
            waits = await reads.during(flood.wait())
            told = json.loads(await flood.stdout.readline())
    p95 = quantiles(waits, n=20)[18]
    print(
        f"{'single read p95 while 450 rosters are in flight':<48}{p95:>8,.0f} ms  (less than {P95_MS_MAX}; p50 "
        f"{median(waits):,.0f}, most {max(waits):,.0f}, of {len(waits)} reads; without rosters p95 "
        f"{quantiles(alone, n=20)[18]:,.0f} ms)",
        flush=True,
    )
    print(
        f"{'':<48}rosters of {BATCH} rows at once: {told['first']}; all accepted after {told['seconds']:.0f} s; the "
        f"slowest answer took {told['slowest']:.1f} s",
        flush=True,
    )


@dataclass(frozen=True)
class Reads:
    """Asks for one thing at a steady pace, whether the last time was answered or not."""

    port: int
    authorization: str
    path: str

    async def during(self, work: Awaitable[object]) -> list[float]:
        """Milliseconds of each answer while `work` lasts."""
        waits: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            working = asyncio.ensure_future(work)
            while not working.done():
                tasks.create_task(self._read(waits))
                await asyncio.sleep(1 / READS_A_SECOND)
        return waits

    async def _read(self, waits: list[float]) -> None:
        answer = await ask(self.port, "GET", self.path, self.authorization)
        assert answer.status == 200, answer
        waits.append(answer.seconds * 1000)


async def ask(port: int, method: str, path: str, authorization: str, body: bytes = b"") -> Answer:
    """One request on a connection of its own, by a client that takes as little time as it can."""
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Authorization: {authorization}"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    answer = await reader.readexactly(int(headers["content-length"]))
    writer.close()
    return Answer(int(head[0].split()[1]), headers, time.perf_counter() - started, answer)


async def _flood(port: int, authorization: str, bodies: list[bytes]) -> dict[str, Any]:
    """Post all of `bodies` at once; each is repeated when it may be, until it is accepted."""
    first: Counter[int] = Counter()
    slowest, started = 0.0, time.perf_counter()

    async def post(body: bytes) -> None:
        nonlocal slowest
        is_first = True
        while True:
            answer = await ask(port, "POST", "/v1/enrolments", authorization, body)
            slowest = max(slowest, answer.seconds)
            first[answer.status] += is_first
            is_first = False
            if answer.status == 200:
                return
            assert answer.status in (429, 503), answer
            await asyncio.sleep(int(answer.headers["retry-after"]))

    await asyncio.gather(*map(post, bodies))
    return {"first": dict(first), "slowest": slowest, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    posts = [roster(batch) for batch in range(ROSTERS)]
    print("ready", flush=True)
    print(json.dumps(asyncio.run(_flood(int(sys.argv[1]), sys.argv[2], posts))), flush=True)
