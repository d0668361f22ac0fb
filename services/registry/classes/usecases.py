"""Classes as other topics need them: who may see or change one, and how a step is kept in its history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.history import ClassEvent
from services.registry.classes.store import classes as store
from services.registry.classes.store import history as event_store
from services.registry.plan.rules.policy import Policy, PolicyUnset
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.usecases import visibility
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id


class Explanation(NamedTuple):
    """What the history keeps of a step: its reasons, and what was found or changed."""

    reasons: Sequence[str] = ()
    change: dict[str, Any] | None = None


async def own_class(connection: AsyncConnection, class_id: UUID, caller: Caller, *, lock: bool = True) -> TrainingClass:
    """A class of the caller's institution, locked. Raises NotFound, ForeignOrganisation."""
    class_ = await store.load(connection, class_id, lock=lock)
    require_own(class_, caller)
    return class_


async def visible_class(connection: AsyncConnection, class_id: UUID, caller: Caller) -> TrainingClass:
    """A class that the caller reaches. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    class_ = await store.load(connection, class_id)
    await visibility.require_readable(connection, caller, class_)
    return class_


def require_own(class_: TrainingClass, caller: Caller) -> None:
    """Raises ForeignOrganisation."""
    caller.require_organisation(class_.institution_id)


async def remember(
    connection: AsyncConnection, class_: TrainingClass, verb: str, step: Explanation, *, caller: Caller, at: datetime
) -> None:
    """Keep the step in the history of `class_`."""
    event = ClassEvent(new_id(), class_.id, class_.version, verb, caller.person, at, tuple(step.reasons), step.change)
    await event_store.add(connection, event)


def policies_of(classes: Collection[TrainingClass], rulebook: Rulebook) -> dict[UUID, Policy | PolicyUnset]:
    """What holds for each of `classes`, by id: on its first day, in its region; or why nothing can be said."""
    return {each.id: rulebook.policy_or_fault(each.starts_on, each.region) for each in classes}
