"""Appeals over HTTP: filed by institutions, or at a county's counter for a person, and decided by the region above."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.appeals import usecases
from services.subsidy.appeals.rules import Appeal, AppealStatus, AppealSubject, AppealVerb
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("appeals")


class AppealRequest(Strict):
    about: AppealSubject
    line: Annotated[int, Field(ge=1, le=100_000, strict=True)] | None = Field(
        default=None, description="For a line or a recovery"
    )
    reason: Reason


class AppealVerdictRequest(Strict):
    verdict: AppealVerb
    answer: Reason


class AppealAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    about: AppealSubject
    claim_id: UUID
    line: int | None
    institution_id: UUID
    region: str
    reporting_region: str
    by_person: bool = Field(description="Recorded at a county's counter for a person")
    reason: str
    filed_by: str
    filed_at: datetime
    due_on: date | None = Field(description="By this day the region above answers")
    overdue: bool
    status: AppealStatus
    answer: str | None
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def at(cls, appeal: Appeal, *, today: date) -> Self:
        return cls.model_validate(vars(appeal) | {"overdue": appeal.is_overdue(today)})


@routes.post("/claims/{claim_id}/appeals", status_code=201)
async def file_appeal(
    claim_id: UUID, request: AppealRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> AppealAnswer:
    """Appeal against the rejection of a claim, a line that pays nothing, or a recovery.

    As the claim's institution, or as a county officer for a person who comes to the counter. A repeat returns the open
    appeal.
    """
    values = request.model_dump()
    appeal = await usecases.file(connection, claim_id, **values, caller=caller, at=at)
    return AppealAnswer.at(appeal, today=business_day(at))


@routes.get("/appeals")
async def list_appeals(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: AppealStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[AppealAnswer]:
    """Appeals. An institution sees those about its own claims, officers those of their region and below."""
    rows = await usecases.page(connection, region=region, status=status, caller=caller, after=after(cursor), limit=size)
    today = business_day(at)
    return Page(rows=[AppealAnswer.at(row, today=today) for row in rows], next=next_cursor(rows, size))


@routes.get("/appeals/{appeal_id}")
async def get_appeal(appeal_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> AppealAnswer:
    return AppealAnswer.at(await usecases.read(connection, appeal_id, caller=caller), today=business_day(at))


@routes.post("/appeals/{appeal_id}/decision")
async def decide_appeal(
    appeal_id: UUID, request: AppealVerdictRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> AppealAnswer:
    """Grant or deny an appeal, as a reviewer of a region above the claim's, or the province, who did not decide before.

    Granted, a rejected claim is opened again for its institution; an upheld objection is overturned, so that a further
    claim takes the trainee; of a recovery, the reversal is proposed, which finance confirms.
    """
    appeal = await usecases.decide(connection, appeal_id, request.verdict, answer=request.answer, caller=caller, at=at)
    return AppealAnswer.at(appeal, today=business_day(at))
