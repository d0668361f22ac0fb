"""Quality rates over HTTP: demand match, employment, pay. Passes and level rises are told by the metrics service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel, Field

from services.registry.domain.reach import reach
from services.registry.store import plan as plan_store
from services.registry.store import policy as policy_store
from services.registry.store import quality as store
from services.registry.store.quality import Asked, By, Counts
from shared.auth import CurrentCaller
from shared.forms import Day
from shared.kernel.callers import ForeignRegion, Role
from shared.kernel.periods import business_day
from shared.kernel.refusals import Invalid
from shared.paging import PageSize
from shared.web import Connection, Now, router

routes = router("quality")

_WINDOW_MAX: Final = timedelta(days=366)


class WrongWindow(Invalid):
    """Facts: `days_max`."""

    slug = "wrong-window"
    title_en = "The days asked for are no window that can be counted."
    title_zh = "统计时段不正确。"
    cure_en = "Let last_on be first_on or later, and ask for at most `days_max` days at once."
    cure_zh = "last_on 不得早于 first_on，且时段不超过 `days_max` 天。"


class RateAnswer(BaseModel):
    """A rate as its parts; of a suppressed one nothing is told."""

    numerator: int | None
    denominator: int | None
    suppressed: bool


class PayAnswer(BaseModel):
    median_permille: int | None
    n: int | None
    suppressed: bool


class GroupAnswer(BaseModel):
    key: str
    demand_match: RateAnswer
    employment: RateAnswer
    waiting: int | None = Field(description="Without work at entry, and their months are not over; None: suppressed")
    pay: PayAnswer


class QualityAnswer(BaseModel):
    as_of: date
    followup_months: int
    group_size_min: int
    rows: list[GroupAnswer]
    next: str | None = Field(description="Send it as `after` for the groups that follow; None at the end")


@routes.get("/quality")
async def quality(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    first_on: Day,
    last_on: Day,
    by: By = By.REGION,
    region: Annotated[str | None, Query(max_length=16)] = None,
    programme: Annotated[str | None, Query(max_length=16)] = None,
    after: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9-]*$")] = "",
    size: PageSize = 100,
) -> QualityAnswer:
    """Of trainings completed in the window (domain rules §5.4), for officers. Small groups are suppressed."""
    caller.require(Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)
    if not timedelta() <= last_on - first_on < _WINDOW_MAX:
        raise WrongWindow(pointer="/last_on", days_max=_WINDOW_MAX.days)
    place = region or caller.region
    if place is None:
        raise ForeignRegion
    seen = reach(await plan_store.load(connection), caller, region)
    policy = await policy_store.on(connection, day=first_on, region=place)
    today = business_day(at)
    asked = Asked(seen, programme, first_on, last_on, by, policy.followup_months, today)
    groups = await store.count(connection, asked, after=after, limit=size)
    least = policy.quality_group_size_min
    return QualityAnswer(
        as_of=today,
        followup_months=policy.followup_months,
        group_size_min=least,
        rows=[_group(each, least) for each in groups],
        next=groups[-1].key if len(groups) == size else None,
    )


def _group(counts: Counts, least: int) -> GroupAnswer:
    few = counts.paid < least
    return GroupAnswer(
        key=counts.key,
        demand_match=_rate(counts.needed, counts.completed, least),
        employment=_rate(counts.employed, counts.without_work, least),
        waiting=None if counts.waiting < least else counts.waiting,
        pay=PayAnswer(
            median_permille=None if few else counts.median_permille, n=None if few else counts.paid, suppressed=few
        ),
    )


def _rate(numerator: int, denominator: int, least: int) -> RateAnswer:
    if denominator < least:
        return RateAnswer(numerator=None, denominator=None, suppressed=True)
    return RateAnswer(numerator=numerator, denominator=denominator, suppressed=False)
