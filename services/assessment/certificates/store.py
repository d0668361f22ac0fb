"""Certificates in the database, and the serials that their numbers are drawn from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.trainings.store import training_of
from shared.contracts.assessment import CertificateStatus
from shared.database import driver
from shared.kernel.levels import Level
from shared.kernel.refusals import NotFound, Stale

_COLUMNS = """id, number, person, candidate_id, body_id, session_id, class_id, programme, region, reporting_region,
    occupation, level, issued_on, issued_by, status, version"""
_NAMES = tuple(name.strip() for name in _COLUMNS.split(","))
_FIND = f"SELECT {_COLUMNS} FROM certificate WHERE id = $1"
_LOCK = f"{_FIND} FOR UPDATE"
_LIST = f"""
SELECT {_COLUMNS} FROM certificate
WHERE id > $1 AND ($2::uuid IS NULL OR session_id = $2) AND ($3::uuid IS NULL OR body_id = $3)
ORDER BY id LIMIT $4
"""
_CERTIFIED = """
SELECT person FROM certificate WHERE person = ANY($1) AND occupation = $2 AND level = $3 AND status = 'valid'
"""
_VALID_OF_CANDIDATE = "SELECT id FROM certificate WHERE candidate_id = $1 AND status = 'valid'"
_REVOKE = """
UPDATE certificate
SET status = $2, version = $3, revoked_at = $4, revoked_by = $5, revocation_reason = $6
WHERE id = $1 AND version = $3 - 1
"""
_MISCOUNTED = f"""
SELECT {", ".join(f"c.{name}" for name in _NAMES)}, e.programme AS counts_to
FROM certificate AS c
LEFT JOIN heard_alias AS a ON a.person = c.person
CROSS JOIN LATERAL ({training_of("COALESCE(a.into_person, c.person)", class_id="c.class_id")}) AS e
WHERE c.class_id = ANY($1) AND c.programme <> e.programme ORDER BY c.id FOR UPDATE OF c
"""
_COUNT_TO = """
UPDATE certificate AS c SET programme = s.programme, version = s.version
FROM unnest($1::uuid[], $2::text[], $3::integer[]) AS s (id, programme, version)
WHERE c.id = s.id AND c.version = s.version - 1
"""
# The update that changes nothing takes the row's lock also where the row is there already.
_LOCK_SERIAL = """
INSERT INTO certificate_serial AS s (body_id, year, last_serial) VALUES ($1, $2, 0)
ON CONFLICT (body_id, year) DO UPDATE SET last_serial = s.last_serial RETURNING last_serial
"""
_SAVE_SERIAL = "UPDATE certificate_serial SET last_serial = $3 WHERE body_id = $1 AND year = $2"


def _certificate(row: Any) -> Certificate:
    return Certificate(**dict(row) | {"level": Level(row["level"]), "status": CertificateStatus(row["status"])})


async def load(connection: AsyncConnection, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = await (await driver(connection)).fetchrow(_LOCK if lock else _FIND, certificate_id)
    if row is None:
        raise NotFound(what="certificate", id=certificate_id)
    return _certificate(row)


async def page(
    connection: AsyncConnection, *, session_id: UUID | None, body_id: UUID | None, after: UUID, limit: int
) -> list[Certificate]:
    """Certificates in the order of their ids, from above `after`."""
    rows = await (await driver(connection)).fetch(_LIST, after, session_id, body_id, limit)
    return [_certificate(row) for row in rows]


async def certified(
    connection: AsyncConnection, persons: Collection[UUID], *, occupation: str, level: Level
) -> frozenset[UUID]:
    """Which of `persons` hold a valid certificate of that occupation and level, from whatever body."""
    rows = await (await driver(connection)).fetch(_CERTIFIED, list(persons), occupation, level.value)
    return frozenset(row["person"] for row in rows)


async def valid_of_candidate(connection: AsyncConnection, candidate_id: UUID) -> UUID | None:
    """The valid certificate that this candidate's result has led to."""
    found: UUID | None = await (await driver(connection)).fetchval(_VALID_OF_CANDIDATE, candidate_id)
    return found


async def lock_serial(connection: AsyncConnection, body_id: UUID, year: int) -> int:
    """The last serial that the body has used in `year`; nobody else draws one until this transaction ends."""
    last: int = await (await driver(connection)).fetchval(_LOCK_SERIAL, body_id, year)
    return last


async def save_serial(connection: AsyncConnection, body_id: UUID, year: int, last: int) -> None:
    await (await driver(connection)).execute(_SAVE_SERIAL, body_id, year, last)


async def add_all(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store new certificates, by person, so that two sessions with the same people meet in the same order."""
    by_person = sorted(certificates, key=lambda certificate: certificate.person)
    await (await driver(connection)).copy_records_to_table(
        "certificate", columns=_NAMES, records=[tuple(getattr(each, name) for name in _NAMES) for each in by_person]
    )


async def save_revocation(
    connection: AsyncConnection, certificate: Certificate, *, by: str, reason: str, at: datetime
) -> None:
    """Raises Stale if the certificate was changed meanwhile."""
    values = (certificate.id, certificate.status, certificate.version, at, by, reason)
    if await (await driver(connection)).execute(_REVOKE, *values) != "UPDATE 1":
        raise Stale


async def miscounted(connection: AsyncConnection, classes: Collection[UUID]) -> list[tuple[Certificate, str]]:
    """The certificates of trainees of `classes`, locked, whose training counts to another programme, with this one."""
    rows = await (await driver(connection)).fetch(_MISCOUNTED, list(classes))
    return [(_certificate({name: row[name] for name in _NAMES}), row["counts_to"]) for row in rows]


async def save_programmes(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store the next version of each, with what it counts to. Raises Stale if one was changed meanwhile."""
    columns = [
        [each.id for each in certificates],
        [each.programme for each in certificates],
        [each.version for each in certificates],
    ]
    if await (await driver(connection)).execute(_COUNT_TO, *columns) != f"UPDATE {len(certificates)}":
        raise Stale
