"""Results and certificates received from assessment: one row each, with the latest state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, MetaData, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.database import driver
from shared.kernel.awards import Award
from shared.tables import Choice

HEARD_RESULT: Final = Table(
    "heard_result",
    MetaData(),
    Column("candidate_id", Uuid),
    Column("person", Uuid),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("passed", Boolean),
    Column("tested_on", Date),
)
HEARD_CERTIFICATE: Final = Table(
    "heard_certificate",
    MetaData(),
    Column("id", Uuid),
    Column("person", Uuid),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("issued_on", Date),
    Column("valid", Boolean),
)
# Always in the same order, so that two batches do not deadlock.
_SAVE_RESULTS: Final = f"""
INSERT INTO heard_result ({tables.names(HEARD_RESULT.c)})
SELECT * FROM {tables.unnest(HEARD_RESULT.c)} ORDER BY candidate_id
ON CONFLICT (candidate_id) DO UPDATE SET {tables.excluded(HEARD_RESULT.c)}
"""
_SAVE_CERTIFICATES: Final = f"""
INSERT INTO heard_certificate ({tables.names(HEARD_CERTIFICATE.c)})
SELECT * FROM {tables.unnest(HEARD_CERTIFICATE.c)} ORDER BY id
ON CONFLICT (id) DO UPDATE SET {tables.excluded(HEARD_CERTIFICATE.c)}
"""


class Result(NamedTuple):
    """The test result of the candidate `candidate_id`."""

    candidate_id: UUID
    person: UUID
    occupation: str
    award: Award
    passed: bool
    tested_on: date


class Certificate(NamedTuple):
    """`valid` until it is revoked."""

    id: UUID
    person: UUID
    occupation: str
    award: Award
    issued_on: date
    valid: bool


async def save_results(connection: AsyncConnection, results: Sequence[Result]) -> None:
    if results:
        columns = tables.arrays(HEARD_RESULT.c, [each._asdict() for each in results])
        await (await driver(connection)).execute(_SAVE_RESULTS, *columns)


async def save_certificates(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    if certificates:
        columns = tables.arrays(HEARD_CERTIFICATE.c, [each._asdict() for each in certificates])
        await (await driver(connection)).execute(_SAVE_CERTIFICATES, *columns)
