"""For whom an institution's token acts: itself, and those that it has taken over; a closed one only reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store import institutions as store
from shared.kernel.callers import Caller, OrganisationClosed, Role
from shared.kernel.periods import business_day


async def admit(connection: AsyncConnection, caller: Caller, *, writes: bool, at: datetime) -> Caller:
    """The caller with the institutions that theirs has taken over. One statement for an institution, none for others.

    Raises OrganisationClosed if a closed institution's token is to write.
    """
    if caller.role is not Role.INSTITUTION or caller.organisation is None:
        return caller
    standing = await store.standing(connection, caller.organisation)
    if writes and standing.closed_from is not None and standing.closed_from <= business_day(at):
        successor = None if standing.succeeded_by is None else str(standing.succeeded_by)
        raise OrganisationClosed(closed_from=standing.closed_from.isoformat(), successor=successor)
    return replace(caller, taken_over=standing.taken_over) if standing.taken_over else caller
