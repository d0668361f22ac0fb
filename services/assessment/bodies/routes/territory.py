"""Where bodies may examine beside their own prefecture, over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.bodies.rules.territory import Territory
from services.assessment.bodies.store import bodies as body_store
from services.assessment.bodies.store import territory as store
from services.assessment.bodies.usecases import territory as usecases
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.forms import Day, Reason, Strict
from shared.kernel.periods import business_day
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("bodies")


class TerritoryRequest(Strict):
    """Both days are inclusive; without `last_on` it is open-ended."""

    region: Annotated[
        str, Field(max_length=16, examples=["410300"], description="The prefecture, or a place that reports on its own")
    ]
    first_on: Annotated[Day | None, Field(description="Default: today")] = None
    last_on: Day | None = None
    reason: Reason


class TerritoryEndingRequest(Strict):
    from_on: Annotated[
        Day | None, Field(description="The first day on which the body may no longer examine there; default: today")
    ] = None
    reason: Reason


class TerritoryAnswer(BaseModel):
    """`opened_by` proposed it, `agreed_by` is the other authority's officer."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    body_id: UUID
    reporting_region: str
    first_on: date
    last_on: date | None
    opened_by: str
    opened_at: datetime
    agreed_by: str
    ended_by: str | None
    ended_at: datetime | None
    ending_reason: str | None
    version: int


@routes.post("/bodies/{body_id}/territories", status_code=201, response_model=ProposalAnswer)
async def propose_territory(
    body_id: UUID, request: TerritoryRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose that a body may examine in another prefecture, as the authority of one of the two.

    An officer of the other one, or of the province, confirms it (`POST /v1/proposals/{proposal_id}/confirmation`).
    """
    return await usecases.propose(
        connection,
        body_id,
        region=request.region,
        first_on=request.first_on or business_day(at),
        last_on=request.last_on,
        reason=request.reason,
        caller=caller,
        at=at,
    )


@routes.get("/bodies/{body_id}/territories")
async def list_territories(body_id: UUID, connection: Connection, caller: CurrentCaller) -> list[TerritoryAnswer]:
    """Where the body may, might and will examine beside its own prefecture."""
    sight = await plans.scope(connection, caller)
    body = await body_store.load(connection, body_id)
    sight.require(body, owner=body.id)
    return [TerritoryAnswer.model_validate(each) for each in await store.of(connection, body_id)]


@routes.post("/bodies/{body_id}/territories/{territory_id}/ending", response_model=TerritoryAnswer)
async def end_territory(
    body_id: UUID,
    territory_id: UUID,
    request: TerritoryEndingRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Territory:
    """End it, as the authority of either prefecture. To open it again, propose it again."""
    return await usecases.end(
        connection,
        body_id,
        territory_id,
        from_on=request.from_on or business_day(at),
        reason=request.reason,
        caller=caller,
        at=at,
    )
