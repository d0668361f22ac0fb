"""Review over HTTP: return, reject, approve."""

from __future__ import annotations

from uuid import UUID

from services.subsidy.claims.routes.schemas import ClaimAnswer
from services.subsidy.review import usecases
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.web import Connection, Now, router

routes = router("claims")


class ReasonRequest(Strict):
    reason: Reason


@routes.post("/claims/{claim_id}/return")
async def return_claim(
    claim_id: UUID, request: ReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClaimAnswer:
    """Send a claim back to be rebuilt, as a reviewer of its region or above who did not prepare it.

    A submitted claim, or an approved one that is not paid yet: what was committed for it is free again.
    """
    return ClaimAnswer.of(await usecases.return_(connection, claim_id, reason=request.reason, caller=caller, at=at))


@routes.post("/claims/{claim_id}/rejection")
async def reject_claim(
    claim_id: UUID, request: ReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClaimAnswer:
    """Refuse a submitted claim for good, as a reviewer of its region or above who did not prepare it.

    Its class and its trainees can be claimed for again.
    """
    return ClaimAnswer.of(await usecases.reject(connection, claim_id, reason=request.reason, caller=caller, at=at))


@routes.post("/claims/{claim_id}/approval")
async def approve_claim(claim_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClaimAnswer:
    """Accept a submitted claim and commit its amount, as a reviewer of its region or above who did not prepare it.

    A claim waits for the flags in its `held_by`: 409 `flags-open` until their county has settled them.
    """
    return ClaimAnswer.of(await usecases.approve(connection, claim_id, caller=caller, at=at))
