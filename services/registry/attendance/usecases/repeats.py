"""Look for days that repeat the marks of an earlier one, once the marks of a class have settled."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules.repeats import repeated_days
from services.registry.attendance.store import repeats as store
from services.registry.classes.rules.classes import TrainingClass
from services.registry.flags import usecases as flag_usecases
from services.registry.plan.rules.rulebook import Rulebook


async def look(connection: AsyncConnection, class_: TrainingClass, rulebook: Rulebook, *, at: datetime) -> None:
    """Flag each day of `class_` that others repeat; existing flags stay as they are.

    This runs when the class is completed: marks come late and in any order until then, and not at all afterwards.
    """
    days = await store.of_class(connection, class_.id)
    seen = list(repeated_days(days, class_, policy=rulebook.policy(class_.starts_on, class_.region)))
    await flag_usecases.raise_all(connection, seen, at=at, rulebook=rulebook)
