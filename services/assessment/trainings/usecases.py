"""Look up a training class."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.trainings import store
from services.assessment.trainings.rules import RegistryClass
from shared.kernel.refusals import NotYetReceived


async def load_class(connection: AsyncConnection, class_id: UUID) -> RegistryClass:
    """Raises NotYetReceived."""
    found = await store.find_class(connection, class_id)
    if found is None:
        raise NotYetReceived(pointer="/class_id", what="class")
    return found
