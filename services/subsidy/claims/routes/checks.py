"""The list of checks of claim lines over HTTP."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.subsidy.claims.rules.checks import CHECKS, Check
from shared.auth import CurrentCaller
from shared.contracts.subsidy import SubsidyKind
from shared.web import router

routes = router("reference")


class CheckAnswer(BaseModel):
    code: Check
    kinds: list[SubsidyKind] = Field(description="The kinds of subsidy whose lines have to pass it")
    title_en: str
    title_zh: str
    cure_en: str
    cure_zh: str


@routes.get("/checks")
async def list_checks(_: CurrentCaller) -> list[CheckAnswer]:
    """The checks that refuse lines, in the order in which they are applied."""
    kinds = {check: [kind for kind, asked in CHECKS.items() if check in asked] for check in Check}
    return [CheckAnswer(code=check, kinds=kinds[check], **check.words._asdict()) for check in Check]
