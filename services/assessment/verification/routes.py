"""The public look-up of a certificate: without a token, and without its holder in the answer."""

from __future__ import annotations

from datetime import date

from fastapi import Request
from pydantic import BaseModel

from services.assessment.verification import usecases
from services.assessment.verification.store import CertificateExtract
from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.assessment import CertificateStatus
from shared.edge.lanes import lookup
from shared.web import open_router

routes = open_router("verifications")


class VerificationAnswer(BaseModel):
    """What the public may see of a certificate by its number: nothing about its holder."""

    number: str
    status: CertificateStatus
    occupation: str
    level: AnsweredLevel
    level_name_zh: str | None
    level_name_en: str | None
    award: AnsweredAward
    award_name_zh: str
    award_name_en: str
    issued_on: date
    body_name: str

    @classmethod
    def of(cls, verified: CertificateExtract) -> VerificationAnswer:
        award, level = verified.award, verified.award.level
        words = {
            **award.codes,
            "level_name_zh": None if level is None else level.name_zh,
            "level_name_en": None if level is None else level.name_en,
            "award_name_zh": award.name_zh,
            "award_name_en": award.name_en,
        }
        return cls(**verified._asdict() | words)


@routes.get("/verifications/{number}")
@lookup
async def verify_certificate(number: str, request: Request) -> VerificationAnswer:
    """Whether the certificate with this number is valid or revoked; 404 if there is none.

    A number has no check digit, so year and award in it must match those of the record.
    """
    async with request.app.state.engines.connect() as connection:
        return VerificationAnswer.of(await usecases.verify(connection, number))
