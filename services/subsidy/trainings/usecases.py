"""Look up the plan."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from shared import heard
from shared.plan import Plan


async def load_plan(connection: AsyncConnection) -> Plan:
    """The part of the plan that subsidies need: its regions. Empty until the first have been received."""
    return Plan.of((), (await heard.regions(connection)).values())
