"""State that a class is an apprenticeship, and look statements up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.apprenticeships import store
from services.subsidy.apprenticeships.rules import Apprenticeship
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings import usecases as sights
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.refusals import NotYetReceived


async def state(
    connection: AsyncConnection,
    class_id: UUID,
    *,
    years: int,
    spent_fen: Fen | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Apprenticeship:
    """What the class's institution states of it by now; the same again changes nothing.

    Raises NotYetReceived, ForeignOrganisation.
    """
    class_ = await trainings.find_class(connection, class_id)
    if class_ is None:
        raise NotYetReceived(what="class", id=class_id)
    caller.require_organisation(class_.institution_id)
    before = await store.of_class(connection, class_id)
    if before is not None and (before.years, before.spent_fen, before.reason) == (years, spent_fen, reason):
        return before
    stated = Apprenticeship(
        id=new_id(),
        class_id=class_id,
        institution_id=class_.institution_id,
        region=class_.region,
        reporting_region=class_.reporting_region,
        years=years,
        spent_fen=spent_fen,
        reason=reason,
        stated_by=caller.person,
        stated_at=at,
    )
    await store.add(connection, stated)
    return stated


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    class_id: UUID | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[Apprenticeship]:
    """Statements that the caller sees. Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion."""
    sight = await sights.scope(connection, caller, region=region)
    return await store.page(connection, sight, class_id=class_id, after=after, limit=limit)
