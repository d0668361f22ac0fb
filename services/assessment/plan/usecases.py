"""Look up the plan and the calendar, and what a caller sees."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.plan import store
from shared import reach
from shared.kernel.callers import Caller
from shared.kernel.refusals import NotYetReceived
from shared.kernel.working_days import WorkingDays
from shared.plan import Plan
from shared.reach import Scope


async def load(connection: AsyncConnection) -> Plan:
    """The plans' programmes and the regions. Raises NotYetReceived if there are none yet."""
    found = await store.load(connection)
    if not (found.programmes and found.regions):
        raise NotYetReceived(what="plan")
    return found


async def working_days(connection: AsyncConnection) -> WorkingDays:
    """The calendar as far as it was received."""
    return await store.working_days(connection)


async def scope(connection: AsyncConnection, caller: Caller, *, region: str | None = None) -> Scope:
    """What the caller sees of `region`; None asks for everything that they see.

    Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    plan = await load(connection) if reach.needs_plan(caller, region) else Plan({}, {})
    return reach.scope(plan, caller, region=region, organisation_id=None)
