"""The public look-up of a certificate in the database."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import bindparam, column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.assessment import CertificateStatus
from shared.kernel.levels import Level


class CertificateExtract(NamedTuple):
    """What the public may see of a certificate by its number."""

    number: str
    status: CertificateStatus
    occupation: str
    level: Level
    issued_on: date
    body_name: str


_BODY: Final = table("body", *map(column, ("id", "name")))
_CERTIFICATE: Final = table(
    "certificate", *map(column, ("body_id", "number", "status", "occupation", "level", "issued_on"))
)
_FIND: Final = (
    select(*_CERTIFICATE.c["number", "status", "occupation", "level", "issued_on"], _BODY.c.name.label("body_name"))
    .join_from(_CERTIFICATE, _BODY, _BODY.c.id == _CERTIFICATE.c.body_id)
    .where(_CERTIFICATE.c.number == bindparam("number"))
)


async def find(connection: AsyncConnection, number: str) -> CertificateExtract | None:
    row = (await connection.execute(_FIND, {"number": number})).mappings().one_or_none()
    if row is None:
        return None
    return CertificateExtract(**dict(row) | {"status": CertificateStatus(row["status"]), "level": Level(row["level"])})
