"""The public look-up of a certificate in the database."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store.bodies import BODY
from services.assessment.certificates.store import CERTIFICATE
from shared import tables
from shared.contracts.assessment import CertificateStatus
from shared.kernel.awards import Award


class CertificateExtract(NamedTuple):
    """What the public may see of a certificate by its number."""

    number: str
    status: CertificateStatus
    occupation: str
    award: Award
    issued_on: date
    body_name: str


_BY_NUMBER: Final = (
    select(*CERTIFICATE.c["number", "status", "occupation", "award", "issued_on"], BODY.c.name.label("body_name"))
    .join_from(CERTIFICATE, BODY, BODY.c.id == CERTIFICATE.c.body_id)
    .where(CERTIFICATE.c.number == bindparam("number"))
)


async def find(connection: AsyncConnection, number: str) -> CertificateExtract | None:
    return await tables.fetch_one(connection, _BY_NUMBER, CertificateExtract, number=number)
