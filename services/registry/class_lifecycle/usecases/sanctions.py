"""Flag a class that has days under a sanction of its institution."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import stopped_during
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store.sanctions import SANCTIONS
from services.registry.flags import usecases as flag_usecases


async def flag_stopped(connection: AsyncConnection, class_: TrainingClass, *, at: datetime) -> None:
    """Flag `class_` for each sanction that stops its institution on any of its days (C25).

    One that is being imposed at this moment is waited for.
    """
    await institution_store.hold(connection, class_.institution_id)
    sanctions = await SANCTIONS.since(connection, class_.institution_id, class_.starts_on)
    await flag_usecases.raise_all(connection, stopped_during(class_, sanctions), at=at)
