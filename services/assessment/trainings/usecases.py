"""Look up a training class."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.trainings import store
from services.assessment.trainings.rules import HeardClass
from shared.kernel.refusals import NotYetHeard


async def load_class(connection: AsyncConnection, class_id: UUID) -> HeardClass:
    """Raises NotYetHeard."""
    found = await store.find_class(connection, class_id)
    if found is None:
        raise NotYetHeard(pointer="/class_id", what="class")
    return found
