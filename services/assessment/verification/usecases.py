"""Verify a certificate by its number, for the public."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.numbers.rules.numbers import parse
from services.assessment.verification import store
from services.assessment.verification.store import CertificateExtract
from shared.kernel.refusals import NotFound


async def verify(connection: AsyncConnection, raw: str) -> CertificateExtract:
    """The certificate with the number in `raw`; year and award inside the number must be those of the record.

    Raises NotFound, WrongNumberLength, WrongNumberCharacters.
    """
    number = parse(raw)
    found = await store.find(connection, str(number))
    if found is None or not number.agrees_with(issued_on=found.issued_on, award=found.award):
        raise NotFound(what="certificate", id=str(number))
    return found
