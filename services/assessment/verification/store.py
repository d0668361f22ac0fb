"""The public look-up of a certificate in the database."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store import BODY
from services.assessment.certificates.store import CERTIFICATE
from shared import tables
from shared.contracts.assessment import CertificateStatus
from shared.kernel.levels import Level


class CertificateExtract(NamedTuple):
    """What anybody may know of a certificate whose number they hold."""

    number: str
    status: CertificateStatus
    occupation: str
    level: Level
    issued_on: date
    body_name: str


_BY_NUMBER: Final = (
    select(*CERTIFICATE.c["number", "status", "occupation", "level", "issued_on"], BODY.c.name.label("body_name"))
    .join_from(CERTIFICATE, BODY, BODY.c.id == CERTIFICATE.c.body_id)
    .where(CERTIFICATE.c.number == bindparam("number"))
)


async def find(connection: AsyncConnection, number: str) -> CertificateExtract | None:
    return await tables.fetch_one(connection, _BY_NUMBER, CertificateExtract, number=number)
