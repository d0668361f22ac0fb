"""GET /v1/totals, /v1/plans, /v1/names, /v1/stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.metrics.plan.rules import RegionMap
from services.metrics.plan.usecases import names, plans
from services.metrics.totals.store import Cut, Dimension
from services.metrics.totals.usecases.answer_cache import AnswerCache, Spelling
from services.metrics.totals.usecases.totals import totals
from shared.awards import AskedAward
from shared.edge.routes import Handler, has_body
from shared.forms import Day
from shared.kernel.refusals import Invalid
from shared.web import OpenRoute

JSON = "application/json"


class KeptRoute(OpenRoute):
    """A route that first looks whether the answer is kept ready to just this question, before it is parsed."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            answers: AnswerCache = request.app.state.answers
            # A body, which no question has, is refused as everywhere.
            kept = None if has_body(request) else answers.kept(spelling(request))
            return await handle(request) if kept is None else Response(kept, media_type=JSON)

        return answer


def spelling(request: Request) -> Spelling:
    """What was asked, as it was written."""
    return request.scope["path"], request.scope["query_string"]


routes = APIRouter(prefix="/v1", tags=["totals"], route_class=KeptRoute)


class UnknownDimension(Invalid):
    """Facts: `known`."""

    slug = "unknown-dimension"
    title_en = "Totals cannot be cut by that."
    title_zh = "不支持按该维度汇总。"
    cure_en = "Join names with commas: {known}."
    cure_zh = "请用逗号连接维度名称：{known}。"


def _dimensions(
    by: Annotated[
        str, Query(description="Comma-joined: programme, region, county, level, award, day")
    ] = "programme,region",
) -> tuple[Dimension, ...]:
    names = [name.strip() for name in by.split(",") if name.strip()]
    known = {dimension.value for dimension in Dimension}
    if not known.issuperset(names) or len(set(names)) != len(names):
        raise UnknownDimension(pointer="/by", known=sorted(known))
    return tuple(Dimension(name) for name in names)


PlanCode = Annotated[
    str | None,
    Query(
        max_length=16,
        examples=["HN2025"],
        description="By default the plan of the first day asked for, or of today; the answer says which",
    ),
]
AskedMap = Annotated[
    RegionMap,
    Query(
        alias="as",
        description="`then`: by the region that reported it; `now`: by the region where the place lies today",
    ),
]


def _cut(
    by: Annotated[tuple[Dimension, ...], Depends(_dimensions)],
    award: AskedAward,
    programme: Annotated[str | None, Query(max_length=16, description="A programme, with all its parts")] = None,
    region: Annotated[str | None, Query(max_length=16, description="A reporting region or a place in it")] = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    first_day: Annotated[Day | None, Query(description="From this day on")] = None,
    last_day: Annotated[Day | None, Query(description="Up to and with this day")] = None,
    plan: PlanCode = None,
    region_map: AskedMap = RegionMap.THEN,
) -> Cut:
    return Cut(
        by=by,
        programme=programme,
        region=region,
        award=award,
        first_day=first_day or (date(year, 1, 1) if year else None),
        last_day=last_day or (date(year, 12, 31) if year else None),
        plan=plan,
        region_map=region_map,
    )


AskedCut = Annotated[Cut, Depends(_cut)]


class AppliedTopicAnswer(BaseModel):
    """How far a topic of the log has been applied."""

    facts: int
    applied_at: datetime


class AsOfAnswer(BaseModel):
    """What the figures are as of."""

    read_at: datetime
    topics: dict[str, AppliedTopicAnswer]


class PlanAnswer(BaseModel):
    """The plan of a year."""

    code: str
    year: int
    name_zh: str
    name_en: str


class AboutAnswer(BaseModel):
    """What an answer is about: null stands for all plans, where that of the day was not received."""

    plan: PlanAnswer | None
    region_map: RegionMap = Field(alias="as")


class MeasuresAnswer(BaseModel):
    """What is counted: trainings as events, high-skilled as persons, amounts in integer fen."""

    in_training: int
    trainings: int
    subsidised_trainings: int
    certificates: int
    high_skilled_persons: int
    approved_fen: int
    paid_fen: int
    recovered_fen: int


class TotalsRowAnswer(MeasuresAnswer):
    """The totals of one cell; it has those dimensions by which was cut."""

    programme: str | None = None
    region: str | None = None
    county: str | None = None
    level: int | None = Field(default=None, description="The rank of the level, 1 to 8; null for awards without one")
    award: str | None = None
    day: date | None = None


class TotalsAnswer(AboutAnswer):
    """Rows of totals, their sum, and how far each topic has been applied."""

    as_of: AsOfAnswer
    by: list[Dimension]
    rows: list[TotalsRowAnswer]
    total: MeasuresAnswer


Names = Annotated[list[str], Field(min_length=2, max_length=2, description="Chinese, English")]


class NamesAnswer(AboutAnswer):
    """Names by code."""

    programmes: dict[str, Names]
    regions: dict[str, Names]


# The board keeps answers as bytes, so the models describe them and make none of them.
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `cells`: `as_of`, the `cells` that changed, and the `total`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@routes.get("/totals", response_model=TotalsAnswer)
async def get_totals(request: Request, cut: AskedCut) -> Response:
    """Live totals of a plan. Regions are rolled up by parent; a level is its rank, 1 to 8.

    A training counts to the plan of the year in which its class begins, and to the region that reported it.
    `by=award` tells apart what leads to no level as well; high-skilled persons hold a level of rank 4 or above.
    """
    answers: AnswerCache = request.app.state.answers
    body = await answers.answer(
        ("totals", cut),
        lambda connection: totals(connection, cut, today=answers.today()),
        spelling=spelling(request),
    )
    return Response(body, media_type=JSON)


@routes.get("/names", response_model=NamesAnswer)
async def get_names(request: Request, plan: PlanCode = None, region_map: AskedMap = RegionMap.THEN) -> Response:
    """Chinese and English names of programmes and regions by code: what a dashboard labels its rows with.

    As of `now` the regions that exist today, otherwise all that ever did.
    """
    answers: AnswerCache = request.app.state.answers
    body = await answers.answer(
        ("names", plan, region_map),
        lambda connection: names(connection, plan, region_map, today=answers.today()),
        spelling=spelling(request),
    )
    return Response(body, media_type=JSON)


@routes.get("/plans", response_model=list[PlanAnswer])
async def get_plans(request: Request) -> Response:
    """The plans that totals can be asked for, by year."""
    answers: AnswerCache = request.app.state.answers
    return Response(await answers.answer("plans", plans, spelling=spelling(request)), media_type=JSON)


@routes.get("/stream", response_class=Response, responses=_EVENTS)
async def stream_totals(request: Request, cut: AskedCut) -> EventSourceResponse:
    """Server-sent events named `cells`: first all cells, then those that changed, within a second of the change."""
    answers: AnswerCache = request.app.state.answers
    await answers.cells(cut)  # what is refused is refused before the stream begins

    async def events() -> AsyncGenerator[ServerSentEvent]:
        async for change in answers.changes(cut):
            yield ServerSentEvent(data=orjson.dumps(change).decode(), event="cells")

    return EventSourceResponse(events(), ping=15)
