"""Payments over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.subsidy.claims.routes.schemas import ClaimAnswer
from services.subsidy.payments import usecases
from shared.auth import CurrentCaller
from shared.forms import PLAIN, Day, Reason, Strict
from shared.web import Connection, Now, router

routes = router("claims")


class PaymentRequest(Strict):
    paid_on: Day
    reference: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/-]+$"), PLAIN]
    same_account: Annotated[
        bool, Field(strict=True, description="Pay again to an account to which the last payment failed: it was right")
    ] = False


@routes.post("/claims/{claim_id}/payment")
async def pay_claim(
    claim_id: UUID, request: PaymentRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClaimAnswer:
    """Record the payment of an approved claim to its payee's confirmed account, as finance of its region or above.

    Who prepared or approved it does not pay it. Many claims are paid together with `POST /v1/payment-batches`.

    A flag that was raised since the approval holds the payment, too: the reviewer can then return the claim.
    """
    values = request.model_dump()
    return ClaimAnswer.of(await usecases.pay(connection, claim_id, **values, caller=caller, at=at))


class PaymentFailureRequest(Strict):
    reason: Reason


@routes.post("/claims/{claim_id}/payment-failure")
async def fail_payment(
    claim_id: UUID, request: PaymentFailureRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClaimAnswer:
    """Record that the bank sent the payment of a claim back, as finance of its region or above who did not pay it.

    Then it can be paid again, or returned by the reviewer. Lines that were owed back are stopped.
    """
    return ClaimAnswer.of(await usecases.fail(connection, claim_id, reason=request.reason, caller=caller, at=at))
