"""Recoveries over HTTP."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.subsidy.recoveries import usecases
from services.subsidy.recoveries.rules import RecoveryCause
from services.subsidy.recoveries.usecases import Asked
from shared.auth import CurrentCaller
from shared.form_errors import form_error
from shared.forms import INTEGER_MAX, Reason, Strict
from shared.kernel.money import FEN_MAX, Fen
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("claims")

LineNumber = Annotated[int, Field(ge=1, le=INTEGER_MAX, strict=True)]


class LineAmount(Strict):
    line: LineNumber
    amount_fen: Annotated[int, Field(ge=1, le=FEN_MAX, strict=True)]


class LinesRequest(Strict):
    """Which lines, and why."""

    lines: Annotated[list[LineNumber], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Their numbers; or set `all_lines`", examples=[[1, 2]]
    )
    all_lines: bool = Field(default=False, strict=True, description="Every line that it can be done to")
    reason: Reason

    @model_validator(mode="after")
    def _either(self) -> Self:
        if sum([self.all_lines, self.lines is not None, self._by_amounts()]) != 1:
            raise form_error(
                "which_lines",
                "Send either lines, or all_lines: true, or amounts where parts of lines are possible",
                "请填写 lines，或填写 all_lines: true；可按部分金额办理的，也可填写 amounts。三者选一。",
            )
        return self

    def _by_amounts(self) -> bool:
        return False

    def numbers(self) -> frozenset[int] | None:
        return None if self.lines is None else frozenset(self.lines)

    def asked(self) -> Asked:
        return Asked(self.numbers())


class AmountsRequest(LinesRequest):
    amounts: Annotated[list[LineAmount], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Parts of lines, instead of whole ones"
    )

    def _by_amounts(self) -> bool:
        return self.amounts is not None

    def asked(self) -> Asked:
        if self.amounts is None:
            return super().asked()
        # A line that is named twice is asked for with both amounts.
        found = Counter[int]()
        for each in self.amounts:
            found[each.line] += each.amount_fen
        return Asked(None, {line: Fen(amount) for line, amount in found.items()})


class RecoveryRequest(AmountsRequest):
    cause: RecoveryCause = Field(
        default=RecoveryCause.OTHER, description="For each cause, a line is recovered once at most"
    )
    against: UUID | None = Field(
        default=None, description="Keep it from the payment of this approved claim of the same institution"
    )


class RecoveryAnswer(BaseModel):
    """What came back of a line at once."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    claim_id: UUID
    line: int
    cause: RecoveryCause
    amount_fen: int
    against: UUID | None = Field(description="The claim from whose payment it was kept; null if it was paid back")
    recovered_on: date
    proposed_by: str
    confirmed_by: str
    reversed_on: date | None = Field(description="When the recovery was taken back")
    lapsed_fen: int = Field(description="How much of it could not be kept, because that claim comes to less by now")


@routes.post("/claims/{claim_id}/recovery", status_code=201, response_model=ProposalAnswer)
async def propose_recovery(
    claim_id: UUID, request: RecoveryRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to recover lines of a paid claim, whole or in part, as finance or reviewer of its region.

    Nothing moves until another person of finance, who did not pay the claim, confirms the proposal
    (`POST /v1/proposals/{proposal_id}/confirmation`); the money then returns to the budget. Never more is recovered of
    a line than is outstanding: paid, and neither recovered nor written off.
    """
    return await usecases.propose(
        connection,
        claim_id,
        request.asked(),
        cause=request.cause,
        against=request.against,
        reason=request.reason,
        caller=caller,
        at=at,
    )


@routes.get("/claims/{claim_id}/recoveries")
async def list_recoveries(
    claim_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[RecoveryAnswer]:
    """What was recovered of the lines of a claim, by cause, and what is kept from its payment (`against`)."""
    rows = await usecases.page(connection, claim_id, caller=caller, after=after(cursor), limit=size)
    return Page(rows=[RecoveryAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/claims/{claim_id}/recovery-reversal", status_code=201, response_model=ProposalAnswer)
async def propose_recovery_reversal(
    claim_id: UUID, request: LinesRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to take back a recovery that was a mistake, of some or all recovered lines of a claim.

    Nothing moves until another person of finance, who did not confirm the recovery, confirms the proposal; the lines
    are then paid as before, and hold their subsidies again.
    """
    return await usecases.propose_reversal(
        connection, claim_id, numbers=request.numbers(), reason=request.reason, caller=caller, at=at
    )


@routes.post("/claims/{claim_id}/write-off", status_code=201, response_model=ProposalAnswer)
async def propose_write_off(
    claim_id: UUID, request: AmountsRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to give up what is outstanding of lines of a paid claim, whole or in part.

    It is given up once another person of finance, who did not pay the claim, confirms the proposal.
    """
    return await usecases.propose_write_off(
        connection, claim_id, request.asked(), reason=request.reason, caller=caller, at=at
    )


@routes.post("/claims/{claim_id}/write-off-reversal", status_code=201, response_model=ProposalAnswer)
async def propose_write_off_reversal(
    claim_id: UUID, request: LinesRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose that what was written off is due again, because it was a mistake, or because money came after all."""
    return await usecases.propose_write_off_reversal(
        connection, claim_id, request.asked(), reason=request.reason, caller=caller, at=at
    )


@routes.post("/claims/{claim_id}/owed-dismissal", status_code=201, response_model=ProposalAnswer)
async def propose_owed_dismissal(
    claim_id: UUID, request: LinesRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to find that lines which are listed as owed back are not owed, with the reason.

    Their cases are closed once another person of finance, who did not pay the claim, confirms the proposal. The same
    check opens no case for such a line again, until what it rests on has stood in between.
    """
    return await usecases.propose_dismissal(
        connection, claim_id, request.asked(), reason=request.reason, caller=caller, at=at
    )
