"""Whether a person who calls is the one whom a record is about."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.persons import store
from shared import heard
from shared.kernel.callers import Caller, ForeignPerson


async def own_keys(connection: AsyncConnection, caller: Caller) -> set[UUID]:
    """All keys of the human who calls as a holder, also when their key was merged into another one."""
    human = (await store.humans(connection, {caller.holder}))[caller.holder]
    return set(await heard.keys_of(connection, {human}))


async def require_own(connection: AsyncConnection, caller: Caller, person: UUID) -> None:
    """Raises ForeignPerson unless `person` is the human who calls as a holder."""
    if person not in await own_keys(connection, caller):
        raise ForeignPerson
