"""What it costs to look for patterns, with ten thousand to five million people: certificates and exams in batches, and
accounts.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.subsidy.patterns import usecases
from services.subsidy.patterns.rules import DutySource
from shared.database import driver, make_engine
from shared.kernel.periods import business_day
from tests.bench.ground import ground

SIZES: Final = (10_000, 100_000, 1_000_000, 5_000_000)
A_BATCH: Final = 1_000
EXAMS: Final = 100
REPEATS: Final = 7
NOW: Final = datetime.now(UTC)
TODAY: Final = business_day(NOW)

_CERTIFICATES: Final = """
INSERT INTO exam_certificate (id, exam_id, body_id, person, programme, region, reporting_region, occupation, level, way,
    issued_on, valid)
SELECT uuidv7(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'S08', '410102', '410100', '4-10-01-05', 4,
    'exam', current_date - (n % 700)::integer, true
FROM generate_series(1, $1::integer) AS n
"""
_PROPOSALS: Final = """
INSERT INTO proposal (id, kind, subject, region, reporting_region, content, reason, proposed_by, proposed_at, status,
    decided_by, decided_at, version)
SELECT gen_random_uuid(), 'payee_account', 'payees/' || n || '-' || $2, '410102', '410100', '{}', 'bench', 'a', now(),
    'confirmed', 'b', now(), 2
FROM generate_series(1, $1::integer) AS n
RETURNING id
"""
_ACCOUNTS: Final = f"""
WITH proposed AS ({_PROPOSALS})
INSERT INTO payee_account (id, institution_id, region, reporting_region, holder, bank, bank_code, ending, mark, sealed,
    reason, entered_by, entered_at, proposal_id, status, decided_by, decided_at, version)
SELECT uuidv7(), gen_random_uuid(), '410102', '410100', 'x', 'x', '103491000017', '0000', gen_random_uuid(), 'x',
    'bench', 'a', now(), id, 'current', 'b', now(), 2
FROM proposed
"""
_SOURCES: Final = """
INSERT INTO duty_source (id, is_exam, organisation_id, region, reporting_region)
SELECT gen_random_uuid(), n % 2 = 0, gen_random_uuid(), '410102', '410100' FROM generate_series(1, $1::integer) AS n
"""
# Each person of a source has its hours on days of their own, so that people are busy for two years and meet rarely.
_DUTIES: Final = """
INSERT INTO duty (source_id, person, begins_at, ends_at)
SELECT s.id, md5((hashtext(s.id::text || n) % $1)::text)::uuid, b.at, b.at + interval '2 hours'
FROM duty_source AS s CROSS JOIN generate_series(1, 20) AS n
CROSS JOIN LATERAL (
    SELECT now() - (abs(hashtext(s.id::text || n)) % 17520) * interval '1 hour' AS at
) AS b
WHERE NOT EXISTS (SELECT FROM duty AS d WHERE d.source_id = s.id)
"""
_SOME_DUTIES: Final = """
SELECT s.*, d.person, d.begins_at, d.ends_at
FROM (SELECT * FROM duty_source WHERE is_exam ORDER BY id LIMIT $1) AS s JOIN duty AS d ON d.source_id = s.id
"""
_SOME: Final = "SELECT person FROM exam_certificate ORDER BY id DESC LIMIT $1"


async def main() -> None:
    async with ground() as here:
        here.run("subsidy", "migrate")
        engine = make_engine(here.postgres.url("subsidy"), name="bench", statement_ms=3_600_000)
        stored = 0
        for size in SIZES:
            async with engine.begin() as connection:
                await (await driver(connection)).execute(_CERTIFICATES, size - stored)
                # A payee for every ten people: an account is looked at when it is confirmed, once for each payee.
                await (await driver(connection)).execute(_ACCOUNTS, (size - stored) // 10, str(size))
                # A class or an exam for every twenty people, with twenty lessons or sittings.
                await (await driver(connection)).execute(_SOURCES, (size - stored) // 20)
                await (await driver(connection)).execute(_DUTIES, size // 20)
            async with engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.exec_driver_sql("VACUUM ANALYZE")
            stored = size
            await _measure(engine, size)
        await engine.dispose()


async def _measure(engine: AsyncEngine, size: int) -> None:
    async with engine.begin() as connection:
        rows = await (await driver(connection)).fetch(_SOME, A_BATCH)
    people = {(UUID(str(row["person"])), TODAY) for row in rows}
    of_batch = await _median(engine, lambda one: usecases.look_at_certificates(one, people, at=NOW))
    async with engine.begin() as connection:
        told = await (await driver(connection)).fetch(_SOME_DUTIES, EXAMS)
    sources = list({row["id"]: DutySource(*tuple(row)[:5]) for row in told}.values())
    duties = [(row["id"], *tuple(row)[5:]) for row in told]
    of_exams = await _median(engine, lambda one: usecases.look_at_duties(one, sources, duties, at=NOW))
    of_account = await _median(engine, lambda one: usecases.look_at_account(one, uuid4(), uuid4(), at=NOW))
    print(
        f"{f'patterns with {size:,} people':<44}{of_batch:>10.1f} ms for {A_BATCH:,} certificates,"
        f" {of_exams:.1f} ms for {len(sources):,} exams, {of_account:.2f} ms for an account;"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


async def _median(engine: AsyncEngine, look: Callable[[AsyncConnection], Awaitable[None]]) -> float:
    times = []
    for _ in range(REPEATS):
        async with engine.begin() as connection:
            started = time.perf_counter()
            await look(connection)
            times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)
