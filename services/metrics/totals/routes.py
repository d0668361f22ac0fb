"""GET /v1/totals, /v1/measures, /v1/plans, /v1/names."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.about import ABOUT
from services.metrics.measures.rules.traits import NO_FUND, Group, OrganisationKind
from services.metrics.plan.rules import RegionMap
from services.metrics.plan.usecases import names, plans
from services.metrics.totals.rules.cuts import COUNTED, PERIODS, Cut, Dimension
from services.metrics.totals.rules.positions import MinPosition, min_position
from services.metrics.totals.usecases.answer_cache import AnswerCache, Asked, Make
from services.metrics.totals.usecases.totals import totals
from shared.awards import AskedAward
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.edge.rates import address_of
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
            kept = None if has_body(request) else answers.kept(asked(request))
            return await handle(request) if kept is None else Response(kept, media_type=JSON)

        return answer


def asked(request: Request) -> Asked:
    """What was asked, as it was written, and from where."""
    return Asked(request.scope["path"], request.scope["query_string"], address_of(request))


routes = APIRouter(prefix="/v1", tags=["totals"], route_class=KeptRoute)


class UnknownDimension(Invalid):
    """Facts: `known`."""

    slug = "unknown-dimension"
    title_en = "Totals cannot be cut by that."
    title_zh = "不支持按该维度汇总。"
    cure_en = "Join names with commas: {known}."
    cure_zh = "请用逗号连接维度名称：{known}。"


class SeveralPeriods(Invalid):
    slug = "several-periods"
    title_en = "Totals can be cut by one kind of period only."
    title_zh = "汇总只能按一种时间周期划分。"
    cure_en = "Use one of day, week, month and year."
    cure_zh = "请在日、周、月、年中选择一种。"


class PeriodReversed(Invalid):
    slug = "period-reversed"
    title_en = "The period ends before it begins."
    title_zh = "结束日期早于开始日期。"
    cure_en = "The last day is the first day or a later one."
    cure_zh = "结束日期应不早于开始日期。"


def _min_position(
    written: Annotated[
        str | None,
        Query(
            alias="min_position",
            max_length=600,
            examples=["registry:1200"],
            description="Wait, for 4 s at most, until this is applied: facts of a topic (`registry:1200`) or a version "
            "of a record (`enrolments/{id}@2`, `certificates/…`, `claims/…`), several joined with commas",
        ),
    ] = None,
) -> MinPosition | None:
    return None if written is None else min_position(written)


AskedPosition = Annotated[MinPosition | None, Depends(_min_position)]


async def ready_answer(
    request: Request, key: Hashable, make: Make, position: MinPosition | None, *, known_on: date | None = None
) -> Response:
    """The answer kept ready. One that has to be true up to a position is worked out when that is applied.

    One as known on a day is worked out when it is asked: few ask for it, and it need not be kept fresh.
    """
    answers: AnswerCache = request.app.state.answers
    if position is not None or known_on is not None:
        return Response(await answers.once(make, position), media_type=JSON)
    return Response(await answers.answer(key, make, asked=asked(request)), media_type=JSON)


def _dimensions(
    by: Annotated[
        str, Query(max_length=200, description="Comma-joined: " + ", ".join(Dimension) + "; of the last four one")
    ] = "programme,region",
) -> tuple[Dimension, ...]:
    names = [name.strip() for name in by.split(",") if name.strip()]
    known = {dimension.value for dimension in Dimension}
    if not known.issuperset(names) or len(set(names)) != len(names):
        raise UnknownDimension(pointer="/by", known=sorted(known))
    if len(PERIODS.intersection(names)) > 1:
        raise SeveralPeriods(pointer="/by")
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


class Narrowed(NamedTuple):
    """What a cut can be narrowed to besides places, programmes, awards and days."""

    department: str | None
    group: Group | None
    kind: OrganisationKind | None
    fund_source: str | None
    subsidy_kind: SubsidyKind | None
    subsidised: bool | None


class AskedFund(StrEnum):
    """A source of funds, or none."""

    NONE = NO_FUND
    SPECIAL_ACCOUNT = FundSource.SPECIAL_ACCOUNT
    EMPLOYMENT_FUND = FundSource.EMPLOYMENT_FUND
    UNEMPLOYMENT_INSURANCE = FundSource.UNEMPLOYMENT_INSURANCE
    OTHER = FundSource.OTHER


def _narrowed(
    department: Annotated[
        str | None, Query(max_length=60, description="Programmes that this department leads as the first")
    ] = None,
    group: Annotated[
        Group | None,
        Query(description="Trainees of priority groups, or the others"),
    ] = None,
    kind: Annotated[OrganisationKind | None, Query(description="The kind of institution or assessment body")] = None,
    fund_source: AskedFund | None = None,
    subsidy_kind: Annotated[SubsidyKind | None, Query(description="What money is for; of money alone")] = None,
    subsidised: Annotated[bool | None, Query(description="Whether the class has a source of funds")] = None,
) -> Narrowed:
    return Narrowed(department, group, kind, fund_source, subsidy_kind, subsidised)


def _number(
    award: AskedAward,
    narrowed: Annotated[Narrowed, Depends(_narrowed)],
    programme: Annotated[str | None, Query(max_length=16, description="A programme, with all its parts")] = None,
    region: Annotated[str | None, Query(max_length=16, description="A reporting region or a place in it")] = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    first_day: Annotated[Day | None, Query(description="From this day on")] = None,
    last_day: Annotated[
        Day | None, Query(description="Up to and with this day; stocks are those at the end of it")
    ] = None,
    plan: PlanCode = None,
    region_map: AskedMap = RegionMap.THEN,
) -> Cut:
    first, last = first_day or (date(year, 1, 1) if year else None), last_day or (date(year, 12, 31) if year else None)
    if first is not None and last is not None and last < first:
        raise PeriodReversed(pointer="/last_day")
    return Cut(
        by=(),
        programme=programme,
        region=region,
        award=award,
        first_day=first,
        last_day=last,
        plan=plan,
        region_map=region_map,
        **narrowed._asdict(),
    )


AskedNumber = Annotated[Cut, Depends(_number)]


def _cut(by: Annotated[tuple[Dimension, ...], Depends(_dimensions)], number: AskedNumber) -> Cut:
    return replace(number, by=by)


AskedCut = Annotated[Cut, Depends(_cut)]
CountedCode = Literal[COUNTED]  # type: ignore[valid-type]
KnownOn = Annotated[
    Day | None,
    Query(
        description="As it was known at the end of this day: without what was told later, also about earlier days. "
        "Of today as it is known so far"
    ),
]


class AppliedTopicAnswer(BaseModel):
    """How far a topic of the log has been applied."""

    facts: int = Field(description="The totals are true up to this position")
    applied_at: datetime | None
    behind: int | None = Field(description="Facts that the log has beyond it; null if the worker stands still")
    seen_at: datetime | None = Field(description="When the log was looked at last")


class AsOfAnswer(BaseModel):
    """What the figures are as of."""

    read_at: datetime
    topics: dict[str, AppliedTopicAnswer]


class KnownAnswer(BaseModel):
    """On which day the figures were known."""

    on: date
    taken_at: datetime | None = Field(description="When they were taken, after the day had ended; null until then")
    is_final: bool = Field(description="Whether the same question, by `as=then`, has this answer for ever")


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


class FiguresAnswer(BaseModel):
    """What is counted: trainings as events, skilled and high-skilled as persons, amounts in integer fen."""

    trainings: int
    subsidised_trainings: int
    certificates: int
    high_skilled_persons: int
    skilled_persons: int
    technicians: int
    chief_technicians: int
    approved_fen: int
    paid_fen: int
    recovered_fen: int
    in_training: int


class MeasuresAnswer(FiguresAnswer):
    """The last four are stocks at the end of the last day, of all years unless a plan is named."""

    valid_certificates: int
    high_skilled_holders: int
    skilled_holders: int


class TotalsRowAnswer(MeasuresAnswer):
    """The totals of one cell; it has those dimensions by which was cut."""

    programme: str | None = None
    region: str | None = None
    county: str | None = None
    level: int | None = Field(default=None, description="The rank of the level, 1 to 8; null for awards without one")
    award: str | None = None
    department: str | None = Field(default=None, description="The first of those that lead the programme")
    group: Group | None = Field(default=None, description="Null where the facts do not say it, here as below")
    kind: OrganisationKind | None = None
    fund_source: AskedFund | None = None
    subsidised: bool | None = None
    day: date | None = None
    week: date | None = Field(default=None, description="The Monday with which it begins")
    month: date | None = Field(default=None, description="Its first day")
    year: date | None = Field(default=None, description="Its first day")


class TotalsAnswer(AboutAnswer):
    """Rows of totals, their sum, and how far each topic has been applied."""

    as_of: AsOfAnswer
    known: KnownAnswer | None = Field(description="Null: as it is known now")
    by: list[Dimension]
    rows: list[TotalsRowAnswer]
    total: MeasuresAnswer


class MeasureAnswer(BaseModel):
    """A measure: person-times, persons, certificates and money are never added to each other."""

    code: str
    kind: Literal["flow", "stock"]
    unit: Literal["person-times", "persons", "certificates", "fen"]
    name_zh: str
    name_en: str
    rule_zh: str
    rule_en: str


Names = Annotated[list[str], Field(min_length=2, max_length=2, description="Chinese, English")]


class NamesAnswer(AboutAnswer):
    """Names by code."""

    programmes: dict[str, Names]
    regions: dict[str, Names]
    awards: dict[str, Names] = {}


# The board keeps answers as bytes, so the models describe them and make none of them.
@routes.get("/totals", response_model=TotalsAnswer)
async def get_totals(request: Request, cut: AskedCut, position: AskedPosition, known_on: KnownOn = None) -> Response:
    """Live totals of a plan. Regions are rolled up by parent; a level is its rank, 1 to 8.

    A training counts to the plan of the year in which its class begins, and to the region that reported it.
    Flows are those of the period; stocks are those at the end of it, so that they go on over New Year.
    `by=award` tells apart what leads to no level as well; high-skilled persons hold a level of rank 4 or above.
    Small cells are shown, so that parts add up to their totals: a cell tells how many there are, of what classes,
    certificates and claims say in public, and nothing of what became of a person. Rates, which do, hide groups of fewer
    than ten people (`GET /v1/quality`).
    `known_on` answers as at the end of a day: byte for byte the same whenever it is asked, also after a rebuild.
    `last_day` narrows what happened, `known_on` what had been heard of it. By `as=now` it is laid on today's map.
    """
    answers: AnswerCache = request.app.state.answers
    return await ready_answer(
        request,
        ("totals", cut),
        lambda connection: totals(connection, answers.cells, cut, today=answers.today(), known_on=known_on),
        position,
        known_on=known_on,
    )


@routes.get("/names", response_model=NamesAnswer)
async def get_names(request: Request, plan: PlanCode = None, region_map: AskedMap = RegionMap.THEN) -> Response:
    """Chinese and English names of programmes, regions and awards by code: what a dashboard labels its rows with.

    As of `now` the regions that exist today, otherwise all that ever did.
    """
    answers: AnswerCache = request.app.state.answers
    body = await answers.answer(
        ("names", plan, region_map),
        lambda connection: names(connection, plan, region_map, today=answers.today()),
        asked=asked(request),
    )
    return Response(body, media_type=JSON)


@routes.get("/measures", response_model=list[MeasureAnswer])
async def get_measures(request: Request) -> Response:
    """What is counted: flows of a period, and stocks at the end of a day, each with its unit and its rule."""
    answers: AnswerCache = request.app.state.answers
    return Response(await answers.answer("measures", _measures, asked=asked(request)), media_type=JSON)


async def _measures(_: AsyncConnection) -> list[dict[str, str]]:
    return [{"code": code, **about._asdict()} for code, about in ABOUT.items()]


@routes.get("/plans", response_model=list[PlanAnswer])
async def get_plans(request: Request) -> Response:
    """The plans that totals can be asked for, by year."""
    answers: AnswerCache = request.app.state.answers
    return Response(await answers.answer("plans", plans, asked=asked(request)), media_type=JSON)
