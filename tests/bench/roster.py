"""Roster rows over REST with every check on, beside COPY alone of the same finished rows into the same tables."""

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
from tests.bench.ground import NO_CONNECTION_KEPT, PLAN, Ground, ground, report
from tests.bench.rights import report_share
from tests.support.people import identity_number

BATCH = 1000
BATCHES = 100
CONNECTIONS = 4
SEATS = 50

# In an order in which a batch of trainees comes before the batch of their enrolments.
TABLES = {
    "trainee": "SELECT trainee.* FROM enrolment JOIN trainee USING (person) ORDER BY enrolment.id",
    "enrolment": "SELECT * FROM enrolment ORDER BY id",
    "outbox": "SELECT * FROM outbox WHERE subject LIKE 'enrolments/%' ORDER BY subject",
}
_MORE_CLASSES = """
INSERT INTO class
SELECT (jsonb_populate_record(c, jsonb_build_object('id', uuidv7(), 'local_id', 'C' || number))).*
FROM class c, generate_series(1, $1) AS number WHERE c.local_id = 'C0'
"""
_FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文"


async def main() -> None:
    async with ground() as here:
        here.run("registry", "migrate")
        here.run("registry", "load-plan", str(PLAN))
        with here.process("registry", "api"):
            elapsed = await _post_rosters(here)
        rows = BATCH * BATCHES
        copied = await _copy_alone(here)
        await report_share(here, "enrol_trainees", "a roster batch", elapsed / BATCHES)
        report("roster rows over REST", rows / elapsed, "rows/s", raw=rows / copied, of="COPY alone", floor=10_000)
        print(f"{'':<44}the share has a floor of 0.30; classes of {SEATS} seats, {BATCH} rows a call", flush=True)


async def _post_rosters(here: Ground) -> float:
    """Seconds for all batches, the client on the same machine."""
    async with httpx.AsyncClient(base_url=here.url("registry"), timeout=60, limits=NO_CONNECTION_KEPT) as http:
        own = await prepare(here, http, batches=BATCHES)
        posts = [(roster(batch), own | {"Content-Type": "application/json"}) for batch in range(BATCHES)]
        await _post(http, *posts[0])
        queue = iter(posts[1:])
        started = time.perf_counter()

        async def client() -> None:
            for post in queue:
                await _post(http, *post)

        await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
        return (time.perf_counter() - started) * len(posts) / (len(posts) - 1)


async def prepare(here: Ground, http: httpx.AsyncClient, *, batches: int) -> dict[str, str]:
    """The headers of an institution with the classes that so many batches fill."""
    own = here.headers(Role.INSTITUTION, organisation=await new_institution(here, http))
    await new_class(http, own, 0)
    connection = await asyncpg.connect(here.postgres.url("registry"), ssl=False)
    await connection.execute(_MORE_CLASSES, batches * BATCH // SEATS - 1)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    return own


def roster(batch: int) -> bytes:
    """The body of a batch."""
    numbers = range(batch * BATCH, (batch + 1) * BATCH)
    return orjson.dumps({"rows": [roster_row(number) | {"class": f"C{number // SEATS}"} for number in numbers]})


async def new_institution(here: Ground, http: httpx.AsyncClient) -> str:
    """The id of an institution, registered for the purpose and listed for the project of its classes."""
    body = "52410000MJ0012345"
    school = {"credit_code": body + check_character(body), "name": "样本", "kind": "college", "region": "410102"}
    province = here.headers(Role.PROVINCE, region="410000")
    found: str = (await http.post("/v1/institutions", json=school, headers=province)).json()["id"]
    listing = {"project": "4-10-01-05-L4", "first_on": "2025-01-01"}
    county = here.headers(Role.COUNTY_OFFICER, region="410102")
    answer = await http.post(f"/v1/institutions/{found}/listings", json=listing, headers=county)
    assert answer.status_code == 201, answer.text
    return found


async def new_class(http: httpx.AsyncClient, own: dict[str, str], number: int) -> str:
    """The id of a class, filed for the purpose."""
    filing = {
        "local_id": f"C{number}", "programme": "S02-1", "region": "410102", "occupation": "4-10-01-05",
        "level": "L4", "fund_source": "employment_fund", "starts_on": "2025-03-01", "ends_on": "2025-03-20",
        "hours": 60, "seats": SEATS,
    }  # fmt: skip
    answer = await http.post("/v1/classes", json=filing, headers=own)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def roster_row(number: int) -> dict[str, Any]:
    """An invented trainee, every tenth of a priority group; the number's region was never given to a place."""
    born = date(1970, 1, 1) + timedelta(days=number % 12_000)
    row: dict[str, Any] = {
        "local_id": f"T{number:07d}",
        "document_number": identity_number(born, number // 12_000, region="419999"),
        "name": f"{_FAMILY_NAMES[number % 20]}{_GIVEN_NAMES[number % 29]}{_GIVEN_NAMES[number // 29 % 28]}",
        "phone": f"1391{number + 5_000_017:07d}",
        "tags": ["S06"],
        "employment": "unemployed",
        "consent": {"on": "2025-02-01"},
    }
    if number % 10 == 0:
        row["groups"] = [{"group": "veteran", "evidence": f"退役军人优待证 {number}", "dated_on": "2024-12-01"}]
    return row


async def _post(http: httpx.AsyncClient, body: bytes, headers: dict[str, str]) -> None:
    answer = await http.post("/v1/enrolments", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    batch = answer.json()
    assert batch["accepted"] == BATCH, next(row for row in batch["rows"] if row["outcome"] != "accepted")


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
    await connection.execute("TRUNCATE enrolment, trainee, outbox CASCADE")
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
