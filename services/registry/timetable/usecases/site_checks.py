"""Whether the sites at which a class is held have passed their check in their present state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import SiteVersion, TrainingClass
from services.registry.classes.store import classes as store
from services.registry.directory.rules.sites import Site
from services.registry.plan.rules.policy import Policy
from services.registry.timetable.rules import site_checks as rules
from services.registry.timetable.rules.lessons import Timetable, sites_of


async def follow(
    connection: AsyncConnection,
    class_: TrainingClass,
    timetable: Timetable,
    sites: Mapping[UUID, Site],
    *,
    at: datetime,
) -> None:
    """Revoke the check of `class_`, which is locked, if its coming lessons are held at a site that has not passed.

    `sites` are those of the class and of its lessons, by id.
    """
    if class_.checked_on is None:
        return
    coming = sites_of(class_, (each for each in (*timetable.lessons, *timetable.omitted) if each.ends > at))
    after = rules.hold_at(class_, [SiteVersion(each, sites[each].version) for each in coming])
    if after != class_:
        await store.save(connection, after, expected=class_.version)


async def require_checked(connection: AsyncConnection, class_: TrainingClass, *, policy: Policy, at: datetime) -> None:
    """The sites at which `class_` starts have passed their check in their present state. Raises SiteNotChecked."""
    sites = await store.sites(connection, class_, since=at)
    rules.require_checked(rules.hold_at(class_, sites), policy=policy)
