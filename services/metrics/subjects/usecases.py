"""The subjects and organisations behind a number, as far as the rights of whoever asks reach."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import Stock
from services.metrics.plan import store as plan_store
from services.metrics.plan.rules import region_of
from services.metrics.plan.usecases import plan_of
from services.metrics.subjects import rules, store
from services.metrics.subjects.rules import Counted
from services.metrics.subjects.store import Asked, Subject
from services.metrics.totals.rules.cuts import Cut
from services.metrics.totals.usecases import sums
from shared.kernel.callers import Caller
from shared.plan import Plan
from shared.reach import scope


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
    asked = await _asked(connection, cut, caller, today=today)
    is_stock = isinstance(counted, Stock)
    return await store.page(connection, asked, rules.measure_of(counted), is_stock=is_stock, after=after, limit=limit)


async def organisations(
    connection: AsyncConnection, cut: Cut, *, caller: Caller, today: date, after: UUID, limit: int
) -> list[dict[str, Any]]:
    """The institutions and bodies behind the totals of `cut`, with what each adds to them. Raises as `page` does."""
    asked = await _asked(connection, cut, caller, today=today)
    return await store.organisations(connection, asked, after=after, limit=limit)


async def _asked(connection: AsyncConnection, cut: Cut, caller: Caller, *, today: date) -> Asked:
    regions = [region_of(each) for each in await plan_store.regions(connection)]
    reached = scope(Plan.of((), regions), caller, region=cut.region, organisation_id=None)
    plan = await plan_of(connection, cut.plan, day=cut.plan_day(today))
    year = None if plan is None else plan.year
    question = await sums.question(connection, cut, year=year, today=today)
    return Asked(cut, year, await sums.combinations(connection, question), reached)
