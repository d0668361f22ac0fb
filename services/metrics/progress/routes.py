"""GET /v1/progress."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.metrics.progress.rules import Source
from services.metrics.progress.usecases import plan_progress
from services.metrics.totals.routes import (
    AboutAnswer,
    AskedCut,
    AskedPosition,
    AsOfAnswer,
    KeptRoute,
    KnownAnswer,
    KnownOn,
    ready_answer,
)
from services.metrics.totals.usecases.answer_cache import AnswerCache

routes = APIRouter(prefix="/v1", tags=["totals"], route_class=KeptRoute)


class TargetAnswer(BaseModel):
    """`done` of `target`; null where there is none or nothing comparable is measured."""

    done: int | None
    target: int | None
    percent: str | None = Field(description="With one decimal; may pass 100", examples=["87.5"])


class ProgrammeProgressAnswer(BaseModel):
    code: str
    parent: str | None
    name_zh: str
    name_en: str
    trainings: TargetAnswer
    high_skilled: TargetAnswer


class EnteredAnswer(BaseModel):
    """A figure that was entered by hand, because no fact tells it; another person confirmed it."""

    value: str
    as_of: date
    source: str
    confirmed_at: datetime


class IndicatorProgressAnswer(BaseModel):
    code: str
    programme: str
    name_zh: str
    name_en: str
    unit: str
    target: str | None = Field(examples=["650000"])
    done: int | str | None = Field(description="A number, or a decimal as text", examples=[568750])
    percent: str | None = Field(examples=["87.5"])
    source: Source
    entered: EnteredAnswer | None
    part: int | None = Field(description="Of a share that was counted: the persons who have what it is about")
    whole: int | None = Field(description="Of a share that was counted: all of whom it is known")


class ProgressAnswer(AboutAnswer):
    as_of: AsOfAnswer
    known: KnownAnswer | None = Field(description="Null: as it is known now")
    first_day: date | None
    last_day: date | None
    programmes: list[ProgrammeProgressAnswer]
    indicators: list[IndicatorProgressAnswer]


@routes.get("/progress", response_model=ProgressAnswer)
async def get_progress(request: Request, cut: AskedCut, position: AskedPosition, known_on: KnownOn = None) -> Response:
    """Every programme and indicator of a plan: done, target, percent (not capped at 100).

    A region, a department or a month is held against its own target, if one was loaded (`GET /v1/targets`); levels,
    groups and other periods have none, and are never held against that of the whole plan. Indicators that no fact
    tells have the figure that was entered last, with its source. With `known_on` they are held against the targets
    that were known at the end of that day, and the answer is byte for byte the same whenever it is asked.
    """
    answers: AnswerCache = request.app.state.answers
    return await ready_answer(
        request,
        ("progress", cut),
        lambda connection: plan_progress(connection, answers.cells, cut, today=answers.today(), known_on=known_on),
        position,
        known_on=known_on,
    )
