"""The public look-up of a certificate in the database."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.assessment import CertificateStatus
from shared.kernel.levels import Level

_VERIFY = """
SELECT c.number, c.status, c.occupation, c.level, c.issued_on, b.name AS body_name
FROM certificate AS c JOIN body AS b ON b.id = c.body_id WHERE c.number = :number
"""


class Verified(NamedTuple):
    """What anybody may know of a certificate whose number they hold."""

    number: str
    status: CertificateStatus
    occupation: str
    level: Level
    issued_on: date
    body_name: str


async def find(connection: AsyncConnection, number: str) -> Verified | None:
    row = (await connection.execute(text(_VERIFY), {"number": number})).one_or_none()
    if row is None:
        return None
    status, level = CertificateStatus(row.status), Level(row.level)
    return Verified(row.number, status, row.occupation, level, row.issued_on, row.body_name)
