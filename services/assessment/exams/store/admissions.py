"""By which routes candidates were admitted, and the certificates that speak for them, in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, LargeBinary, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.exams.rules.eligibility import RecordedCertificate
from shared import tables
from shared.contracts.assessment import CertificateStatus
from shared.kernel.awards import Award
from shared.tables import Choice

_ADMISSION: Final = Table(
    "candidate_admission",
    MetaData(),
    Column("candidate_id", Uuid),
    Column("route", Text),
    Column("standard", Text),
    Column("facts", LargeBinary),
)
_CERTIFICATE: Final = Table(
    "certificate",
    MetaData(),
    Column("person", Uuid),
    Column("number", Text),
    Column("level", Choice(Award), key="award"),
    Column("issued_on", Date),
    Column("status", Choice(CertificateStatus)),
    Column("occupation", Text),
)


class StoredAdmission(NamedTuple):
    """An admission; `facts` are encrypted, bound to the candidate."""

    candidate_id: UUID
    route: str
    standard: str
    facts: bytes


async def add_all(connection: AsyncConnection, admissions: Sequence[StoredAdmission]) -> None:
    await tables.add_all(connection, _ADMISSION, admissions)


async def find(connection: AsyncConnection, candidate_id: UUID) -> StoredAdmission | None:
    statement = select(_ADMISSION).where(_ADMISSION.c.candidate_id == candidate_id)
    return await tables.fetch_one(connection, statement, StoredAdmission)


async def of_persons(
    connection: AsyncConnection, persons: Collection[UUID], *, occupations: Collection[str]
) -> list[RecordedCertificate]:
    """The certificates of these keys for these occupations, revoked ones too."""
    asked = [tables.one_of(_CERTIFICATE.c.person, persons), tables.one_of(_CERTIFICATE.c.occupation, occupations)]
    return await tables.fetch_all(connection, select(_CERTIFICATE).where(*asked), RecordedCertificate)


async def by_numbers(connection: AsyncConnection, numbers: Collection[str]) -> dict[str, RecordedCertificate]:
    """Those of `numbers` that are on record."""
    if not numbers:
        return {}
    statement = select(_CERTIFICATE).where(tables.one_of(_CERTIFICATE.c.number, numbers))
    return {each.number: each for each in await tables.fetch_all(connection, statement, RecordedCertificate)}
