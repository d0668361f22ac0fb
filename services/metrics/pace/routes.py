"""GET /v1/pace."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.metrics.pace.rules import Method
from services.metrics.pace.usecases import Along, of_plan
from services.metrics.targets.rules import Aim
from services.metrics.totals.routes import (
    AskedPosition,
    AsOfAnswer,
    KeptRoute,
    KnownAnswer,
    KnownOn,
    PlanAnswer,
    PlanCode,
    ready_answer,
)
from services.metrics.totals.usecases.answer_cache import AnswerCache
from shared.forms import Day

routes = APIRouter(prefix="/v1", tags=["totals"], route_class=KeptRoute)


class PaceRowAnswer(BaseModel):
    """What was reached, what would be expected by now, and where it leads to until 31 December."""

    key: str = Field(description="A programme, a reporting region, a department, or `total`")
    target: int | None = Field(description="Null if it has none; then it is not behind")
    done: int
    percent: str | None
    expected: int | None
    behind_by: int | None
    behind_since: date | None = Field(description="The first day of those without a break on which it was behind")
    forecast: int | None
    forecast_percent: str | None
    alert: bool = Field(description="Whether it is behind by more than 5 % of what was expected")


class PaceAnswer(BaseModel):
    """`share` of the year's work is done by `day`, by the method: see the operation."""

    as_of: AsOfAnswer
    known: KnownAnswer | None = Field(description="Null: as it is known now")
    plan: PlanAnswer | None
    day: date
    method: Method
    share: str | None = Field(examples=["0.4132"])
    total: PaceRowAnswer | None
    rows: list[PaceRowAnswer]


@routes.get("/pace", response_model=PaceAnswer)
async def get_pace(
    request: Request,
    along: Annotated[Along, Query(description="What is compared")] = Along.REGION,
    measure: Aim = Aim.TRAININGS,
    day: Annotated[Day | None, Query(description="At the end of this day; by default `known_on` or today")] = None,
    plan: PlanCode = None,
    position: AskedPosition = None,
    known_on: KnownOn = None,
) -> Response:
    """Who keeps up with the plan and who falls behind, by how much and since when: those furthest behind first.

    Expected is the target times the share of the year's work that is usually done by then. By the method `last-year`
    it is the share of the year before that had been reached on the same day, over the whole province; by `linear`,
    where the year before is not known, the share of the year's days. The forecast for 31 December is what was reached,
    divided by the share. Each region and department is held against its own target (`GET /v1/targets`) or none.
    With `known_on` all of it is as it was known at the end of that day, byte for byte the same whenever it is asked.
    """
    answers: AnswerCache = request.app.state.answers
    return await ready_answer(
        request,
        ("pace", along, measure, day, plan),
        lambda connection: of_plan(
            connection, answers.cells, plan, along, measure, day=day, today=answers.today(), known_on=known_on
        ),
        position,
        known_on=known_on,
    )
