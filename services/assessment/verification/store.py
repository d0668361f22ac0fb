"""The public look-up in the database; codes that holders gave; who looked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, Text, Uuid, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.certificates.store import CERTIFICATE
from services.assessment.verification.rules import Code
from shared import tables
from shared.contracts.assessment import CertificateStatus
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.persons import SealedPerson
from shared.tables import Instant

CODE: Final = Table(
    "verification_code",
    MetaData(),
    Column("id", Uuid),
    Column("certificate_id", Uuid),
    Column("given_to", Text),
    Column("given_at", Instant),
    Column("ends_at", Instant),
    Column("ended_at", Instant),
)
_LOOK: Final = Table(
    "verification_look",
    MetaData(),
    Column("id", Uuid),
    Column("certificate_id", Uuid),
    Column("code_id", Uuid),
    Column("asker", Text),
    Column("looked_at", Instant),
)
# One statement says all, also which revocations were taken back: there is no second one whose absence would tell.
_EXTRACT: Final = """
SELECT c.id, c.number, c.number = $1 AS is_current, c.status, c.occupation, c.level, c.issued_on, c.edition,
    b.name AS body_name, p.person, p.document_kind, p.sealed,
    ARRAY(SELECT revoked_at FROM mistaken_revocation WHERE certificate_id = c.id ORDER BY version) AS revoked,
    ARRAY(SELECT reinstated_at FROM mistaken_revocation WHERE certificate_id = c.id ORDER BY version) AS reinstated
"""
_JOINED: Final = "JOIN body AS b ON b.id = c.body_id JOIN candidate_person AS p ON p.person = c.person"
# An earlier edition's number leads to its certificate, which says that it was replaced.
_BY_NUMBER: Final = f"""
{_EXTRACT}
FROM certificate AS c {_JOINED}
WHERE c.id = (
    SELECT id FROM certificate WHERE number = $1 AND number_kind = $2
    UNION ALL SELECT certificate_id FROM replaced_edition WHERE number = $1 LIMIT 1
)
"""
_BY_CODE: Final = f"""
{_EXTRACT.replace("c.number = $1", "true")}, v.id AS code_id
FROM verification_code AS v JOIN certificate AS c ON c.id = v.certificate_id {_JOINED}
WHERE v.mark = $1 AND v.ended_at IS NULL AND v.ends_at > $2
"""
# A batch may be written again after a connection broke, when nobody knows whether it arrived.
_KEEP_LOOKS: Final = """
INSERT INTO verification_look (id, certificate_id, code_id, asker, looked_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[]) ON CONFLICT (id) DO NOTHING
"""
_ADD_CODE: Final = """
INSERT INTO verification_code (id, certificate_id, mark, given_to, given_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)
"""


class PastRevocation(NamedTuple):
    """A revocation that was taken back."""

    revoked_at: datetime
    reinstated_at: datetime


class CertificateExtract(NamedTuple):
    """What a look-up finds: what the certificate says, and whose it is."""

    id: UUID
    number: str
    is_current: bool
    status: CertificateStatus
    occupation: str
    award: Award
    issued_on: date
    edition: int
    body_name: str
    holder: SealedPerson
    past_revocations: tuple[PastRevocation, ...]
    code_id: UUID | None = None


class Look(NamedTuple):
    """A look at a certificate, and as whom the asker asked."""

    id: UUID
    certificate_id: UUID
    code_id: UUID | None
    asker: str | None
    looked_at: datetime


async def by_number(database: Any, number: str, kind: str) -> CertificateExtract | None:
    return _extract(await database.fetchrow(_BY_NUMBER, number, kind))


async def by_code(database: Any, mark: UUID, *, at: datetime) -> CertificateExtract | None:
    """The certificate for which a code with this mark holds now."""
    return _extract(await database.fetchrow(_BY_CODE, mark, at))


def _extract(row: Any) -> CertificateExtract | None:
    if row is None:
        return None
    said = {
        name: row[name] for name in ("id", "number", "is_current", "occupation", "issued_on", "edition", "body_name")
    }
    return CertificateExtract(
        **said,
        status=CertificateStatus(row["status"]),
        award=Award(row["level"]),
        holder=SealedPerson(row["person"], row["document_kind"], row["sealed"]),
        past_revocations=tuple(map(PastRevocation, row["revoked"], row["reinstated"])),
        code_id=row.get("code_id"),
    )


async def keep_looks(connection: AsyncConnection, looks: Sequence[Look]) -> None:
    """Store looks; those that are stored already stay as they are."""
    await (await driver(connection)).execute(_KEEP_LOOKS, *map(list, zip(*looks, strict=True)))


async def looks(connection: AsyncConnection, persons: Collection[UUID], *, after: UUID, limit: int) -> list[Look]:
    """Who looked at certificates of these persons, in the order in which they did, after `after`."""
    theirs = _of_persons(_LOOK, persons)
    return await tables.fetch_page(connection, _LOOK, Look, [theirs], after=after, limit=limit)


async def add_code(connection: AsyncConnection, code: Code, mark: UUID) -> None:
    values = (code.id, code.certificate_id, mark, code.given_to, code.given_at, code.ends_at)
    await (await driver(connection)).execute(_ADD_CODE, *values)


async def lock_code(connection: AsyncConnection, code_id: UUID) -> Code:
    """The code, locked until the transaction ends. Raises NotFound."""
    statement = select(CODE).where(CODE.c.id == bindparam("id")).with_for_update()
    found = await tables.fetch_one(connection, statement, Code, id=code_id)
    if found is None:
        raise NotFound(what="code", id=code_id)
    return found


async def end_code(connection: AsyncConnection, code: Code) -> None:
    await connection.execute(update(CODE).where(CODE.c.id == code.id).values(ended_at=code.ended_at))


async def codes(connection: AsyncConnection, persons: Collection[UUID], *, after: UUID, limit: int) -> list[Code]:
    """Codes for certificates of these persons, in the order in which they were given, after `after`."""
    theirs = _of_persons(CODE, persons)
    return await tables.fetch_page(connection, CODE, Code, [theirs], after=after, limit=limit)


async def certificates(
    connection: AsyncConnection, persons: Collection[UUID], *, after: UUID, limit: int
) -> Sequence[Certificate]:
    """The certificates of these persons, in the order of their ids, after `after`."""
    theirs = [tables.one_of(CERTIFICATE.c.person, persons)]
    return await tables.fetch_page(connection, CERTIFICATE, Certificate, theirs, after=after, limit=limit)


def _of_persons(table: Table, persons: Collection[UUID]) -> Any:
    theirs = select(CERTIFICATE.c.id).where(tables.one_of(CERTIFICATE.c.person, persons))
    return table.c.certificate_id.in_(theirs)
