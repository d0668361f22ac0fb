"""GET /v1/quality."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.metrics.quality.usecases import QualityAxis, rates
from services.metrics.totals.routes import AskedPosition, AsOfAnswer, KeptRoute, KnownAnswer, KnownOn, ready_answer
from services.metrics.totals.usecases.answer_cache import AnswerCache

routes = APIRouter(prefix="/v1", tags=["totals"], route_class=KeptRoute)


class PublicRateAnswer(BaseModel):
    """A rate with what it is made of; one that is suppressed shows nothing."""

    numerator: int | None
    denominator: int | None
    percent: str | None = Field(examples=["87.5"])
    suppressed: bool


class PublicPayAnswer(BaseModel):
    median_permille: int | None = Field(description="The median change of pay in thousandths, rounded down")
    n: int | None
    suppressed: bool


class PublicRatesAnswer(BaseModel):
    key: str = Field(description="A reporting region, a programme, or `total`")
    demand_match: PublicRateAnswer
    passed_of_started: PublicRateAnswer
    passed_of_tested: PublicRateAnswer
    level_rise: PublicRateAnswer
    employment: PublicRateAnswer
    pay: PublicPayAnswer


class AboutRateAnswer(BaseModel):
    """Whose rate it is, and what of them counts."""

    code: str
    name_zh: str
    name_en: str
    cohort_zh: str
    cohort_en: str


class PublicQualityAnswer(BaseModel):
    as_of: AsOfAnswer
    known: KnownAnswer | None = Field(description="Null: as it is known now")
    year: int
    counted_on: date | None = Field(description="Months that were over on this day are over; null if nothing was told")
    group_size_min: int
    level_rise_months: int | None
    followup_months: int | None
    pay_months: int | None
    rates: list[AboutRateAnswer]
    total: PublicRatesAnswer
    rows: list[PublicRatesAnswer]


@routes.get("/quality", response_model=PublicQualityAnswer)
async def get_quality(
    request: Request,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="In which the trainings ended")] = None,
    along: QualityAxis = QualityAxis.REGION,
    position: AskedPosition = None,
    known_on: KnownOn = None,
) -> Response:
    """Quality rates of the trainings that ended in a year, by reporting region or by programme, as the registry counts.

    Rates of fewer than ten people are suppressed, and so are as many others as it takes until nobody can work them out
    from the total and the rest. Groups are told once a day at most, and cut along one axis only, for the same reason.
    With `known_on` they are as they were known at the end of that day.
    """
    answers: AnswerCache = request.app.state.answers
    return await ready_answer(
        request,
        ("quality", year, along),
        lambda connection: rates(connection, year, along, today=answers.today(), known_on=known_on),
        position,
        known_on=known_on,
    )
