"""What the directory says of a class: whether its institution may begin it, and whether it is stopped meanwhile."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.classes import TrainingClass
from services.registry.domain.institutions import Institution
from services.registry.domain.listings import require_listed
from services.registry.domain.projects import Project
from services.registry.domain.sanctions import require_not_stopped, stopped_during
from services.registry.store import institutions as institution_store
from services.registry.store import listings as listing_store
from services.registry.store import sanctions as sanction_store
from services.registry.usecases import flags as flag_usecases


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
        listings = await listing_store.holding(connection, institution.id, project.code, day=day)
        require_listed(project, listings, day=day)


async def flag_stopped(connection: AsyncConnection, class_: TrainingClass, *, at: datetime) -> None:
    """Flag `class_` for each sanction that stops its institution on any of its days (C25).

    One that is being imposed at this moment is waited for.
    """
    await institution_store.hold(connection, class_.institution_id)
    sanctions = await sanction_store.since(connection, class_.institution_id, class_.starts_on)
    await flag_usecases.raise_all(connection, stopped_during(class_, sanctions), at=at)
