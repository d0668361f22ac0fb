"""What the directory says of a class: whether its institution may begin it, and whether it is stopped meanwhile."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.institutions import Institution
from services.registry.directory.rules.listings import require_listed
from services.registry.directory.rules.sanctions import require_not_stopped
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store import listings as listing_store
from services.registry.directory.store import sanctions as sanction_store
from services.registry.plan.rules.projects import Project


async def require_open(
    connection: AsyncConnection, institution: Institution, project: Project | None, *, day: date
) -> None:
    """`institution` may begin a class on `day`; with a `project`, one that is subsidised as such.

    Raises InstitutionStopped (C25), ProjectNotListed and InstitutionNotListed (C02). The answer depends on nothing but
    the directory and the day, so a decision can be replayed. No sanction comes in between until the transaction ends.
    """
    await institution_store.hold(connection, institution.id)
    require_not_stopped(await sanction_store.since(connection, institution.id, day), day=day)
    if project is not None:
        listings = await listing_store.standing(connection, institution.id, project.code, day=day)
        require_listed(project, listings, day=day)
