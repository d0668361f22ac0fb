"""Certificates that a re-keying of a training makes doubtful, looked for from the re-keyings, which are few."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.certificates.store import CERTIFICATE
from shared import tables
from shared.database import driver
from shared.reach import Reach

# Whoever is in the class by another training of their own holds the certificate rightly.
_PAGE: Final = """
SELECT c.id FROM certificate AS c
WHERE c.status = 'valid' AND c.id > $1
    AND EXISTS (SELECT FROM heard_rekeying AS r WHERE r.class_id = c.class_id AND r.former = c.person)
    AND NOT EXISTS (
        SELECT FROM heard_enrolment AS e LEFT JOIN heard_alias AS a ON a.person = e.person
        WHERE e.class_id = c.class_id AND NOT e.has_left AND c.person IN (e.person, a.into_person)
    )
    AND ($2::text[] = '{}' OR $2 && ARRAY[c.region, c.reporting_region])
ORDER BY c.id LIMIT $3
"""


async def page(connection: AsyncConnection, reach: Reach, *, after: UUID, limit: int) -> list[Certificate]:
    """Those within `reach`, in the order of their ids, after `after`."""
    values = (after, sorted(reach.codes), limit)
    ids = [row["id"] for row in await (await driver(connection)).fetch(_PAGE, *values)]
    if not ids:
        return []
    statement = select(CERTIFICATE).where(tables.one_of(CERTIFICATE.c.id, ids)).order_by(CERTIFICATE.c.id)
    return await tables.fetch_all(connection, statement, Certificate)
