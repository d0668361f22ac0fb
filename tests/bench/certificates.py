"""Certificates for benchmarks, as many as asked for, and a client that takes little of the processors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from typing import Final

from shared.database import make_engine
from shared.kernel.identity import DocumentKind
from shared.persons import Particulars, Persons
from tests.bench.ground import Ground
from tests.support.people import identity_number

HOLDERS: Final = 20_000
BODY_ID: Final = "01900000-0000-7000-8000-000000000001"
SESSION_ID: Final = "01900000-0000-7000-8000-000000000002"
NAME: Final = "王小明"
_PREFIX: Final = "S000041000123"

_FILL: Final = (
    f"""
    INSERT INTO body (id, credit_code, name, kind, region, reporting_region, number_prefix, version)
    VALUES ('{BODY_ID}', '52410000000000000X', '评价中心', 'social', '410102', '410100', '{_PREFIX}', 1)
    """,
    f"""
    INSERT INTO session (id, body_id, local_id, programme, region, reporting_region, occupation, level, held_on, status,
        filed_by, version, outside_territory)
    VALUES ('{SESSION_ID}', '{BODY_ID}', 'E1', 'S08', '410102', '410100', '4-10-01-05', 4, '2025-06-30', 'concluded',
        'bench', 1, false)
    """,
)
# A number holds serial and year, so a million of them take two years and more.
_CERTIFICATES: Final = f"""
INSERT INTO certificate (id, number, person, candidate_id, body_id, session_id, programme, region, reporting_region,
    occupation, level, issued_on, issued_by, status, version)
SELECT ('01900001-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
    '{_PREFIX}' || lpad((n / 900000)::text, 2, '0') || '3' || lpad((1 + n % 900000)::text, 6, '0'),
    p.people[1 + n % {HOLDERS}],
    '{SESSION_ID}', '{BODY_ID}', '{SESSION_ID}', 'S08', '410102', '410100', 'O' || n / {HOLDERS}, 4, '2025-06-30',
    'bench', 'valid', 1
FROM (SELECT array_agg(person ORDER BY person) AS people FROM candidate_person) AS p,
    generate_series(0, $1::integer - 1) AS n
"""


def number(place: int) -> str:
    """The number of the certificate at this place."""
    return f"{_PREFIX}{place // 900_000:02}3{1 + place % 900_000:06}"


async def fill(here: Ground, count: int) -> None:
    """Store `count` certificates of HOLDERS people, all of the same name."""
    persons = Persons.load(here.keys)
    sealed = []
    for order in range(HOLDERS):
        raw = identity_number(date(1990, 1, 1).replace(year=1960 + order // 900), order % 900)
        key, found = persons.recognise(DocumentKind.RESIDENT_ID, raw, today=date(2026, 1, 1))
        sealed.append(persons.close(key, found, Particulars(DocumentKind.RESIDENT_ID, raw, NAME)))
    engine = make_engine(here.postgres.url("assessment"), name="bench", statement_ms=3_600_000)
    async with engine.begin() as connection:
        raw_connection = (await connection.get_raw_connection()).driver_connection
        assert raw_connection is not None
        await raw_connection.execute("SET session_replication_role = replica")
        for statement in _FILL:
            await raw_connection.execute(statement)
        await raw_connection.copy_records_to_table(
            "candidate_person", columns=("person", "document_kind", "sealed"), records=sealed
        )
        await raw_connection.execute(_CERTIFICATES, count)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("VACUUM ANALYZE")
    await engine.dispose()


async def ask(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> list[float]:
    """Seconds that each request took, while each connection sends one after the other."""
    until, taken = time.perf_counter() + seconds, list[float]()

    async def one(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        place = first
        while (began := time.perf_counter()) < until:
            writer.write(requests[place % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 404", b"HTTP/1.1 304")), head
            taken.append(time.perf_counter() - began)
            place += connections
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one(first) for first in range(connections)))
    return taken
