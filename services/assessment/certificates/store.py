"""Certificates in the database, and the last serial of each body and year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.sight.rules import Sight
from services.assessment.sight.store import in_sight
from services.assessment.trainings.store import institutions_given, trainees_of, training_of
from shared import tables
from shared.contracts.assessment import CertificateStatus
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound, Stale
from shared.tables import Choice, Instant, fixed

CERTIFICATE: Final = Table(
    "certificate",
    MetaData(),
    fixed("id", Uuid),
    fixed("number", Text),
    fixed("person", Uuid),
    fixed("candidate_id", Uuid),
    fixed("body_id", Uuid),
    fixed("session_id", Uuid),
    fixed("class_id", Uuid),
    Column("programme", Text),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("occupation", Text),
    fixed("level", Choice(Award), key="award"),
    fixed("issued_on", Date),
    fixed("issued_by", Text),
    fixed("plan_year", Integer),
    Column("status", Choice(CertificateStatus)),
    Column("version", Integer),
)
_REVOCATION: Final = Table(
    "certificate",
    MetaData(),
    Column("id", Uuid),
    Column("status", Choice(CertificateStatus)),
    Column("version", Integer),
    Column("revoked_at", Instant),
    Column("revoked_by", Text),
    Column("revocation_reason", Text),
)
"""The same table, for what only a revocation fills in."""
_SERIAL: Final = Table(
    "certificate_serial",
    MetaData(),
    Column("body_id", Uuid),
    Column("year", Integer),
    Column("last_serial", Integer),
)
_BY_ID: Final = select(CERTIFICATE).where(CERTIFICATE.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
# As the index of what is valid says it.
_VALID: Final = CERTIFICATE.c.status == literal_column("'valid'")
_VALID_OF_CANDIDATE: Final = select(CERTIFICATE.c.id).where(
    CERTIFICATE.c.candidate_id == bindparam("candidate_id"), _VALID
)
_CERTIFIED: Final = """
SELECT person FROM certificate WHERE person = ANY($1) AND occupation = $2 AND level = $3 AND status = 'valid'
"""
_OF_TRAINEES: Final = f"""
SELECT c.id
FROM ({trainees_of(":institutions")}) AS t
JOIN certificate AS c ON c.person = t.person
    AND c.occupation = t.occupation AND c.level = t.level AND c.issued_on >= t.starts_on
"""
_MISCOUNTED: Final = f"""
SELECT c.id, e.programme
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


async def load(connection: AsyncConnection, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Certificate, id=certificate_id)
    if found is None:
        raise NotFound(what="certificate", id=certificate_id)
    return found


async def is_in_sight(connection: AsyncConnection, certificate_id: UUID, sight: Sight) -> bool:
    """Whether `page` would show the certificate."""
    statement = select(CERTIFICATE.c.id).where(CERTIFICATE.c.id == certificate_id, *_seen(sight))
    return await connection.scalar(statement) is not None


async def page(
    connection: AsyncConnection,
    sight: Sight,
    *,
    session_id: UUID | None,
    award: Award | None,
    after: UUID,
    limit: int,
) -> list[Certificate]:
    """Certificates in sight, in the order of their ids, after `after`."""
    asked = [*tables.matches(CERTIFICATE, session_id=session_id, award=award), *_seen(sight)]
    return await tables.fetch_page(connection, CERTIFICATE, Certificate, asked, after=after, limit=limit)


async def certified(
    connection: AsyncConnection, persons: Collection[UUID], *, occupation: str, award: Award
) -> frozenset[UUID]:
    """Those of `persons` who hold a valid certificate of the occupation and award, from any body."""
    rows = await (await driver(connection)).fetch(_CERTIFIED, list(persons), occupation, award)
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
    of_year = tables.matches(_SERIAL, body_id=body_id, year=year)
    saved = await connection.execute(update(_SERIAL).where(*of_year).values(last_serial=last))
    assert saved.rowcount == 1, "the serial was locked before"


async def add_all(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store new certificates, sorted by person, so that two sessions with the same people cannot deadlock."""
    rows = sorted(certificates, key=lambda certificate: certificate.person)
    names, fields = [column.name for column in CERTIFICATE.c], CERTIFICATE.c.keys()
    await (await driver(connection)).copy_records_to_table(
        CERTIFICATE.name, columns=names, records=[[getattr(row, field) for field in fields] for row in rows]
    )


async def save_revocation(
    connection: AsyncConnection, certificate: Certificate, *, by: str, reason: str, at: datetime
) -> None:
    """Store a revocation. Raises Stale if the stored version is not the one before."""
    expected = tables.matches(_REVOCATION, id=certificate.id, version=certificate.version - 1)
    statement = update(_REVOCATION).where(*expected)
    revocation = {"revoked_at": at, "revoked_by": by, "revocation_reason": reason}
    changed = statement.values(status=certificate.status, version=certificate.version, **revocation)
    if (await connection.execute(changed)).rowcount == 0:
        raise Stale


async def miscounted(connection: AsyncConnection, classes: Collection[UUID]) -> list[tuple[Certificate, str]]:
    """Certificates from `classes` whose enrolment now has another programme, locked, each with that programme."""
    found = await (await driver(connection)).fetch(_MISCOUNTED, list(classes))
    programmes: dict[UUID, str] = dict(map(tuple, found))
    if not programmes:
        return []
    named = select(CERTIFICATE).where(tables.one_of(CERTIFICATE.c.id, programmes)).order_by(CERTIFICATE.c.id)
    return [(each, programmes[each.id]) for each in await tables.fetch_all(connection, named, Certificate)]


async def save_programmes(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    """Store the next version of each with its programme. Raises Stale if a stored version is not the one before."""
    columns = [
        [each.id for each in certificates],
        [each.programme for each in certificates],
        [each.version for each in certificates],
    ]
    if await (await driver(connection)).execute(_COUNT_TO, *columns) != f"UPDATE {len(certificates)}":
        raise Stale


def _seen(sight: Sight) -> list[ColumnElement[bool]]:
    conditions = in_sight(CERTIFICATE, sight)
    if sight.institutions is not None:
        of_trainees = text(_OF_TRAINEES).bindparams(institutions_given(sight.institutions)).columns(CERTIFICATE.c.id)
        conditions.append(CERTIFICATE.c.id.in_(of_trainees))
    return conditions
