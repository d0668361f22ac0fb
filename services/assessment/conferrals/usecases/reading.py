"""Read conferrals: whoever sees one in a list may read it alone, and nobody else."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.conferrals import store
from services.assessment.conferrals.rules.conferrals import Conferral, ConferralStatus, Nominee, Step
from services.assessment.sight.usecases import sight
from shared.contracts.assessment import CertificateWay
from shared.kernel.awards import Award
from shared.kernel.callers import Caller


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    way: CertificateWay | None,
    status: ConferralStatus | None,
    award: Award | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[Conferral]:
    """Conferrals that the caller sees.

    Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    seen = await sight(connection, caller, region=region)
    return await store.page(connection, seen, way=way, status=status, award=award, after=after, limit=limit)


async def conferral(connection: AsyncConnection, conferral_id: UUID, *, caller: Caller) -> Conferral:
    """Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion."""
    seen = await sight(connection, caller)
    found = await store.load(connection, conferral_id)
    if not await store.is_in_sight(connection, conferral_id, seen):
        raise seen.refusal
    return found


async def history(connection: AsyncConnection, conferral_id: UUID, *, caller: Caller) -> list[Step]:
    """Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion."""
    await conferral(connection, conferral_id, caller=caller)
    return await store.steps(connection, conferral_id)


async def nominees(connection: AsyncConnection, conferral_id: UUID, *, after: UUID, limit: int) -> list[Nominee]:
    """Who is on a list that the caller sees."""
    return await store.page_of_nominees(connection, conferral_id, after=after, limit=limit)


async def way_of(connection: AsyncConnection, nominee: Nominee) -> CertificateWay:
    """The way of the list that the person is on."""
    return (await store.load(connection, nominee.conferral_id)).way
