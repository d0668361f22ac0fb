"""Look up the plan."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.plan import store
from shared.kernel.refusals import NotYetReceived
from shared.plan import Plan


async def load(connection: AsyncConnection) -> Plan:
    """The plans' programmes and the regions. Raises NotYetReceived if there are none yet."""
    found = await store.load(connection)
    if not (found.programmes and found.regions):
        raise NotYetReceived(what="plan")
    return found
