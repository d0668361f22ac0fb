"""Checks of the directory for a class: its institution may begin it, and is not stopped."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.listings import require_listed
from services.registry.directory.rules.sanctions import require_not_stopped
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store import listings as listing_store
from services.registry.directory.store.sanctions import SANCTIONS
from services.registry.plan.rules.projects import Project


async def require_open(
    connection: AsyncConnection, institution_id: UUID, project: Project | None, *, day: date, today: date | None = None
) -> None:
    """Check that the institution may begin a class on `day`; with a `project`, a subsidised class of that project.

    Of one that was taken over, the successor must not be stopped either, and the listing may be the successor's.

    With `today`, check also that it is not stopped on that day. Raises InstitutionStopped (C25), ProjectNotListed and
    InstitutionNotListed (C02). The answer depends only on the directory and the days, so a decision can be
    replayed. No sanction can be imposed until the transaction ends.
    """
    holders = await _holders(connection, institution_id)
    since = min(day, today or day)
    sanctions = [each for holder in holders for each in await SANCTIONS.since(connection, holder, since)]
    require_not_stopped(sanctions, day=day)
    if project is not None:
        listings = [
            each
            for holder in holders
            for each in await listing_store.standing(connection, holder, project.code, day=day)
        ]
        require_listed(project, listings, day=day)
    if today is not None:
        require_not_stopped(sanctions, day=today)


async def _holders(connection: AsyncConnection, institution_id: UUID) -> list[UUID]:
    """The institution, held, and after it those that took it over, one after the other."""
    holders: list[UUID] = []
    next_: UUID | None = institution_id
    while next_ is not None and next_ not in holders:
        holders.append(next_)
        held = await institution_store.hold(connection, next_)
        next_ = None if held is None else held.succeeded_by
    return holders
