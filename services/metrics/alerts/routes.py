"""GET /v1/pace/alerts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.metrics.alerts import store
from services.metrics.alerts.rules import AlertStatus
from services.metrics.pace.rules import Method
from services.metrics.pace.usecases import Along
from services.metrics.plan.usecases import named_plan
from services.metrics.targets.rules import Aim
from shared.contracts.metrics import AlertEnding
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import open_router

routes = open_router("totals")


class AlertAnswer(BaseModel):
    """The figures are those at the end of `day`; those of an alert that has ended are the last ones."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    plan: str
    along: Along
    measure: Aim
    key: str = Field(description="A programme, a reporting region, a department, or `total`")
    status: AlertStatus
    day: date
    target: int
    done: int
    expected: int
    behind_by: int
    behind_since: date | None
    forecast: int | None
    method: Method
    raised_at: datetime
    ended_at: datetime | None
    ended_because: AlertEnding | None
    version: int


@routes.get("/pace/alerts")
async def list_pace_alerts(
    request: Request,
    status: AlertStatus | None = None,
    plan: Annotated[str | None, Query(max_length=16, examples=["HN2025"])] = None,
    along: Along | None = None,
    measure: Aim | None = None,
    key: Annotated[str | None, Query(max_length=60, description="A programme, region, department, or `total`")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[AlertAnswer]:
    """What has fallen behind the plan by more than 5 %, in the order in which it was found, and what has caught up.

    Judged once a day from 6 o'clock on, by the figures at the end of the day before, and told as facts on the topic
    `metrics`: raised, continued with the figures of another day, ended. `GET /v1/pace` has the figures of this moment.
    """
    async with request.app.state.engines.connect() as connection:
        if plan is not None:
            await named_plan(connection, plan)
        rows = await store.page(
            connection,
            status=status,
            plan=plan,
            along=along,
            measure=measure,
            key=key,
            after=after(cursor),
            limit=size,
        )
    return Page(rows=[AlertAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))
