"""What was heard of results and certificates from assessment: one row each, the latest state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

_SAVE_RESULTS: Final = """
INSERT INTO heard_result (candidate_id, person, occupation, level, passed, tested_on)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::boolean[], $6::date[]) AS r (id)
ORDER BY id
ON CONFLICT (candidate_id) DO UPDATE SET person = excluded.person, occupation = excluded.occupation,
    level = excluded.level, passed = excluded.passed, tested_on = excluded.tested_on
"""
_SAVE_CERTIFICATES: Final = """
INSERT INTO heard_certificate (id, person, occupation, level, issued_on, valid)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::date[], $6::boolean[]) AS c (id)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET person = excluded.person, occupation = excluded.occupation, level = excluded.level,
    issued_on = excluded.issued_on, valid = excluded.valid
"""


class Result(NamedTuple):
    """Of somebody's test, as the candidate `candidate_id`; `level` is a rank."""

    candidate_id: UUID
    person: UUID
    occupation: str
    level: int
    passed: bool
    tested_on: date


class Certificate(NamedTuple):
    """`valid` until it is revoked; `level` is a rank."""

    id: UUID
    person: UUID
    occupation: str
    level: int
    issued_on: date
    valid: bool


async def save_results(connection: AsyncConnection, results: Sequence[Result]) -> None:
    if results:
        await (await driver(connection)).execute(_SAVE_RESULTS, *map(list, zip(*results, strict=True)))


async def save_certificates(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    if certificates:
        await (await driver(connection)).execute(_SAVE_CERTIFICATES, *map(list, zip(*certificates, strict=True)))
