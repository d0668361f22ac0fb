"""Review over HTTP: take in hand, return, reject, approve, and what is late."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import Field

from services.subsidy.claims.routes.schemas import ClaimAnswer, ClaimRow
from services.subsidy.review import usecases
from services.subsidy.review.usecases import LateClaim
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("claims")


class ReasonRequest(Strict):
    reason: Reason


class LateClaimRow(ClaimRow):
    """A claim whose step was due before today; `handled_by` is whose it is, if a reviewer has taken it in hand."""

    working_days_late: int | None = Field(description="Null while the calendar of a year between is not known")
    escalated_to: str | None = Field(description="The region above, whose reviewers see to it now")

    @classmethod
    def of(cls, late: LateClaim) -> Self:
        beside = {"working_days_late": late.working_days_late, "escalated_to": late.escalated_to}
        return cls.model_validate(dict(ClaimRow.of_summary(late.summary)) | beside)


@routes.get("/late-claims")
async def list_late_claims(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[LateClaimRow]:
    """Claims whose review, or approval after their publicity, was due before today, counted in working days."""
    rows = await usecases.page_late(connection, region=region, caller=caller, after=after(cursor), limit=size, at=at)
    return Page(rows=[LateClaimRow.of(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/claims/{claim_id}/handling")
async def take_claim(claim_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClaimAnswer:
    """Take a claim that waits for a review in hand, from the queue or from a colleague.

    The reviewers of its region see whose it is. It needs not be taken in hand before it is decided.
    """
    return ClaimAnswer.of(await usecases.take(connection, claim_id, caller=caller, at=at))


@routes.post("/claims/{claim_id}/return")
async def return_claim(
    claim_id: UUID, request: ReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClaimAnswer:
    """Send a claim back to be rebuilt, as a reviewer of its region or above who did not prepare it.

    One that waits for a review or is public, or an approved one that is not paid yet: what was committed for it is free
    again. All its reviews begin again.
    """
    return ClaimAnswer.of(await usecases.return_(connection, claim_id, reason=request.reason, caller=caller, at=at))


@routes.post("/claims/{claim_id}/rejection")
async def reject_claim(
    claim_id: UUID, request: ReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClaimAnswer:
    """Refuse a claim that waits for a review or is public, as a reviewer of its region or above who did not prepare it.

    Its class and its trainees can be claimed for again.
    """
    return ClaimAnswer.of(await usecases.reject(connection, claim_id, reason=request.reason, caller=caller, at=at))


@routes.post("/claims/{claim_id}/approval")
async def approve_claim(claim_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClaimAnswer:
    """Let a claim pass the step that it is in, as a reviewer of its region or above who did not prepare it.

    By the policy of the day of its submission: the first review; the second, by another person; the publicity, once it
    is over (the service does that by itself). The last of them approves the claim and commits its amount; `status` in
    the answer says what it waits for now. A claim waits for the flags in its `held_by`: 409 `flags-open` until their
    county has settled them.
    """
    return ClaimAnswer.of(await usecases.approve(connection, claim_id, caller=caller, at=at))
