"""Attendance marks over REST, in batches of devices beside COPY alone, and one by one beside the route with no rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import asyncpg
import httpx
import orjson

from shared.kernel.callers import Role
from shared.kernel.credit_code import check_character
from shared.kernel.periods import BUSINESS_ZONE
from tests.bench.ground import PLAN, Ground, ground, report
from tests.bench.rights import report_share
from tests.support.people import identity_number

CLASSES = 20
TRAINEES = 50
DAYS = 5
BATCH = 4 * TRAINEES
CONNECTIONS = 4

SINGLES = 2000
CONNECTIONS_OF_SINGLES = 8

FIRST = datetime(2025, 3, 3, tzinfo=BUSINESS_ZONE)
# Eight class hours a day: what counts, and not a minute that would have to be flagged.
TIMES = (("in", 8, 30), ("out", 11, 30), ("in", 13, 30), ("out", 16, 30))

Post = tuple[bytes, int]


async def main() -> None:
    async with ground() as here:
        here.run("registry", "migrate")
        here.run("registry", "load-plan", str(PLAN))
        await _take_old_marks(here)
        with here.process("registry", "api"):
            async with httpx.AsyncClient(base_url=here.url("registry"), timeout=60) as http:
                own = await _prepare(here, http)
            batches = [_post(rows) for day in range(DAYS) for rows in _day(day)]
            together = await _time(here, own, batches, CONNECTIONS)
            await _analyze(here)
            singles = [_post([row]) for rows in _day(DAYS) for row in rows][:SINGLES]
            one_by_one = await _time(here, own, singles, CONNECTIONS_OF_SINGLES)
            bare = await _time(here, own, [_post([])] * SINGLES, CONNECTIONS_OF_SINGLES)
        marks = BATCH * len(batches)
        copied = await _copy_alone(here, marks)
        await report_share(here, "record_attendance_marks", "a single mark", one_by_one / SINGLES)
    report("attendance marks in batches", marks / together, "marks/s", raw=marks / copied, of="COPY alone", floor=2_000)
    report("attendance marks one by one", SINGLES / one_by_one, "marks/s", raw=SINGLES / bare, of="no rows", floor=300)


_ANY_DAY = """
WITH next AS (UPDATE rule_sequence SET sequence = sequence + 1 RETURNING sequence)
INSERT INTO policy_row (key, region, validity, value, status, source, sequence)
SELECT key, region, validity, '100000', status, source, next.sequence FROM policy_row CROSS JOIN next
WHERE key = 'attendance.edit_days_max'
"""


async def _take_old_marks(here: Ground) -> None:
    """The classes are of 2025, and the clock is not moved."""
    connection = await asyncpg.connect(here.postgres.url("registry"), ssl=False)
    await connection.execute(_ANY_DAY)
    await connection.close()


async def _prepare(here: Ground, http: httpx.AsyncClient) -> dict[str, str]:
    """Running classes, full of trainees; the headers of their institution."""
    body = "52410000MJ0012345"
    school = {"credit_code": body + check_character(body), "name": "样本", "kind": "college", "region": "410102"}
    province = here.headers(Role.PROVINCE, region="410000")
    institution = await _ask(http, "/v1/institutions", school, province)
    own = here.headers(Role.INSTITUTION, person="clerk", organisation=str(institution["id"]))
    officer = here.headers(Role.COUNTY_OFFICER, person="officer", region="410102")
    for number in range(CLASSES):
        filing = {
            "local_id": f"C{number}", "programme": "S02-1", "region": "410102", "occupation": "4-10-01-05",
            "level": "L4", "starts_on": "2025-03-01", "ends_on": "2025-03-20", "hours": 60, "seats": TRAINEES,
        }  # fmt: skip
        path = f"/v1/classes/{(await _ask(http, '/v1/classes', filing, own))['id']}"
        rows = [_trainee(number * TRAINEES + place) for place in range(TRAINEES)]
        enrolled = await _ask(http, f"{path}/enrolments", {"rows": rows}, own)
        assert enrolled["accepted"] == TRAINEES, str(enrolled)[:500]
        await _ask(http, f"{path}/approval", None, officer)
        await _ask(http, f"{path}/start", None, own)
    return own


def _trainee(number: int) -> dict[str, object]:
    born = datetime(1965, 1, 1, tzinfo=BUSINESS_ZONE) + timedelta(days=number)
    document = identity_number(born.date(), number % 1000, region="419999")
    return {"local_id": f"T{number}", "document_number": document, "name": "王小明"}


def _day(day: int) -> Iterator[list[dict[str, object]]]:
    """For each class the marks of a day as its device would send them in the evening: everybody, four seconds apart."""
    for number in range(CLASSES):
        yield [
            {
                "local_id": f"{number}-{day}-{half}-{place}", "class_local_id": f"C{number}",
                "trainee_local_id": f"T{number * TRAINEES + place}", "direction": direction, "method": "device",
                "device": f"gate-{number}",
                "at": (FIRST + timedelta(day, hours=hour, minutes=minute, seconds=4 * place)).isoformat(),
            }
            for half, (direction, hour, minute) in enumerate(TIMES)
            for place in range(TRAINEES)
        ]  # fmt: skip


def _post(rows: Sequence[dict[str, object]]) -> Post:
    return orjson.dumps({"rows": rows}), len(rows)


async def _time(here: Ground, own: dict[str, str], posts: Sequence[Post], connections: int) -> float:
    """Seconds for all of `posts`, the client on the same machine; so it is a plain one, which leaves the machine alone.

    A client for all purposes takes longer over a request than the service does.
    """
    queue = iter(posts)

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.ports["registry"])
        for body, count in queue:
            lines = ["POST /v1/attendance-marks HTTP/1.1", "Host: bench", f"Authorization: {own['Authorization']}"]
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
            writer.write("\r\n".join(lines).encode() + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            answer = await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
            assert orjson.loads(answer).get("accepted") == count, answer[:500]
        writer.close()
        await writer.wait_closed()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    return time.perf_counter() - started


async def _ask(http: httpx.AsyncClient, path: str, content: object, headers: dict[str, str]) -> dict[str, str | int]:
    answer = await http.post(path, json=content, headers=headers)
    assert answer.is_success, answer.text
    found: dict[str, str | int] = answer.json()
    return found


async def _analyze(here: Ground) -> None:
    """What autovacuum does within a minute: until then statements keep plans that were made for empty tables."""
    connection = await asyncpg.connect(here.postgres.url("registry"), ssl=False)
    await connection.execute("ANALYZE")
    await connection.close()


async def _copy_alone(here: Ground, marks: int) -> float:
    """Seconds to COPY the marks of the batches into the same table, emptied, as many rows a transaction."""
    connection = await asyncpg.connect(here.postgres.url("registry"), ssl=False)
    rows = [tuple(row) for row in await connection.fetch(f"SELECT * FROM attendance_mark ORDER BY id LIMIT {marks}")]
    await connection.execute("TRUNCATE attendance_mark")
    started = time.perf_counter()
    for first in range(0, marks, BATCH):
        async with connection.transaction():
            await connection.copy_records_to_table("attendance_mark", records=rows[first : first + BATCH])
    elapsed = time.perf_counter() - started
    flags = await connection.fetchval("SELECT count(*) FROM flag WHERE code IN ('C05', 'C16', 'C20')")
    assert flags == 0, f"{flags} flags: honest marks raised them"
    await connection.close()
    return elapsed
