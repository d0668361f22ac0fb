"""The public's door: whether a certificate with a number stands. No token, and nothing of its holder in the answer."""

from __future__ import annotations

from fastapi import Request

from services.assessment.api.answers import VerificationAnswer
from services.assessment.domain.certificate_numbers import parse
from services.assessment.store import certificates as store
from shared.kernel.refusals import NotFound
from shared.web import open_router

routes = open_router("verifications")


@routes.get("/verifications/{number}")
async def verify(number: str, request: Request) -> VerificationAnswer:
    """Whether the certificate with this number is valid or revoked; 404 if there is none.

    A number has no check digit, so only the look-up tells; year and level inside it must be those of the record.
    """
    parts = parse(number)
    async with request.app.state.engine.connect() as connection:
        found = await store.find_verified(connection, str(parts))
    if found is None or not parts.agrees_with(issued_on=found.issued_on, level=found.level):
        raise NotFound(what="certificate", id=str(parts))
    return VerificationAnswer.of(found)
