"""More rosters at once than a service can decide: they are told when to come back, and everybody else is answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
import pytest

from shared.kernel.ids import new_id
from tests.hostile.conftest import PEAK_BYTES_MAX, Attacked, nobody_else_notices

ROSTERS: Final = 450
ROWS: Final = 300
ANSWERED_SECONDS_MAX: Final = 15.0
"""Of a roster: it waits for at most four seconds, and is then decided on a machine that does other things as well."""


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json", self
        found: dict[str, Any] = json.loads(self.body)
        return found


async def send(service: Attacked, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    fields = {"Host": "here", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    async with asyncio.timeout(60):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        told = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
        answered = await reader.readexactly(int(told["content-length"]))
    writer.close()
    return Answer(int(head[0].split()[1]), told, answered, time.monotonic() - began)


def roster(size: int = ROWS) -> bytes:
    """Rows that are parsed one by one, and refused one by one."""
    row = {"class": "C1", "document_number": "11010119900101001X", "name": "王小明", "tags": ["S06"]}
    return orjson.dumps({"rows": [row | {"local_id": f"T{number}"} for number in range(size)]})


@pytest.fixture
def flooded(registry: Attacked) -> list[Answer]:
    """What 450 rosters at once are answered; nobody else noticed."""
    headers = registry.institution(new_id())

    async def flood() -> list[Answer]:
        # Together more than a quick machine does in a second, which is the least that anybody is told to wait.
        posts = (send(registry, "POST", "/v1/enrolments", headers, roster(3 * ROWS)) for _ in range(ROSTERS))
        return await asyncio.gather(*posts)

    with nobody_else_notices(registry):
        return asyncio.run(flood())


def test_each_of_450_rosters_is_decided_or_told_when_to_come_back(flooded: list[Answer]) -> None:
    statuses = {answer.status for answer in flooded}
    assert statuses == {200, 503}, "some are decided, and none fails"
    refused = [answer for answer in flooded if answer.status == 503]
    assert {answer.problem["code"] for answer in refused} <= {"busy", "bodies-full"}
    assert all(1 <= int(answer.headers["retry-after"]) <= 30 for answer in refused)
    assert max(answer.seconds for answer in flooded) < ANSWERED_SECONDS_MAX
    # They are sent back at different times, or all of them would come again in the same second.
    assert len({answer.headers["retry-after"] for answer in refused}) > 1


def test_health_says_which_lane_is_full_and_that_the_service_is_alive(registry: Attacked) -> None:
    headers = registry.institution(new_id())

    async def flood() -> tuple[list[Answer], list[Answer]]:
        posts = [
            asyncio.create_task(send(registry, "POST", "/v1/enrolments", headers, roster(1000))) for _ in range(60)
        ]
        seen = []
        while not all(post.done() for post in posts):
            seen.append(await send(registry, "GET", "/health/ready", {}))
            await asyncio.sleep(0.05)
        return seen, await asyncio.gather(*posts)

    seen, _ = asyncio.run(flood())

    assert {answer.status for answer in seen} == {200}
    assert ["bulk"] in [json.loads(answer.body)["full"] for answer in seen]
    assert registry.peak_bytes < PEAK_BYTES_MAX


def test_a_row_in_a_small_body_does_not_wait_behind_rosters(registry: Attacked) -> None:
    device, others = registry.institution(new_id(), person="a device"), registry.institution(new_id())

    async def mark() -> Answer:
        posts = [asyncio.create_task(send(registry, "POST", "/v1/enrolments", others, roster())) for _ in range(30)]
        await asyncio.sleep(0.1)
        answer = await send(registry, "POST", "/v1/attendance-marks", device, b'{"rows": []}')
        await asyncio.gather(*posts)
        return answer

    answer = asyncio.run(mark())

    assert (answer.status, answer.headers["ratelimit"].split(";")[0]) == (200, '"interactive"')
    assert answer.seconds < 1
