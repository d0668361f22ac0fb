"""Apprenticeships over HTTP: what an enterprise states of a class."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.apprenticeships import usecases
from services.subsidy.apprenticeships.rules import YEARS_MAX, Apprenticeship
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.kernel.money import Fen
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("claims")


class ApprenticeshipRequest(Strict):
    class_id: UUID
    years: Annotated[int, Field(ge=1, le=YEARS_MAX, strict=True, description="The amount is for each year")]
    spent_fen: Annotated[
        int | None,
        Field(ge=0, le=100_000_000, strict=True, description="Spent on one apprentice over all years; null at first"),
    ] = None
    reason: Reason


class ApprenticeshipAnswer(BaseModel):
    """What was stated of a class at a time. The latest statement counts for the next claim."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    years: int
    spent_fen: int | None
    reason: str
    stated_by: str
    stated_at: datetime


@routes.post("/apprenticeships", status_code=201, response_model=ApprenticeshipAnswer)
async def state_apprenticeship(
    request: ApprenticeshipRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Apprenticeship:
    """State that a class of your enterprise is a new-type apprenticeship, for how many years, and at its end what was
    spent on each apprentice.

    Then claim for the class with the kind `apprenticeship_advance` while it runs, and `apprenticeship` once it is
    completed. A statement decides nothing: it is corrected by another one, and a reviewer sees it with the claim.
    """
    spent = None if request.spent_fen is None else Fen(request.spent_fen)
    return await usecases.state(
        connection,
        request.class_id,
        years=request.years,
        spent_fen=spent,
        reason=request.reason,
        caller=caller,
        at=at,
    )


@routes.get("/apprenticeships")
async def list_apprenticeships(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    class_id: UUID | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ApprenticeshipAnswer]:
    """What was stated of classes, with earlier statements. An institution sees its own, officers those of their region
    and below."""
    rows = await usecases.page(
        connection, region=region, class_id=class_id, caller=caller, after=after(cursor), limit=size
    )
    return Page(rows=[ApprenticeshipAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))
