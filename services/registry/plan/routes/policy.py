"""Policy rows and the calendar over HTTP: the figures and the days that rules go by."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel

from services.registry.plan.rules.calendar import is_day
from services.registry.plan.rules.policy import PolicyRow
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases.policy import POLICY
from shared.auth import CurrentCaller
from shared.dated_rules import rules
from shared.dated_rules.answers import FigureAnswer, FigureRequest, InState, KnownAt, On
from shared.dated_rules.figures import nearest
from shared.dated_rules.routes import add_rule_routes
from shared.kernel.periods import business_day
from shared.plan import UnknownRegion
from shared.web import Connection, Now, router

routes = router("plan")

RowId = Annotated[str, Path(max_length=64, examples=["019a6f00-0000-7000-8000-000000000000"])]


class PolicyRowRequest(FigureRequest):
    """Valid in `region` and below, where no nearer row says otherwise, from `first_on` to `last_on`, both inclusive.

    A row that begins before today needs a reason. A row about a day of the calendar has the key calendar.worked, the
    day as first_on and last_on, and as note the name of the holiday.
    """


class PolicyRowAnswer(FigureAnswer):
    """A row as it was entered. It decides once it is approved, until a row that begins later or replaces it does."""


class CalendarDayAnswer(BaseModel):
    """A day that is not what its weekday says; `row` is the policy row that says so."""

    day: date
    working: bool
    name_zh: str
    row: str


@routes.get("/policy-rows")
async def list_policy_rows(
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    *,
    on: On = None,
    known_at: KnownAt = None,
    region: Annotated[
        str | None, Query(max_length=16, description="For each key the row of the nearest region; today without `on`")
    ] = None,
    state: InState = None,
    key: Annotated[str | None, Query(max_length=64)] = None,
) -> list[PolicyRowAnswer]:
    """Every row ever entered, or what decided on a day as it was known at a time. For the calendar, give its key."""
    rulebook = await rulebook_store.current(connection)
    rows = [row for row in rulebook.policy_rows if (row.key == key if key else not is_day(row))]
    if region is not None:
        if region not in rulebook.plan.regions:
            raise UnknownRegion(pointer="/region")
        day = on or business_day(at)
        above = rulebook.plan.region_and_above(region, on=day)
        found = nearest(rules.listed(rows, at=known_at or at), day=day, region_and_above=above)
        return [PolicyRowAnswer.of(found[name]) for name in sorted(found)]
    found_rows = rules.listed(rows, on=on, at=known_at, state=state)
    return [PolicyRowAnswer.of(row) for row in sorted(found_rows, key=_place)]


add_rule_routes(
    routes,
    POLICY,
    "/policy-rows",
    name="policy_row",
    request=PolicyRowRequest,
    answer=PolicyRowAnswer,
    row_id=RowId,
    shows_one=True,
)


@routes.get("/calendar")
async def list_calendar(
    connection: Connection,
    _: CurrentCaller,
    *,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    known_at: KnownAt = None,
) -> list[CalendarDayAnswer]:
    """Public holidays, and weekend days that are worked. They are entered as policy rows."""
    rows = [row for row in (await rulebook_store.current(connection)).policy_rows if is_day(row)]
    days = rules.spans(rules.listed(rows, at=known_at))
    return [
        CalendarDayAnswer(day=row.first_on, working=row.value == "yes", name_zh=row.note or "", row=row.id)
        for row, _ in sorted(days, key=lambda each: each[0].first_on)
        if year in (None, row.first_on.year) and not row.is_end
    ]


def _place(row: PolicyRow) -> tuple[str, str, date, int]:
    return row.key, row.region, row.first_on, row.provenance.sequence or 0
