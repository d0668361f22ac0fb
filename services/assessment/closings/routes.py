"""Closings of bodies over HTTP: proposed here, confirmed or rejected as every proposal."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.assessment.closings import usecases
from shared.auth import CurrentCaller
from shared.forms import Day, Reason, Strict
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("bodies")


class BodyClosingRequest(Strict):
    successor_id: Annotated[UUID, Field(description="The body that goes on; none if nobody does")] | None = None
    from_on: Annotated[Day, Field(description="The first day on which the body is closed")]
    reason: Reason


class BodyClosingReversalRequest(Strict):
    reason: Reason


@routes.post("/bodies/{body_id}/closing", status_code=201, response_model=ProposalAnswer)
async def propose_body_closing(
    body_id: UUID, request: BodyClosingRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose that a body is closed, or taken over by another. Another officer confirms it, on that day or later.

    What it is filed for ends. A successor gets that, and the sanctions that stand, and acts for it: for its sessions
    and certificates. The closed body's token only reads.
    """
    return await usecases.propose(connection, body_id, **request.model_dump(), caller=caller, at=at)


@routes.post("/bodies/{body_id}/closing-reversal", status_code=201, response_model=ProposalAnswer)
async def propose_body_closing_reversal(
    body_id: UUID, request: BodyClosingReversalRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose that a wrongly closed body is opened again. Another officer confirms it."""
    return await usecases.propose_reversal(connection, body_id, reason=request.reason, caller=caller, at=at)
