"""The ladder of sanctions on bodies over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.assessment.bodies.rules.sanctions import BodySanction
from services.assessment.bodies.store import sanctions as store
from services.assessment.bodies.usecases.sanctions import BODY_SANCTIONS
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.forms import Day
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.sanctions.forms import ImposingForm, LiftingForm, ReinstatingForm, SanctionFields
from shared.web import Connection, Now, router

routes = router("bodies")


class BodySanctionRequest(ImposingForm):
    """Both days are inclusive; without `last_on` the sanction holds until it is lifted (a talk: for one day)."""


class BodySanctionLiftingRequest(LiftingForm):
    pass


class BodySanctionReinstatementRequest(ReinstatingForm):
    pass


class BodySanctionAnswer(SanctionFields):
    """A sanction whose last day is before its first was lifted before it began."""

    body_id: UUID


@routes.post("/bodies/{body_id}/sanctions", status_code=201, response_model=BodySanctionAnswer)
async def impose_body_sanction(
    body_id: UUID, request: BodySanctionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> BodySanction:
    """Impose a step of the ladder: talk, rectify, stop, delist, blacklist.

    Under a stop or more, no session of its days is filed, gets candidates or results, or is concluded. From delisting
    up, which takes the prefecture or the province, what the body is filed for ends as well.
    """
    return await BODY_SANCTIONS.impose(
        connection,
        body_id,
        step=request.step,
        first_on=request.first_on or business_day(at),
        last_on=request.last_on,
        reason=request.reason,
        caller=caller,
        at=at,
    )


@routes.get("/body-sanctions")
async def list_body_sanctions(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    body_id: UUID | None = None,
    on: Annotated[Day | None, Query(description="Those that hold on this day")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[BodySanctionAnswer]:
    """Sanctions on bodies: a body sees its own, officers those of the bodies in their region and below."""
    scope = await plans.scope(connection, caller, region=region)
    if body_id is not None and scope.owners is not None:
        caller.require_organisation(body_id)
    rows = await store.page(connection, scope, body_id=body_id, on=on, after=after(cursor), limit=size)
    return Page(rows=[BodySanctionAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/bodies/{body_id}/sanctions/{sanction_id}/lifting", response_model=BodySanctionAnswer)
async def lift_body_sanction(
    body_id: UUID,
    sanction_id: UUID,
    request: BodySanctionLiftingRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> BodySanction:
    """Lift a sanction. The officer must be a different one from the officer who imposed it."""
    return await BODY_SANCTIONS.lift(
        connection,
        body_id,
        sanction_id,
        from_on=request.from_on or business_day(at),
        reason=request.reason,
        caller=caller,
        at=at,
    )


@routes.post("/bodies/{body_id}/sanctions/{sanction_id}/reinstatement", response_model=BodySanctionAnswer)
async def reinstate_body_sanction(
    body_id: UUID,
    sanction_id: UUID,
    request: BodySanctionReinstatementRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> BodySanction:
    """Take back the lifting of a sanction that was a mistake: it holds to its former last day."""
    return await BODY_SANCTIONS.reinstate(connection, body_id, sanction_id, reason=request.reason, caller=caller, at=at)
