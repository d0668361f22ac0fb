"""Closings over HTTP: propose, confirm, withdraw, and the way back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.registry.closings import store
from services.registry.closings.rules import Closing, ClosingKind, ClosingStatus
from services.registry.closings.usecases import steps
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.forms import Day, Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("institutions")


class ClosingRequest(Strict):
    kind: ClosingKind
    successor_id: Annotated[UUID, Field(description="Who goes on with what it holds; none for a closure")] | None = None
    from_on: Annotated[Day, Field(description="The first day on which the institution is closed")]
    reason: Reason


class ClosingStepRequest(Strict):
    reason: Reason


class ClosingAnswer(BaseModel):
    """`proposed_by` made the proposal that stands, of the closing or of its reversal."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    institution_id: UUID
    successor_id: UUID | None
    kind: ClosingKind
    from_on: date
    reason: str
    proposed_by: str
    status: ClosingStatus
    version: int


class ClosingEventAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: str
    done_by: str
    done_at: datetime
    said: str


class ClosingInFull(ClosingAnswer):
    history: list[ClosingEventAnswer]


@routes.post("/institutions/{institution_id}/closings", status_code=201, response_model=ClosingAnswer)
async def propose_closing(
    institution_id: UUID, asked: ClosingRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Closing:
    """Propose that an institution is closed, merged into another of its owner, or succeeded by another.

    Nothing happens until another officer confirms it.
    """
    return await steps.propose(connection, institution_id, **asked.model_dump(), caller=caller, at=at)


@routes.get("/closings")
async def list_closings(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: ClosingStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ClosingAnswer]:
    """Closings of the institutions in an officer's region."""
    far = await visibility.reach(connection, caller, region)
    rows = await store.page(connection, far, status=status, after=after(cursor), limit=size)
    return Page(rows=[ClosingAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/closings/{closing_id}")
async def get_closing(closing_id: UUID, connection: Connection, caller: CurrentCaller) -> ClosingInFull:
    """A closing with its steps, for officers, the institution and its successor."""
    found = await steps.visible(connection, closing_id, caller)
    history = [ClosingEventAnswer.model_validate(each) for each in await store.events(connection, closing_id)]
    return ClosingInFull(**dict(ClosingAnswer.model_validate(found)), history=history)


@routes.post("/closings/{closing_id}/confirmation", response_model=ClosingAnswer)
async def confirm_closing(
    closing_id: UUID, asked: ClosingStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Closing:
    """Close the institution, as another officer than the one who proposed it.

    Its listings end. A successor gets them, and its sanctions, and acts for it: for its classes, trainees and claims.
    """
    return await steps.confirm(connection, closing_id, reason=asked.reason, caller=caller, at=at)


@routes.post("/closings/{closing_id}/withdrawal", response_model=ClosingAnswer)
async def withdraw_closing(
    closing_id: UUID, asked: ClosingStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Closing:
    """Take a proposal back that is not confirmed yet."""
    return await steps.withdraw(connection, closing_id, reason=asked.reason, caller=caller, at=at)


@routes.post("/closings/{closing_id}/reversal", response_model=ClosingAnswer)
async def propose_closing_reversal(
    closing_id: UUID, asked: ClosingStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Closing:
    """Propose that a wrongly closed institution is opened again."""
    return await steps.propose_reversal(connection, closing_id, reason=asked.reason, caller=caller, at=at)


@routes.post("/closings/{closing_id}/reversal-confirmation", response_model=ClosingAnswer)
async def confirm_closing_reversal(
    closing_id: UUID, asked: ClosingStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Closing:
    """Open the institution again, as another officer than the one who proposed it."""
    return await steps.confirm_reversal(connection, closing_id, reason=asked.reason, caller=caller, at=at)


@routes.post("/closings/{closing_id}/reversal-withdrawal", response_model=ClosingAnswer)
async def withdraw_closing_reversal(
    closing_id: UUID, asked: ClosingStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Closing:
    """Let the closing stand after all."""
    return await steps.withdraw_reversal(connection, closing_id, reason=asked.reason, caller=caller, at=at)
