"""What a question is about: a plan, the places of a map, and what the plan calls things."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.plan import rules, store
from services.metrics.plan.rules import Lead, Placement, RegionMap, YearPlan
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, Role
from shared.kernel.refusals import NotYetReceived


async def plan_of(connection: AsyncConnection, code: str | None, *, day: date) -> YearPlan | None:
    """The plan with that code; without one that of `day`, None if it was not told. Raises UnknownPlan."""
    return rules.asked(await store.plans(connection), code, day=day)


async def plan_or_latest(connection: AsyncConnection, code: str | None, *, day: date) -> YearPlan | None:
    """The plan with that code; without one that of `day`, or the one before it. Raises UnknownPlan."""
    plans = await store.plans(connection)
    return rules.asked(plans, code, day=day) or rules.latest(plans, day=day)


async def named_plan(connection: AsyncConnection, code: str) -> YearPlan:
    """The plan with that code. Raises UnknownPlan."""
    plans = await store.plans(connection)
    found = rules.asked(plans, code, day=date.min)
    assert found is not None  # a code that is none is refused
    return found


async def require_province(connection: AsyncConnection, caller: Caller) -> str:
    """The code of the province. Raises WrongRole, ForeignRegion unless the caller acts for it, NotYetReceived."""
    caller.require(Role.PROVINCE)
    province = next((each.code for each in await store.regions(connection) if each.parent is None), None)
    if province is None:
        raise NotYetReceived(what="regions")
    caller.require_region([province])
    return province


async def placements(connection: AsyncConnection, by: RegionMap, *, today: date) -> list[Placement]:
    """Where each place is counted."""
    regions = [rules.region_of(each) for each in await store.regions(connection)]
    return rules.placements(regions, by, today=today)


async def leads(connection: AsyncConnection) -> list[Lead]:
    """The department of each programme of all plans."""
    return rules.leads(await store.all_programmes(connection))


async def plans(connection: AsyncConnection) -> list[dict[str, object]]:
    """The plans that were told, by year."""
    return [each._asdict() for each in await store.plans(connection)]


async def names(connection: AsyncConnection, code: str | None, by: RegionMap, *, today: date) -> dict[str, object]:
    """[Chinese, English] by code, of a plan's programmes, of awards, and of regions: today's, or all that ever were.

    Raises UnknownPlan.
    """
    plan = await plan_or_latest(connection, code, day=today)
    programmes = {} if plan is None else await store.programmes(connection, plan.year)
    regions = await store.regions(connection)
    if by is RegionMap.NOW:
        regions = [each for each in regions if rules.region_of(each).exists_on(today)]
    return {
        "plan": None if plan is None else plan._asdict(),
        "as": by,
        "programmes": {code: (each.name_zh, each.name_en) for code, each in programmes.items()},
        "regions": {each.code: (each.name_zh, each.name_en) for each in regions},
        "awards": {each.code: (each.name_zh, each.name_en) for each in Award},
    }
