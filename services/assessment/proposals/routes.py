"""Proposals over HTTP: list, read, confirm, reject."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.assessment.proposals import usecases
from shared.auth import CurrentCaller
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.proposals.answers import ProposalAnswer, RejectionRequest
from shared.proposals.rules import Proposal, ProposalStatus
from shared.web import Connection, CurrentPersons, Now, router

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
    """Proposals about a body's own records, or those of an officer's region and below.

    They wait for a second person, or say what became of them.
    """
    rows = await usecases.page(
        connection, region=region, subject=subject, status=status, caller=caller, after=after(cursor), limit=size
    )
    return Page(rows=[ProposalAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/proposals/{proposal_id}", response_model=ProposalAnswer)
async def get_proposal(proposal_id: UUID, connection: Connection, caller: CurrentCaller) -> Proposal:
    return await usecases.load(connection, proposal_id, caller=caller)


@routes.post("/proposals/{proposal_id}/confirmation", response_model=ProposalAnswer)
async def confirm_proposal(
    proposal_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Confirm what another person proposed; it takes effect at once.

    A correction is confirmed by an officer of the session's region or above, before the conclusion also by a colleague
    of the body; a revocation, or a correction of a certificate, by an officer who did not issue it; the return of a
    revoked one by an officer who did not revoke it; a list of people who are given an award without an exam, or a
    further term of a post, by the authority for the award, of apprentices also by a colleague in the employer; exams in
    another prefecture by an officer of the authority that was asked; the closing of a body by another officer. Nobody
    confirms their own proposal.
    """
    return await usecases.confirm(connection, proposal_id, persons=persons, caller=caller, at=at)


@routes.post("/proposals/{proposal_id}/rejection", response_model=ProposalAnswer)
async def reject_proposal(
    proposal_id: UUID, request: RejectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Reject a proposal, or take your own back: nothing happens, and both persons stay on record."""
    return await usecases.reject(connection, proposal_id, reason=request.reason, caller=caller, at=at)
