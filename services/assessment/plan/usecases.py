"""Look up the plan."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.plan import store
from shared.kernel.refusals import NotYetReceived
from shared.plan import Plan


async def load(connection: AsyncConnection) -> Plan:
    """The plan's programmes and regions. Raises NotYetReceived while there are none."""
    found = await store.load(connection)
    if not (found.programmes and found.regions):
        raise NotYetReceived(what="plan")
    return found
