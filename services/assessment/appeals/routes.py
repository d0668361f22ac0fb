"""Appeals against results over HTTP: filed by candidates, answered by bodies, watched by officers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from services.assessment.appeals import store, usecases
from services.assessment.appeals.rules import Appeal, AppealStatus, AppealVerb
from services.assessment.exams.usecases.forms import WholeResultForm
from services.assessment.persons.usecases import own_keys
from services.assessment.sight.usecases import sight
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("appeals")


class AppealRequest(Strict):
    ground: Reason


class AppealReopeningRequest(Strict):
    reason: Reason


class AppealAnswerRequest(Strict):
    """With `accept`, `result` is the whole result as it is to be; another person confirms it as any correction."""

    verdict: Literal[AppealVerb.ACCEPT, AppealVerb.REJECT]
    reason: Reason
    result: WholeResultForm | None = None


class AppealAnswer(BaseModel):
    """`answer_by` is the last day to answer it in time; `proposal_id` the correction that an accepted one asks for."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    candidate_id: UUID
    session_id: UUID
    body_id: UUID
    region: str
    ground: str
    filed_at: datetime
    answer_by: date
    status: AppealStatus
    answered_at: datetime | None
    answer: str | None
    proposal_id: UUID | None
    version: int


class AppealStepAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: str
    by: str
    at: datetime
    reason: str | None


class AppealHistoryAnswer(BaseModel):
    rows: list[AppealStepAnswer]


@routes.post("/candidates/{candidate_id}/appeals", status_code=201, response_model=AppealAnswer)
async def file_appeal(
    candidate_id: UUID, request: AppealRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Appeal:
    """Appeal against your own result, within days of its publication (`GET /v1/supervision-rules`)."""
    return await usecases.file(connection, candidate_id, ground=request.ground, caller=caller, at=at)


@routes.get("/holder/appeals")
async def list_own_appeals(
    connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[AppealAnswer]:
    """The caller's own appeals, with their answers."""
    keys = await own_keys(connection, caller)
    rows = await store.of_persons(connection, keys, after=after(cursor), limit=size)
    return Page(rows=[AppealAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/appeals")
async def list_appeals(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: AppealStatus | None = None,
    overdue: Annotated[bool, Query(description="Only open ones past the day by which they are answered")] = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[AppealAnswer]:
    """Appeals against results of a body, or of an officer's region and below."""
    rows = await store.page(
        connection,
        await sight(connection, caller, region=region),
        status=status,
        overdue_on=business_day(at) if overdue else None,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[AppealAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/appeals/{appeal_id}/history")
async def get_appeal_history(appeal_id: UUID, connection: Connection, caller: CurrentCaller) -> AppealHistoryAnswer:
    """Every step after the appeal was filed: for its candidate, the body, and the officers of the region."""
    steps = await usecases.history(connection, appeal_id, caller=caller)
    return AppealHistoryAnswer(rows=[AppealStepAnswer.model_validate(each) for each in steps])


@routes.post("/appeals/{appeal_id}/withdrawal", response_model=AppealAnswer)
async def withdraw_appeal(appeal_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> Appeal:
    """Take your own open appeal back. You can appeal again while there is time."""
    return await usecases.withdraw(connection, appeal_id, caller=caller, at=at)


@routes.post("/appeals/{appeal_id}/answer", response_model=AppealAnswer)
async def answer_appeal(
    appeal_id: UUID, request: AppealAnswerRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Appeal:
    """Accept or reject an appeal with a reason, as a person of the body who posted no results of the session."""
    correction = None if request.result is None else request.result.correction()
    return await usecases.answer(
        connection, appeal_id, request.verdict, reason=request.reason, correction=correction, caller=caller, at=at
    )


@routes.post("/appeals/{appeal_id}/reopening", response_model=AppealAnswer)
async def reopen_appeal(
    appeal_id: UUID, request: AppealReopeningRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Appeal:
    """Have an answered appeal answered again, as an officer: the answer was wrong, or its correction was rejected."""
    return await usecases.reopen(connection, appeal_id, reason=request.reason, caller=caller, at=at)
