"""For whom an institution's token acts: itself, and those that it has taken over; a closed one only reads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store import institutions as store
from shared.kernel.callers import Caller, Role
from shared.kernel.periods import business_day


async def admit(connection: AsyncConnection, caller: Caller, *, writes: bool, at: datetime) -> Caller:
    """The caller with the institutions that theirs has taken over. One statement for an institution, none for others.

    Raises OrganisationClosed if a closed institution's token is to write.
    """
    if caller.role is not Role.INSTITUTION or caller.organisation is None:
        return caller
    standing = await store.standing(connection, caller.organisation)
    return standing.admit(caller, writes=writes, today=business_day(at))
