"""GET /v1/supervision."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.metrics.supervision.usecases import supervision
from services.metrics.totals.routes import (
    AskedPosition,
    AsOfAnswer,
    KeptRoute,
    KnownAnswer,
    KnownOn,
    PeriodReversed,
    ready_answer,
)
from services.metrics.totals.usecases.answer_cache import AnswerCache
from shared.forms import Day

routes = APIRouter(prefix="/v1", tags=["totals"], route_class=KeptRoute)


class SupervisedSums(BaseModel):
    flags_open: int = Field(description="Flags of classes, trainees and institutions that no officer has settled yet")
    flags_holding: int = Field(description="Those of them for which a claim waits")
    flags_late: int = Field(description="Those of them that were to be settled before `day`")
    findings_open: int = Field(description="Findings of patrols that no officer has closed yet")
    findings_late: int = Field(description="Those of them that were due before `day`")
    patrols: int = Field(description="Patrols of classes, from `first_day` to `last_day`")


class SupervisedAnswer(SupervisedSums):
    place: str = Field(description="A reporting region; a county, where one region was asked for")


class SupervisionAnswer(BaseModel):
    as_of: AsOfAnswer
    known: KnownAnswer | None = Field(description="Null: as it is known now")
    day: date
    first_day: date
    last_day: date
    rows: list[SupervisedAnswer]
    total: SupervisedSums


@routes.get("/supervision", response_model=SupervisionAnswer)
async def get_supervision(
    request: Request,
    region: Annotated[str | None, Query(max_length=16, description="A reporting region or a county in it")] = None,
    first_day: Annotated[Day | None, Query(description="Patrols from this day on; by default of the year")] = None,
    last_day: Annotated[Day | None, Query(description="Patrols up to and with this day; by default today")] = None,
    position: AskedPosition = None,
    known_on: KnownOn = None,
) -> Response:
    """Flags and findings that wait, those that are late, and patrols: by reporting region, or by county of one region.

    Confidential flags are not counted: only officers know of them. With `known_on` as it was known at the end of that
    day.
    """
    if first_day is not None and last_day is not None and last_day < first_day:
        raise PeriodReversed(pointer="/last_day")
    answers: AnswerCache = request.app.state.answers
    return await ready_answer(
        request,
        ("supervision", region, first_day, last_day),
        lambda connection: supervision(
            connection, region, first_day, last_day, today=answers.today(), known_on=known_on
        ),
        position,
        known_on=known_on,
    )
