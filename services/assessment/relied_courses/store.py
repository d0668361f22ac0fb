"""Courses that certificates rest on, in the database: training classes and conversions of credits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

_KEEP: Final = """
INSERT INTO relied_course (certificate_id, class_id, use_id) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
"""
# A training counts under any key of its human. Each course of a certificate is told once, in one order always.
_GONE: Final = """
WITH gone AS (
    SELECT r.id
    FROM relied_course AS r
    JOIN certificate AS c ON c.id = r.certificate_id AND c.status = 'valid'
    LEFT JOIN heard_alias AS a ON a.person = c.person
    LEFT JOIN heard_class AS k ON k.id = r.class_id
    LEFT JOIN credit_use AS u ON u.id = r.use_id
    WHERE (r.class_id = ANY($1) OR r.use_id = ANY($2)) AND r.told_at IS NULL AND (
        k.cancelled OR u.withdrawn_at IS NOT NULL OR (r.class_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM heard_enrolment AS e
            WHERE e.class_id = r.class_id AND NOT e.has_left AND e.completed IS NOT FALSE AND (
                e.person = COALESCE(a.into_person, c.person)
                OR e.person IN (SELECT person FROM heard_alias WHERE into_person = COALESCE(a.into_person, c.person))
            )
        ))
    )
    ORDER BY r.id FOR UPDATE OF r
)
UPDATE relied_course AS r SET told_at = $3 FROM gone, certificate AS c
WHERE r.id = gone.id AND c.id = r.certificate_id
RETURNING c.id, c.body_id, c.region, c.reporting_region, r.class_id, r.use_id
"""


class Reliance(NamedTuple):
    """A certificate, and a course that it rests on: a class, or a use of credits."""

    certificate_id: UUID
    class_id: UUID | None
    use_id: UUID | None


class Gone(NamedTuple):
    """A valid certificate that rests on a course which does not count any more."""

    certificate_id: UUID
    body_id: UUID
    region: str
    reporting_region: str
    class_id: UUID | None
    use_id: UUID | None


async def keep(connection: AsyncConnection, reliances: Sequence[Reliance]) -> None:
    """Store what new certificates rest on."""
    if reliances:
        await (await driver(connection)).execute(_KEEP, *map(list, zip(*reliances, strict=True)))


async def gone(
    connection: AsyncConnection, *, classes: Collection[UUID], uses: Collection[UUID], at: datetime
) -> list[Gone]:
    """The certificates that rest on one of these courses which does not count any more, each told this once."""
    rows = await (await driver(connection)).fetch(_GONE, list(classes), list(uses), at)
    return sorted((Gone(*row) for row in rows), key=lambda each: each.certificate_id)
