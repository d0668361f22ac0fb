"""The subjects and organisations behind a number, as far as the rights of whoever asks reach."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import Stock
from services.metrics.plan import store as plan_store
from services.metrics.plan.rules import region_of
from services.metrics.plan.usecases import leads, placements, plan_of
from services.metrics.subjects import rules, store
from services.metrics.subjects.rules import Counted
from services.metrics.subjects.store import Subject
from services.metrics.totals.store import Cut, Narrowing, narrow
from shared.kernel.callers import Caller
from shared.plan import Plan
from shared.reach import Scope, scope


async def page(
    connection: AsyncConnection,
    cut: Cut,
    counted: Counted,
    *,
    caller: Caller,
    today: date,
    after: UUID,
    limit: int,
) -> list[Subject]:
    """Subjects whose amounts add up to `counted` in the totals of `cut`, where the caller reaches all of them.

    Raises UnknownPlan, UnknownProgramme, UnknownRegion, UnknownDepartment, ForeignRegion, ForeignOrganisation.
    """
    return await store.page(
        connection,
        cut,
        rules.measure_of(counted),
        scope=await _scope(connection, cut, caller),
        narrowing=await _narrowing(connection, cut, today),
        is_stock=isinstance(counted, Stock),
        after=after,
        limit=limit,
    )


async def organisations(
    connection: AsyncConnection, cut: Cut, *, caller: Caller, today: date, after: UUID, limit: int
) -> list[dict[str, Any]]:
    """The institutions and bodies behind the totals of `cut`, with what each adds to them. Raises as `page` does."""
    return await store.organisations(
        connection,
        cut,
        scope=await _scope(connection, cut, caller),
        narrowing=await _narrowing(connection, cut, today),
        after=after,
        limit=limit,
    )


async def _scope(connection: AsyncConnection, cut: Cut, caller: Caller) -> Scope:
    regions = [region_of(each) for each in await plan_store.regions(connection)]
    return scope(Plan.of((), regions), caller, region=cut.region, organisation_id=None)


async def _narrowing(connection: AsyncConnection, cut: Cut, today: date) -> Narrowing:
    plan = await plan_of(connection, cut.plan, day=cut.plan_day(today))
    return await narrow(
        connection,
        cut,
        year=None if plan is None else plan.year,
        placements=await placements(connection, cut.region_map, today=today),
        leads=await leads(connection) if cut.department is not None else (),
    )
