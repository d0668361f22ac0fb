"""Certificates in the database, and the last serial of each body and year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, bindparam, column, select, table, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.trainings.store import training_of
from shared.contracts.assessment import CertificateStatus
from shared.database import driver
from shared.kernel.levels import Level
from shared.kernel.refusals import NotFound, Stale

_NAMES: Final = tuple(each.name for each in fields(Certificate))
_CERTIFICATE: Final = table(
    "certificate",
    *map(column, (*_NAMES, "revoked_by", "revocation_reason")),
    column("revoked_at", DateTime(timezone=True)),
)
_COLUMNS: Final = _CERTIFICATE.c[_NAMES]
_FIND: Final = select(*_COLUMNS).where(_CERTIFICATE.c.id == bindparam("certificate_id"))
_LOCK: Final = _FIND.with_for_update()
_VALID_OF_CANDIDATE: Final = select(_CERTIFICATE.c.id).where(
    _CERTIFICATE.c.candidate_id == bindparam("candidate_id"), _CERTIFICATE.c.status == CertificateStatus.VALID
)
_CERTIFIED: Final = """
SELECT person FROM certificate WHERE person = ANY($1) AND occupation = $2 AND level = $3 AND status = 'valid'
"""
_MISCOUNTED: Final = f"""
SELECT {", ".join(f"c.{name}" for name in _NAMES)}, e.programme AS counts_to
FROM certificate AS c
LEFT JOIN heard_alias AS a ON a.person = c.person
CROSS JOIN LATERAL ({training_of("COALESCE(a.into_person, c.person)", class_id="c.class_id")}) AS e
WHERE c.class_id = ANY($1) AND c.programme <> e.programme ORDER BY c.id FOR UPDATE OF c
"""
_COUNT_TO: Final = """
UPDATE certificate AS c SET programme = s.programme, version = s.version
FROM unnest($1::uuid[], $2::text[], $3::integer[]) AS s (id, programme, version)
WHERE c.id = s.id AND c.version = s.version - 1
"""
# The update changes nothing, but locks the row if it already exists.
_LOCK_SERIAL: Final = """
INSERT INTO certificate_serial AS s (body_id, year, last_serial) VALUES ($1, $2, 0)
ON CONFLICT (body_id, year) DO UPDATE SET last_serial = s.last_serial RETURNING last_serial
"""
_SERIAL: Final = table("certificate_serial", *map(column, ("body_id", "year", "last_serial")))


def _certificate(row: Any) -> Certificate:
    return Certificate(**dict(row) | {"level": Level(row["level"]), "status": CertificateStatus(row["status"])})


async def load(connection: AsyncConnection, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await connection.execute(_LOCK if lock else _FIND, {"certificate_id": certificate_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(what="certificate", id=certificate_id)
    return _certificate(row)


async def page(
    connection: AsyncConnection, *, session_id: UUID | None, body_id: UUID | None, after: UUID, limit: int
) -> list[Certificate]:
    """Certificates in the order of their ids, after `after`. The statement has only the conditions that were given."""
    asked = {_CERTIFICATE.c.session_id: session_id, _CERTIFICATE.c.body_id: body_id}
    conditions = [_CERTIFICATE.c.id > after, *(each == value for each, value in asked.items() if value is not None)]
    statement = select(*_COLUMNS).where(*conditions).order_by(_CERTIFICATE.c.id).limit(limit)
    return [_certificate(row) for row in (await connection.execute(statement)).mappings()]


async def certified(
    connection: AsyncConnection, persons: Collection[UUID], *, occupation: str, level: Level
) -> frozenset[UUID]:
    """Those of `persons` who hold a valid certificate of the occupation and level, from any body."""
    rows = await (await driver(connection)).fetch(_CERTIFIED, list(persons), occupation, level.value)
    return frozenset(row["person"] for row in rows)


async def valid_of_candidate(connection: AsyncConnection, candidate_id: UUID) -> UUID | None:
    """The id of the valid certificate for this candidate's result; None if there is none."""
    found: UUID | None = await connection.scalar(_VALID_OF_CANDIDATE, {"candidate_id": candidate_id})
    return found


async def lock_serial(connection: AsyncConnection, body_id: UUID, year: int) -> int:
    """The last serial that the body used in `year`, locked until the transaction ends."""
    last: int = await (await driver(connection)).fetchval(_LOCK_SERIAL, body_id, year)
    return last


async def save_serial(connection: AsyncConnection, body_id: UUID, year: int, last: int) -> None:
    of_year = [_SERIAL.c.body_id == body_id, _SERIAL.c.year == year]
    saved = await connection.execute(update(_SERIAL).where(*of_year).values(last_serial=last))
    assert saved.rowcount == 1, "the serial was locked before"


async def add_all(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store new certificates, sorted by person, so that two sessions with the same people cannot deadlock."""
    by_person = sorted(certificates, key=lambda certificate: certificate.person)
    await (await driver(connection)).copy_records_to_table(
        "certificate", columns=_NAMES, records=[tuple(getattr(each, name) for name in _NAMES) for each in by_person]
    )


async def save_revocation(
    connection: AsyncConnection, certificate: Certificate, *, by: str, reason: str, at: datetime
) -> None:
    """Store a revocation. Raises Stale if the stored version is not the one before."""
    expected = [_CERTIFICATE.c.id == certificate.id, _CERTIFICATE.c.version == certificate.version - 1]
    revocation = {"revoked_at": at, "revoked_by": by, "revocation_reason": reason}
    values = revocation | {"status": certificate.status, "version": certificate.version}
    if (await connection.execute(update(_CERTIFICATE).where(*expected).values(values))).rowcount == 0:
        raise Stale


async def miscounted(connection: AsyncConnection, classes: Collection[UUID]) -> list[tuple[Certificate, str]]:
    """Certificates from `classes` whose enrolment now has another programme, locked, each with that programme."""
    rows = await (await driver(connection)).fetch(_MISCOUNTED, list(classes))
    return [(_certificate({name: row[name] for name in _NAMES}), row["counts_to"]) for row in rows]


async def save_programmes(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store the next version of each with its programme. Raises Stale if a stored version is not the one before."""
    columns = [
        [each.id for each in certificates],
        [each.programme for each in certificates],
        [each.version for each in certificates],
    ]
    if await (await driver(connection)).execute(_COUNT_TO, *columns) != f"UPDATE {len(certificates)}":
        raise Stale
