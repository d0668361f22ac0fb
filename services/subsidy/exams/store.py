"""What was received of exams, in the database: certificates and fees, each in its latest state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.exams.rules import CertificateWay, Exam, ExamCertificate, exam_of
from shared import tables
from shared.database import driver
from shared.heard import HEARD_ALIAS
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.tables import Choice

EXAM_CERTIFICATE: Final = Table(
    "exam_certificate",
    MetaData(),
    Column("id", Uuid),
    Column("exam_id", Uuid),
    Column("body_id", Uuid),
    Column("person", Uuid),
    Column("programme", Text),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("way", Choice(CertificateWay)),
    Column("issued_on", Date),
    Column("valid", Boolean),
)
EXAM_FEE: Final = Table("exam_fee", MetaData(), Column("exam_id", Uuid), Column("fee_fen", BigInteger))

# By each person's current key, also if only one of the merge and the certificate's own fact has been received.
_NAMED: Final = (
    select(
        *[column for column in EXAM_CERTIFICATE.c if column.key != "person"],
        func.coalesce(HEARD_ALIAS.c.into_person, EXAM_CERTIFICATE.c.person).label("person"),
    )
    .outerjoin_from(EXAM_CERTIFICATE, HEARD_ALIAS, HEARD_ALIAS.c.person == EXAM_CERTIFICATE.c.person)
    .order_by(EXAM_CERTIFICATE.c.id)
)
_CERTIFICATES: Final = _NAMED.where(EXAM_CERTIFICATE.c.exam_id == bindparam("exam"))
_CERTIFICATE: Final = _NAMED.where(EXAM_CERTIFICATE.c.id == bindparam("certificate"))
_FEE_OF: Final = select(EXAM_FEE.c.fee_fen).where(EXAM_FEE.c.exam_id == bindparam("exam"))
# In one order always, so that two batches do not wait for each other.
_KEEP: Final = f"""
INSERT INTO exam_certificate ({tables.names(EXAM_CERTIFICATE.c)})
SELECT * FROM {tables.unnest(EXAM_CERTIFICATE.c)} ORDER BY id
ON CONFLICT (id) DO UPDATE SET {tables.excluded(EXAM_CERTIFICATE.c)}
"""
_KEEP_FEES: Final = """
INSERT INTO exam_fee (exam_id, fee_fen) SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS f (exam_id, fee_fen)
ORDER BY exam_id ON CONFLICT (exam_id) DO UPDATE SET fee_fen = excluded.fee_fen
"""
_OF_EXAMS: Final = "SELECT id FROM exam_certificate WHERE exam_id = ANY($1)"


async def keep(connection: AsyncConnection, certificates: Sequence[ExamCertificate]) -> None:
    """Store the latest state of each certificate."""
    if certificates:
        rows = [tables.values_of(EXAM_CERTIFICATE, each) for each in certificates]
        await (await driver(connection)).execute(_KEEP, *tables.arrays(EXAM_CERTIFICATE.c, rows))


async def keep_fees(connection: AsyncConnection, fees: Mapping[UUID, Fen]) -> None:
    """Store what candidates of each exam are charged."""
    if fees:
        await (await driver(connection)).execute(_KEEP_FEES, list(fees), list(fees.values()))


async def find(connection: AsyncConnection, exam_id: UUID) -> tuple[Exam, list[ExamCertificate]] | None:
    """The exam with its certificates, by id; None if none of it was received."""
    certificates = await tables.fetch_all(connection, _CERTIFICATES, ExamCertificate, exam=exam_id)
    exam = exam_of(certificates, fee=await connection.scalar(_FEE_OF, {"exam": exam_id}))
    return None if exam is None else (exam, certificates)


async def find_certificate(connection: AsyncConnection, certificate_id: UUID) -> ExamCertificate | None:
    """The certificate by its person's current key; None if it was not received."""
    return await tables.fetch_one(connection, _CERTIFICATE, ExamCertificate, certificate=certificate_id)


async def certificates_of(connection: AsyncConnection, exams: Collection[UUID]) -> list[UUID]:
    """The certificates of `exams`."""
    return [row["id"] for row in await (await driver(connection)).fetch(_OF_EXAMS, list(exams))] if exams else []
