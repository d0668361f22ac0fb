"""Roster rows over REST, beside COPY alone of the same finished rows into the same tables with the same indexes."""

from __future__ import annotations

import asyncio
import time
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import orjson

from shared.kernel.callers import Role
from shared.kernel.credit_code import check_character
from tests.bench.ground import PLAN, Ground, ground, report
from tests.support.people import identity_number

BATCH = 1000
BATCHES = 100
CONNECTIONS = 4

# In an order in which a batch of trainees comes before the batch of their enrolments.
TABLES = {
    "trainee": "SELECT trainee.* FROM enrolment JOIN trainee USING (person) ORDER BY enrolment.id",
    "enrolment": "SELECT * FROM enrolment ORDER BY id",
    "outbox": "SELECT * FROM outbox WHERE subject LIKE 'enrolments/%' ORDER BY subject",
}


async def main() -> None:
    async with ground() as here:
        here.run("registry", "migrate")
        here.run("registry", "load-plan", str(PLAN))
        with here.process("registry", "api"):
            elapsed = await _post_rosters(here)
        rows = BATCH * BATCHES
        copied = await _copy_alone(here)
        report("roster rows over REST", rows / elapsed, "rows/s", raw=rows / copied, of="COPY alone", floor=10_000)


async def _post_rosters(here: Ground) -> float:
    """Seconds for all batches, the client on the same machine."""
    async with httpx.AsyncClient(base_url=here.url("registry"), timeout=60) as http:
        posts = await _prepare(here, http)
        await _post(http, *posts[0])
        queue = iter(posts[1:])
        started = time.perf_counter()

        async def client() -> None:
            for post in queue:
                await _post(http, *post)

        await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
        return (time.perf_counter() - started) * len(posts) / (len(posts) - 1)


async def _prepare(here: Ground, http: httpx.AsyncClient) -> list[tuple[str, bytes, dict[str, str]]]:
    """One class and one ready-made body per batch."""
    own = here.headers(Role.INSTITUTION, organisation=await new_institution(here, http))
    posts = []
    for batch in range(BATCHES):
        class_id = await new_class(http, own, batch)
        rows = orjson.dumps({"rows": [roster_row(batch * BATCH + place) for place in range(BATCH)]})
        posts.append((f"/v1/classes/{class_id}/enrolments", rows, own | {"Content-Type": "application/json"}))
    return posts


async def new_institution(here: Ground, http: httpx.AsyncClient) -> str:
    """The id of an institution, registered for the purpose."""
    body = "52410000MJ0012345"
    school = {"credit_code": body + check_character(body), "name": "样本", "kind": "college", "region": "410102"}
    province = here.headers(Role.PROVINCE, region="410000")
    found: str = (await http.post("/v1/institutions", json=school, headers=province)).json()["id"]
    return found


async def new_class(http: httpx.AsyncClient, own: dict[str, str], number: int) -> str:
    """The id of a class of 1,000 seats, filed for the purpose."""
    filing = {
        "local_id": f"C{number}", "programme": "S02-1", "region": "410102", "occupation": "4-10-01-05",
        "level": "L4", "fund_source": "employment_fund", "starts_on": "2025-03-01", "ends_on": "2025-03-20",
        "hours": 60, "seats": BATCH,
    }  # fmt: skip
    found: str = (await http.post("/v1/classes", json=filing, headers=own)).json()["id"]
    return found


def roster_row(number: int) -> dict[str, Any]:
    """An invented trainee; the number's region was never given to a place."""
    born = date(1965, 1, 1) + timedelta(days=number % 12_000)
    return {
        "local_id": f"T{number:07d}",
        "document_number": identity_number(born, number // 12_000, region="419999"),
        "name": "某某某",
        "phone": f"199{number:08d}",
        "tags": ["S06"],
    }


async def _post(http: httpx.AsyncClient, path: str, body: bytes, headers: dict[str, str]) -> None:
    answer = await http.post(path, content=body, headers=headers)
    accepted = answer.json()["accepted"]
    assert accepted == BATCH, f"{accepted} of {BATCH} rows accepted"


async def _copy_alone(here: Ground) -> float:
    """Seconds to COPY the rows that REST has stored into the same tables, emptied, as many rows a transaction."""
    connection = await asyncpg.connect(here.postgres.url("registry"), ssl=False)
    rows = {table: [tuple(row) for row in await connection.fetch(query)] for table, query in TABLES.items()}
    columns = {
        table: [name for (name,) in await connection.fetch(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum", table
        )]
        for table in TABLES
    }  # fmt: skip
    await connection.execute("TRUNCATE enrolment, trainee, outbox")
    started = time.perf_counter()
    for first in range(0, BATCH * BATCHES, BATCH):
        async with connection.transaction():
            for table in TABLES:
                await connection.copy_records_to_table(
                    table, columns=columns[table], records=rows[table][first : first + BATCH]
                )
    elapsed = time.perf_counter() - started
    await connection.close()
    return elapsed
