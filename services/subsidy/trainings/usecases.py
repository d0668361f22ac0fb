"""Look up what was heard of the plan."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from shared import heard
from shared.plan import Plan


async def load_plan(connection: AsyncConnection) -> Plan:
    """The plan as far as subsidies need it: its regions. Empty until they were heard of."""
    return Plan({}, await heard.regions(connection))
