"""The list of checks of claim lines over HTTP."""

from __future__ import annotations

from pydantic import BaseModel

from services.subsidy.claims.rules.checks import Check
from shared.auth import CurrentCaller
from shared.web import router

routes = router("reference")


class CheckAnswer(BaseModel):
    code: Check
    title_en: str
    title_zh: str
    cure_en: str
    cure_zh: str


@routes.get("/checks")
async def list_checks(_: CurrentCaller) -> list[CheckAnswer]:
    """The checks that refuse lines, in the order in which they are applied."""
    return [CheckAnswer(code=check, **check.words._asdict()) for check in Check]
