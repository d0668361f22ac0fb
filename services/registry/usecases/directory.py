"""What the directory says when a class is filed: whether its institution may begin it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.institutions import Institution
from services.registry.domain.listings import require_listed
from services.registry.domain.projects import Project
from services.registry.domain.sanctions import require_not_stopped
from services.registry.store import listings as listing_store
from services.registry.store import sanctions as sanction_store


async def require_open(
    connection: AsyncConnection, institution: Institution, project: Project | None, *, day: date
) -> None:
    """`institution` may begin a class on `day`; with a `project`, one that is subsidised as such.

    Raises InstitutionStopped (C25), ProjectNotListed and InstitutionNotListed (C02). The answer depends on nothing but
    the directory and the day, so a decision can be replayed.
    """
    require_not_stopped(await sanction_store.since(connection, institution.id, day), day=day)
    if project is not None:
        listings = await listing_store.holding(connection, institution.id, project.code, day=day)
        require_listed(project, listings, day=day)
