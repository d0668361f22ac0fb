"""The public look-up of a certificate: without a token, and with nothing about its holder in the answer."""

from __future__ import annotations

from datetime import date

from fastapi import Request
from pydantic import BaseModel

from services.assessment.verification import usecases
from services.assessment.verification.store import CertificateExtract
from shared.contracts.assessment import CertificateStatus
from shared.web import open_router

routes = open_router("verifications")


class VerificationAnswer(BaseModel):
    """What anybody may know of a certificate whose number they hold: nothing of its holder."""

    number: str
    status: CertificateStatus
    occupation: str
    level: str
    level_name_zh: str
    level_name_en: str
    issued_on: date
    body_name: str

    @classmethod
    def of(cls, verified: CertificateExtract) -> VerificationAnswer:
        level = verified.level
        words = {"level": level.code, "level_name_zh": level.name_zh, "level_name_en": level.name_en}
        return cls(**verified._asdict() | words)


@routes.get("/verifications/{number}")
async def verify_certificate(number: str, request: Request) -> VerificationAnswer:
    """Whether the certificate with this number is valid or revoked; 404 if there is none.

    A number has no check digit, so only the look-up tells; year and level inside it must be those of the record.
    """
    async with request.app.state.engine.connect() as connection:
        return VerificationAnswer.of(await usecases.verify(connection, number))
