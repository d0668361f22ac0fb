"""Double payments over HTTP: proposals, and the list of what is outstanding."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.double_payments import store, usecases
from services.subsidy.double_payments.rules import DoublePayment, Transfer
from services.subsidy.trainings.usecases import scope
from shared import tables
from shared.auth import CurrentCaller
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.double_payments import DoublePaymentStatus
from shared.forms import PLAIN, Day, Reason, Strict
from shared.kernel.money import FEN_MAX, Fen
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("claims")

_RECOVERIES_MAX: Final = 500

AmountFen = Annotated[int, Field(ge=1, le=FEN_MAX, strict=True)]


class DoublePaymentRequest(Strict):
    """The second transfer, as the bank's statement shows it."""

    paid_on: Day
    amount_fen: AmountFen
    reference: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/-]+$"), PLAIN]
    reason: Reason


class DoublePaymentRecoveryRequest(Strict):
    amount_fen: AmountFen
    against: UUID | None = Field(
        default=None, description="Keep it from the payment of this approved claim of the same payee"
    )
    reason: Reason


class DoublePaymentWriteOffRequest(Strict):
    amount_fen: AmountFen
    reason: Reason


class DoublePaymentCancellationRequest(Strict):
    reason: Reason


class DoublePaymentRecoveryReversalRequest(Strict):
    recovery_id: UUID = Field(description="Which of its recoveries")
    reason: Reason


class DoublePaymentWriteOffReversalRequest(Strict):
    reason: Reason


class DoublePaymentAnswer(BaseModel):
    """What the bank paid once more for a claim; it is owed by the payee while some of it is outstanding."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    claim_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource
    kind: SubsidyKind
    paid_on: date
    amount_fen: int
    recovered_fen: int
    written_off_fen: int
    outstanding_fen: int
    reference: str
    reason: str
    proposed_by: str
    confirmed_by: str
    status: DoublePaymentStatus
    version: int


class DoublePaymentRecoveryAnswer(BaseModel):
    """What came back of it at once."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    amount_fen: int
    against: UUID | None = Field(description="The claim from whose payment it was kept; null if it was paid back")
    recovered_on: date
    proposed_by: str
    confirmed_by: str
    reversed_on: date | None = Field(description="When all of it was owed again")
    lapsed_fen: int = Field(description="How much of it could not be kept, because that claim comes to less by now")


class DoublePaymentInFull(DoublePaymentAnswer):
    recoveries: list[DoublePaymentRecoveryAnswer]


@routes.post("/claims/{claim_id}/double-payment", status_code=201, response_model=ProposalAnswer)
async def propose_double_payment(
    claim_id: UUID, request: DoublePaymentRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to record that the bank paid a claim once more, as finance of its region.

    Once another person of finance, who did not pay the claim, confirms the proposal
    (`POST /v1/proposals/{proposal_id}/confirmation`), the money has left the budget and is owed by the payee. The claim
    and its lines stay as they are.
    """
    transfer = Transfer(request.paid_on, Fen(request.amount_fen), request.reference)
    return await usecases.propose(connection, claim_id, transfer, reason=request.reason, caller=caller, at=at)


@routes.get("/double-payments")
async def list_double_payments(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: DoublePaymentStatus | None = None,
    claim_id: UUID | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[DoublePaymentAnswer]:
    """What the bank paid once more for claims. A payee sees its own, others those of their region."""
    sight = await scope(connection, caller, region=region)
    asked = tables.matches(store.PAYMENT, status=status, claim_id=claim_id)
    rows = await store.page(connection, sight, asked, after=after(cursor), limit=size)
    return Page(rows=[DoublePaymentAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/double-payments/{double_payment_id}")
async def get_double_payment(
    double_payment_id: UUID, connection: Connection, caller: CurrentCaller
) -> DoublePaymentInFull:
    """One of them, with what came back of it."""
    found: DoublePayment = await usecases.visible(connection, double_payment_id, caller=caller)
    rows = await store.recoveries(connection, double_payment_id, limit=_RECOVERIES_MAX)
    came_back = [DoublePaymentRecoveryAnswer.model_validate(row) for row in rows]
    return DoublePaymentInFull(**dict(DoublePaymentAnswer.model_validate(found)), recoveries=came_back)


@routes.post("/double-payments/{double_payment_id}/recovery", status_code=201, response_model=ProposalAnswer)
async def propose_double_payment_recovery(
    double_payment_id: UUID,
    request: DoublePaymentRecoveryRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Proposal:
    """Propose that some or all of it came back, or is kept from the payment of another claim of the payee.

    The money is free in the budget once another person of finance, who did not pay the claim, confirms the proposal.
    """
    return await usecases.propose_recovery(
        connection,
        double_payment_id,
        Fen(request.amount_fen),
        against=request.against,
        reason=request.reason,
        caller=caller,
        at=at,
    )


@routes.post("/double-payments/{double_payment_id}/write-off", status_code=201, response_model=ProposalAnswer)
async def propose_double_payment_write_off(
    double_payment_id: UUID,
    request: DoublePaymentWriteOffRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Proposal:
    """Propose to give up some or all of what is outstanding of it; another person of finance confirms it."""
    amount = Fen(request.amount_fen)
    return await usecases.propose_write_off(
        connection, double_payment_id, amount, reason=request.reason, caller=caller, at=at
    )


@routes.post("/double-payments/{double_payment_id}/recovery-reversal", status_code=201, response_model=ProposalAnswer)
async def propose_double_payment_recovery_reversal(
    double_payment_id: UUID,
    request: DoublePaymentRecoveryReversalRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Proposal:
    """Propose that one of its recoveries was a mistake: the money is owed again.

    Another person of finance confirms it, who confirmed neither the recovery nor paid the claim.
    """
    recovery_id = request.recovery_id
    return await usecases.propose_recovery_reversal(
        connection, double_payment_id, recovery_id, reason=request.reason, caller=caller, at=at
    )


@routes.post("/double-payments/{double_payment_id}/write-off-reversal", status_code=201, response_model=ProposalAnswer)
async def propose_double_payment_write_off_reversal(
    double_payment_id: UUID,
    request: DoublePaymentWriteOffReversalRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Proposal:
    """Propose that all that was given up of it is owed again; another person of finance confirms it."""
    return await usecases.propose_write_off_reversal(
        connection, double_payment_id, reason=request.reason, caller=caller, at=at
    )


@routes.post("/double-payments/{double_payment_id}/cancellation", status_code=201, response_model=ProposalAnswer)
async def propose_double_payment_cancellation(
    double_payment_id: UUID,
    request: DoublePaymentCancellationRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Proposal:
    """Propose that it was recorded by mistake, while nothing of it came back or was given up.

    Another person of finance confirms it, who did not confirm the record.
    """
    return await usecases.propose_cancellation(
        connection, double_payment_id, reason=request.reason, caller=caller, at=at
    )
