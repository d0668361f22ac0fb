"""Policy rows and the calendar over HTTP: the figures and the days that rules go by."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.registry.plan.rules.policy import PolicyRow, holding
from services.registry.plan.store import plan as plan_store
from services.registry.plan.store import policy as store
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import policy as usecases
from shared.auth import CurrentCaller
from shared.forms import Day, Strict
from shared.kernel.periods import business_day
from shared.plan import UnknownRegion
from shared.web import Connection, Now, router

routes = router("plan")


class PolicyRowRequest(Strict):
    """Valid in `region` and below, where no nearer row says otherwise, from `first_on` to `last_on`, both inclusive."""

    key: Annotated[str, Field(max_length=64, examples=["class.seats_max"])]
    value: Annotated[str, Field(max_length=200, examples=["60"])]
    region: Annotated[str, Field(max_length=16, examples=["410000"])]
    first_on: Day
    last_on: Day | None = None
    status: Literal["assumption", "sourced"] = "sourced"
    source: Annotated[str, Field(min_length=2, max_length=500, description="The document that says so")]


class PolicyRowAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    key: str
    value: str
    region: str
    first_on: date
    last_on: date | None
    status: str
    source: str


class CalendarDayAnswer(BaseModel):
    """A day that is not what its weekday says."""

    day: date
    working: bool
    name_zh: str


@routes.get("/policy-rows", response_model=list[PolicyRowAnswer])
async def list_policy_rows(
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    day: Annotated[Day | None, Query(description="What holds on this day; with a region: today if left out")] = None,
    region: Annotated[str | None, Query(max_length=16, description="What holds in this region")] = None,
) -> list[PolicyRow]:
    """Every row, or what holds on a day, for each key the row of the nearest region."""
    if region is None:
        rows = await store.rows(connection)
        return [row for row in rows if day is None or row.first_on <= day <= (row.last_on or date.max)]
    rulebook = await rulebook_store.current(connection)
    plan = rulebook.plan
    if region not in plan.regions:
        raise UnknownRegion(pointer="/region")
    on = day or business_day(at)
    found = holding(rulebook.policy_rows, day=on, region_and_above=plan.region_and_above(region, on=on))
    return [found[key] for key in sorted(found)]


@routes.post("/policy-rows", status_code=201, response_model=PolicyRowAnswer)
async def add_policy_row(request: PolicyRowRequest, connection: Connection, caller: CurrentCaller) -> PolicyRow:
    """Enter a row, as the province. A row without an end that it follows ends the day before; the past stays."""
    return await usecases.add(connection, PolicyRow(**request.model_dump()), caller=caller)


@routes.get("/calendar", response_model=list[CalendarDayAnswer])
async def list_calendar(
    connection: Connection, _: CurrentCaller, year: Annotated[int | None, Query(ge=2000, le=2100)] = None
) -> list[dict[str, Any]]:
    """Public holidays, and weekend days that are worked."""
    days = await plan_store.entries(connection, "calendar")
    return [each for each in days if year is None or each["day"].startswith(str(year))]
