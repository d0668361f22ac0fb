"""GET /v1/progress."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.metrics.progress.usecases import plan_progress
from services.metrics.totals.routes import JSON, AboutAnswer, AskedCut, AsOfAnswer, KeptRoute, spelling
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


class IndicatorProgressAnswer(BaseModel):
    code: str
    programme: str
    name_zh: str
    name_en: str
    unit: str
    target: str = Field(examples=["650000"])
    done: int | None
    percent: str | None = Field(examples=["87.5"])


class ProgressAnswer(AboutAnswer):
    as_of: AsOfAnswer
    first_day: date | None
    last_day: date | None
    programmes: list[ProgrammeProgressAnswer]
    indicators: list[IndicatorProgressAnswer]


@routes.get("/progress", response_model=ProgressAnswer)
async def get_progress(request: Request, cut: AskedCut) -> Response:
    """Every programme and indicator of a plan: done, target, percent (not capped at 100)."""
    answers: AnswerCache = request.app.state.answers
    body = await answers.answer(
        ("progress", cut),
        lambda connection: plan_progress(connection, cut, today=answers.today()),
        spelling=spelling(request),
    )
    return Response(body, media_type=JSON)
