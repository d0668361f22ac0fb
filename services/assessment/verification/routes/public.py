"""Verification by the public: without a token, and only of what the asker already knows or was given a code for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Self

from fastapi import Request, Response
from pydantic import BaseModel, Field, StringConstraints

from services.assessment.numbers.rules.kinds import recognise
from services.assessment.verification.store import CertificateExtract
from services.assessment.verification.usecases import verification as usecases
from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.assessment import CertificateStatus
from shared.edge.lanes import lookup
from shared.forms import HASHED, PLAIN, VISIBLE, PersonName, Strict
from shared.kernel.periods import business_day
from shared.pages import page_of, page_router
from shared.web import open_router

routes = open_router("verifications")
pages = page_router()

Asker = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=100),
    PLAIN,
    Field(description="Who asks, such as the employer's name: the holder sees it", examples=["郑州某机械有限公司"]),
]
Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), VISIBLE, HASHED]
_Number = Annotated[str, Field(max_length=40, examples=["S000041000123253000042"]), PLAIN]

PLAIN_PAGES: Final = Path(__file__).parent


class VerificationRequest(Strict):
    """What stands on the certificate. The name is compared, and not kept."""

    number: _Number
    name: Annotated[PersonName, VISIBLE]
    asker: Asker | None = None


class CodeVerificationRequest(Strict):
    """A code that the holder gave, and who asks."""

    code: Secret
    asker: Asker


class PastRevocationAnswer(BaseModel):
    """The certificate was revoked by mistake from the one day until the other."""

    revoked_on: date
    reinstated_on: date


class VerificationAnswer(BaseModel):
    """What a certificate says, and whether it stands."""

    number: str
    status: CertificateStatus
    is_current: bool = Field(description="False if another number has replaced the one that was asked for")
    edition: int
    occupation: str
    level: AnsweredLevel
    level_name_zh: str | None
    level_name_en: str | None
    award: AnsweredAward
    award_name_zh: str
    award_name_en: str
    issued_on: date
    body_name: str
    past_revocations: list[PastRevocationAnswer]

    @classmethod
    def of(cls, found: CertificateExtract, *, number: str | None = None) -> Self:
        award, level = found.award, found.award.level
        said = {name: getattr(found, name) for name in ("status", "is_current", "edition", "occupation", "issued_on")}
        return cls(
            **said,
            **award.codes,
            number=number or found.number,
            level_name_zh=None if level is None else level.name_zh,
            level_name_en=None if level is None else level.name_en,
            award_name_zh=award.name_zh,
            award_name_en=award.name_en,
            body_name=found.body_name,
            past_revocations=[
                PastRevocationAnswer(
                    revoked_on=business_day(each.revoked_at), reinstated_on=business_day(each.reinstated_at)
                )
                for each in found.past_revocations
            ],
        )


@routes.post("/verifications")
@lookup
async def verify_certificate(posted: VerificationRequest, request: Request, response: Response) -> VerificationAnswer:
    """What the certificate with this number and this holder says, and whether it stands.

    One answer, in the same time, for a number that nobody has and for another name. The holder sees that it was asked.
    """
    number, state = recognise(posted.number), request.app.state
    async with state.engines.transactions.none() as database:
        found = await usecases.by_number(database, number, posted.name, persons=state.persons, nobody=state.nobody)
    await usecases.keep(state.looks, found, asker=posted.asker, at=state.clock())
    response.headers["Cache-Control"] = "no-store"
    return VerificationAnswer.of(found, number=number.number)


@routes.post("/verifications/by-code")
@lookup
async def verify_by_code(posted: CodeVerificationRequest, request: Request, response: Response) -> VerificationAnswer:
    """The certificate for which its holder gave this code. One answer for a wrong code and one that has ended."""
    state, at = request.app.state, request.app.state.clock()
    async with state.engines.transactions.none() as database:
        found = await usecases.by_code(database, posted.code, persons=state.persons, at=at)
    await usecases.keep(state.looks, found, asker=posted.asker, at=at)
    response.headers["Cache-Control"] = "no-store"
    return VerificationAnswer.of(found)


@pages.get("/")
async def page(request: Request) -> Response:
    """The certificates of those that are signed in: of an institution's trainees, or of a body."""
    return page_of(request, "assessment")


@pages.get("/verify")
async def verification_page(request: Request) -> Response:
    return page_of(request, "verify")
