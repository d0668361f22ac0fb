"""Look up the plan."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from shared import heard
from shared.kernel.callers import Caller
from shared.plan import Plan


async def load_plan(connection: AsyncConnection) -> Plan:
    """The part of the plan that subsidies need: its regions. Empty until the first have been received."""
    return Plan({}, await heard.regions(connection))


async def require_province(connection: AsyncConnection, caller: Caller) -> Plan:
    """The plan, for somebody whose region is the province. Raises ForeignRegion."""
    plan = await load_plan(connection)
    caller.require_region(plan.provinces)
    return plan
