"""Whether the sites at which a class is held have passed their check in their present state."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as store
from services.registry.plan.rules.policy import Policy
from services.registry.timetable.rules import site_checks as rules


async def follow(connection: AsyncConnection, class_: TrainingClass, *, at: datetime) -> None:
    """Revoke the check of `class_`, which is locked, if its coming lessons are held at a site that has not passed."""
    if class_.checked_on is None:
        return
    after = rules.hold_at(class_, await store.sites(connection, class_, since=at))
    if after != class_:
        await store.save(connection, after, expected=class_.version)


async def require_checked(connection: AsyncConnection, class_: TrainingClass, *, policy: Policy, at: datetime) -> None:
    """The sites at which `class_` starts have passed their check in their present state. Raises SiteNotChecked."""
    sites = await store.sites(connection, class_, since=at)
    rules.require_checked(rules.hold_at(class_, sites), policy=policy)
