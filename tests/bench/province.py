"""A registry filled by SQL to the size of a province, past the rules, so that it takes minutes and not a day."""

from __future__ import annotations

import time
from typing import Any

import asyncpg

from tests.bench.ground import Ground

SEATS = 50
INSTITUTIONS = 3_000
CLASSES = 100_000
"""For 5,000,000 enrolments: as many in each."""
PERSONS = 4_000_000
"""So that a fifth of the enrolments is somebody's second one."""

# The numbered ids sort as if they had grown with time, and below those of today.
_ID = "(lpad(to_hex(%d), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(%s), 12, '0'))::uuid"
INSTITUTION_ID = _ID % (0x01900000, "{}")
CLASS_ID = _ID % (0x01910000, "{}")
ENROLMENT_ID = _ID % (0x01920000, "{}")
_PERSON = "md5('person ' || ({}) %% {})::uuid".replace("%%", "%")

_PLACES = """
CREATE TEMP TABLE place AS
SELECT row_number() OVER (ORDER BY subject) - 1 AS number, content->>'code' AS code,
    content->>'reporting_region' AS reporting_region
FROM plan_entry WHERE starts_with(subject, 'regions/') AND content->>'kind' LIKE 'county%'
    AND content->>'valid_to' IS NULL
"""
_INSTITUTIONS = f"""
INSERT INTO institution (id, credit_code, name, kind, region, reporting_region, version)
SELECT {INSTITUTION_ID.format("n")}, 'B' || n, '样本学校', 'training_school', code, reporting_region, 1
FROM generate_series(0, {INSTITUTIONS} - 1) AS n JOIN place ON number = n % (SELECT count(*) FROM place)
"""
_CLASSES = f"""
INSERT INTO class (id, institution_id, local_id, programme, region, reporting_region, occupation, level, starts_on,
    ends_on, hours, seats, status, filed_by, version)
SELECT {CLASS_ID.format("n")}, {INSTITUTION_ID.format(f"n % {INSTITUTIONS}")}, 'C' || n, 'S02-1', code,
    reporting_region, '4-10-01-05', 4, date '2025-01-01' + n * 7919 % 700, date '2025-01-20' + n * 7919 % 700, 60,
    {SEATS}, (ARRAY['filed', 'approved', 'running', 'completed'])[1 + n % 4], 'bench', 1
FROM generate_series($1::integer, $2::integer) AS n
JOIN place ON number = n % {INSTITUTIONS} % (SELECT count(*) FROM place)
"""
_TRAINEES = f"""
INSERT INTO trainee (person, document_kind, sealed, phone_mark)
SELECT {_PERSON.format("n", PERSONS)}, 'resident_id', decode(repeat(md5(n::text), 6), 'hex'), md5('phone ' || n)::uuid
FROM generate_series($1::integer, least($2::integer, {PERSONS} - 1)) AS n ORDER BY 1
"""
_ENROLMENTS = f"""
INSERT INTO enrolment (id, class_id, institution_id, person, local_id, programme, tags, status, hours, effective_on,
    version, from_on, until_on, employment, consented_on)
SELECT {ENROLMENT_ID.format("n")}, c.id, c.institution_id, {_PERSON.format("n", PERSONS)}, 'T' || n, 'S02-1', '{{}}',
    CASE WHEN c.status = 'completed' THEN 'completed' ELSE 'in_training' END, 0, c.starts_on, 1, c.starts_on, c.ends_on,
    'employed', c.starts_on
FROM generate_series($1::integer, $2::integer) AS n JOIN class AS c ON c.id = {CLASS_ID.format(f"n / {SEATS}")}
"""


async def filler(here: Ground) -> Any:
    """A connection that writes past triggers and foreign keys, in a registry that has its institutions."""
    connection = await asyncpg.connect(here.postgres.url("registry"), ssl=False)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("SET synchronous_commit = off")
    await connection.execute("SET work_mem = '512MB'")
    await connection.execute("SET maintenance_work_mem = '1GB'")
    await connection.execute(_PLACES)
    await connection.execute(_INSTITUTIONS)
    return connection


async def fill(connection: Any, *, above: int, to: int) -> None:
    """Enrolments number `above` to `to` - 1, with their classes and trainees."""
    started = time.perf_counter()
    # The one index whose keys come in no order is made anew afterwards; the others grow at their ends.
    await connection.execute("DROP INDEX enrolment_person")
    await connection.execute(_CLASSES, above // SEATS, to // SEATS - 1)
    await connection.execute(_TRAINEES, above, to - 1)
    await connection.execute(_ENROLMENTS, above, to - 1)
    await connection.execute("CREATE INDEX enrolment_person ON enrolment (person)")
    for table in ("class", "trainee", "enrolment"):
        await connection.execute(f"VACUUM ANALYZE {table}")
    await connection.execute("CHECKPOINT")
    print(f"  filled to {to:,} enrolments in {time.perf_counter() - started:.0f} s", flush=True)
