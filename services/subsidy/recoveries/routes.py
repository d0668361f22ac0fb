"""Recoveries over HTTP."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.subsidy.recoveries import usecases
from shared.auth import CurrentCaller
from shared.form_errors import form_error
from shared.forms import INTEGER_MAX, Reason, Strict
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("claims")

LineNumber = Annotated[int, Field(ge=1, le=INTEGER_MAX, strict=True)]


class RecoveryRequest(Strict):
    lines: Annotated[list[LineNumber], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Their numbers; or set `all_lines`", examples=[[1, 2]]
    )
    all_lines: bool = Field(default=False, strict=True, description="Every line that it can be done to")
    reason: Reason

    @model_validator(mode="after")
    def _either(self) -> Self:
        if self.all_lines is (self.lines is not None):
            raise form_error(
                "which_lines",
                "Send either lines, or all_lines: true",
                "请填写 lines，或填写 all_lines: true，二者选一。",
            )
        return self

    def numbers(self) -> frozenset[int] | None:
        return None if self.lines is None else frozenset(self.lines)


@routes.post("/claims/{claim_id}/recovery", status_code=201, response_model=ProposalAnswer)
async def propose_recovery(
    claim_id: UUID, request: RecoveryRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to recover some or all lines of a paid claim, each as a whole, as finance or reviewer of its region.

    Nothing moves until another person of finance, who did not pay the claim, confirms the proposal
    (`POST /v1/proposals/{proposal_id}/confirmation`); the money then returns to the budget.
    """
    return await usecases.propose(
        connection, claim_id, numbers=request.numbers(), reason=request.reason, caller=caller, at=at
    )


@routes.post("/claims/{claim_id}/recovery-reversal", status_code=201, response_model=ProposalAnswer)
async def propose_recovery_reversal(
    claim_id: UUID, request: RecoveryRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to take back a recovery that was a mistake, of some or all recovered lines of a claim.

    Nothing moves until another person of finance, who did not confirm the recovery, confirms the proposal; the lines
    are then paid as before, and hold their subsidies again.
    """
    return await usecases.propose_reversal(
        connection, claim_id, numbers=request.numbers(), reason=request.reason, caller=caller, at=at
    )
