"""The plans to look things up in: programmes of a year, regions of a day, levels, awards."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from services.registry.plan.routes.schemas import (
    AwardAnswer,
    LevelAnswer,
    PlanAnswer,
    PlanChangeAnswer,
    ProgrammeAnswer,
    RegionAnswer,
    RegionPeriodAnswer,
)
from services.registry.plan.store import plan as store
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import plans as usecases
from shared.auth import CurrentCaller
from shared.forms import Day
from shared.kernel.awards import Award
from shared.kernel.periods import business_day
from shared.web import Connection, Now, router

routes = router("plan")

_CODE = r"^[A-Z][A-Z0-9-]{1,15}$"


@routes.get("/plans")
async def list_plans(connection: Connection, _: CurrentCaller) -> list[PlanAnswer]:
    """The plans that are loaded, by year."""
    return [PlanAnswer(**each._asdict()) for each in await usecases.plans(connection)]


@routes.get("/plans/{code}/changes")
async def list_plan_changes(
    code: Annotated[str, Path(pattern=_CODE, examples=["HN2025"])], connection: Connection, _: CurrentCaller
) -> list[PlanChangeAnswer]:
    """What later loads changed in the programmes and indicators of the plan, the latest first."""
    return [
        PlanChangeAnswer(
            entry=each.subject, **{name: getattr(each, name) for name in each._fields if name != "subject"}
        )
        for each in await usecases.changes(connection, code)
    ]


@routes.get("/programmes", response_model=list[ProgrammeAnswer])
async def list_programmes(
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    plan: Annotated[
        str | None, Query(pattern=_CODE, examples=["HN2025"], description="By default the plan that holds today")
    ] = None,
) -> list[dict[str, Any]]:
    """The programmes of a plan. The programmes of two years may have the same codes and different names."""
    year = await usecases.year_of(connection, plan, today=business_day(at))
    return [each for each in await store.entries(connection, "programmes") if each["year"] == year]


@routes.get("/regions")
async def list_regions(
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    on: Annotated[
        Day | None, Query(description="Only regions that exist on this day; by default all, as they are today")
    ] = None,
) -> list[RegionAnswer]:
    """The regions, by code."""
    regions = (await rulebook_store.current(connection)).plan.regions
    day = on or business_day(at)
    found = []
    for each in await store.entries(connection, "regions"):
        region = regions[each["code"]]
        if on is not None and not region.exists_on(on):
            continue
        then = region.on(day)
        periods = [RegionPeriodAnswer.model_validate(period, from_attributes=True) for period in region.history]
        above = {"parent": then.parent, "reporting_region": then.reporting_region}
        found.append(RegionAnswer.model_validate(each | above | {"periods": periods}))
    return found


@routes.get("/levels", response_model=list[LevelAnswer])
async def list_levels(connection: Connection, _: CurrentCaller) -> list[dict[str, Any]]:
    return await store.entries(connection, "levels")


@routes.get("/awards")
async def list_awards(_: CurrentCaller) -> list[AwardAnswer]:
    """What a training may lead to: the eight levels, and the certificates and trainings without a level."""
    return [AwardAnswer.of(award) for award in Award]
