"""Proposals over HTTP: list, read, confirm, reject."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.subsidy.proposals import usecases
from shared.auth import CurrentCaller
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.proposals.answers import ProposalAnswer, RejectionRequest
from shared.proposals.rules import Proposal, ProposalStatus
from shared.web import Connection, Now, router

routes = router("proposals")


@routes.get("/proposals")
async def list_proposals(
    connection: Connection,
    caller: CurrentCaller,
    status: ProposalStatus | None = None,
    subject: Annotated[
        str | None, Query(max_length=120, description="The record concerned, as `subject` names it")
    ] = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ProposalAnswer]:
    """Proposals of the caller's region and below: those that wait for a second person, and what became of others."""
    rows = await usecases.page(
        connection, region=region, subject=subject, status=status, caller=caller, after=after(cursor), limit=size
    )
    return Page(rows=[ProposalAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/proposals/{proposal_id}", response_model=ProposalAnswer)
async def get_proposal(proposal_id: UUID, connection: Connection, caller: CurrentCaller) -> Proposal:
    return await usecases.load(connection, proposal_id, caller=caller)


@routes.post("/proposals/{proposal_id}/confirmation", response_model=ProposalAnswer)
async def confirm_proposal(proposal_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> Proposal:
    """Confirm what another person proposed; it takes effect at once.

    A recovery is confirmed by finance of the claim's region or above, or by the province, and not by whoever paid the
    claim; an account by finance of its payee's region or above, or by the province; a budget, and what concerns a
    project, by the province. Nobody confirms their own proposal.
    """
    return await usecases.confirm(connection, proposal_id, caller=caller, at=at)


@routes.post("/proposals/{proposal_id}/rejection", response_model=ProposalAnswer)
async def reject_proposal(
    proposal_id: UUID, request: RejectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Reject a proposal, or take your own back: nothing happens, and both persons stay on record."""
    return await usecases.reject(connection, proposal_id, reason=request.reason, caller=caller, at=at)
