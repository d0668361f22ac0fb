"""The places at which a class is held, and whether they were found in order as they are now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as store
from services.registry.plan.rules.policy import Policy
from services.registry.timetable.rules import site_checks as rules


async def follow(connection: AsyncConnection, class_: TrainingClass, *, at: datetime) -> None:
    """Ask for a new check of `class_`, which is locked, if lessons that are still to come moved it somewhere else."""
    if class_.checked_on is None:
        return
    after = rules.hold_at(class_, await store.sites(connection, class_, since=at))
    if after != class_:
        await store.save(connection, after, expected=class_.version)


async def require_checked(connection: AsyncConnection, class_: TrainingClass, *, policy: Policy, at: datetime) -> None:
    """The places at which `class_` is to begin were found in order as they are now. Raises SiteNotChecked."""
    sites = await store.sites(connection, class_, since=at)
    rules.require_checked(rules.hold_at(class_, sites), policy=policy)
