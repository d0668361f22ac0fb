"""Checks of the directory for a class: its institution may begin it, and is not stopped."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.listings import require_listed
from services.registry.directory.rules.sanctions import require_not_stopped
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store import listings as listing_store
from services.registry.directory.store import sanctions as sanction_store
from services.registry.plan.rules.projects import Project


async def require_open(
    connection: AsyncConnection, institution_id: UUID, project: Project | None, *, day: date, today: date | None = None
) -> None:
    """Check that the institution may begin a class on `day`; with a `project`, a subsidised class of that project.

    With `today`, check also that it is not stopped on that day. Raises InstitutionStopped (C25), ProjectNotListed and
    InstitutionNotListed (C02). The answer depends only on the directory and the days, so a decision can be
    replayed. No sanction can be imposed until the transaction ends.
    """
    await institution_store.hold(connection, institution_id)
    sanctions = await sanction_store.since(connection, institution_id, min(day, today or day))
    require_not_stopped(sanctions, day=day)
    if project is not None:
        listings = await listing_store.standing(connection, institution_id, project.code, day=day)
        require_listed(project, listings, day=day)
    if today is not None:
        require_not_stopped(sanctions, day=today)
