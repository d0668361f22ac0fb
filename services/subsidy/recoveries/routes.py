"""Recoveries over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.subsidy.claims.routes.schemas import ClaimAnswer
from services.subsidy.recoveries import usecases
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.web import Connection, Now, router

routes = router("claims")


class RecoveryRequest(Strict):
    lines: (
        Annotated[list[Annotated[int, Field(ge=1, strict=True)]], Field(min_length=1, max_length=1000)] | Literal["all"]
    )
    reason: Reason

    def numbers(self) -> frozenset[int] | None:
        return None if self.lines == "all" else frozenset(self.lines)


@routes.post("/claims/{claim_id}/recovery")
async def recover_claim(
    claim_id: UUID, request: RecoveryRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClaimAnswer:
    """Recover the money of some or all lines, whole lines only; the budget can spend it again."""
    return ClaimAnswer.of(
        await usecases.recover(
            connection, claim_id, numbers=request.numbers(), reason=request.reason, caller=caller, at=at
        )
    )
