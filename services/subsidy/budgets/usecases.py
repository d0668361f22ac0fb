"""Set the budget of a reporting region."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import store
from services.subsidy.budgets.rules import Account, Budget, NotReportingRegion
from services.subsidy.trainings.usecases import load_plan
from shared.kernel.callers import Caller
from shared.kernel.money import Fen
from shared.kernel.refusals import NotYetReceived
from shared.plan import UnknownRegion


async def set_total(
    connection: AsyncConnection, account: Account, total: Fen, *, caller: Caller, at: datetime
) -> Budget:
    """Set the account's total in a new or existing budget. A repeat changes nothing.

    Raises ForeignRegion unless the caller is of the province, NotYetReceived, UnknownRegion,
    NotReportingRegion, BudgetBelowCommitted.
    """
    plan = await load_plan(connection)
    if not plan.regions:
        raise NotYetReceived(what="regions")
    region = plan.regions.get(account.region)
    if region is None:
        raise UnknownRegion(pointer="/region")
    caller.require_region(plan.region_and_above(account.region)[-1:])
    if region.reporting_region != region.code:
        raise NotReportingRegion(pointer="/region", reporting_region=region.reporting_region)
    known = await store.find(connection, account)
    if known is not None and known.total_fen == total:
        return known
    return await store.set_total(connection, account, total, by=caller.person, at=at)
