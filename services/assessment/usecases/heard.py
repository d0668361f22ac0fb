"""Look up what the registry told, and say so where it has not arrived yet."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain.sessions import HeardClass
from services.assessment.store import heard as store
from shared.kernel.refusals import NotYetHeard
from shared.plan import Plan


async def plan(connection: AsyncConnection) -> Plan:
    """The plan's programmes and regions. Raises NotYetHeard while there are none."""
    found = await store.plan(connection)
    if not (found.programmes and found.regions):
        raise NotYetHeard(what="plan")
    return found


async def training_class(connection: AsyncConnection, class_id: UUID) -> HeardClass:
    """Raises NotYetHeard."""
    found = await store.find_class(connection, class_id)
    if found is None:
        raise NotYetHeard(pointer="/class_id", what="class")
    return found
