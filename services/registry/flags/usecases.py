"""Raise flags, and settle them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.flags import store
from services.registry.flags.rules import flags as rules
from services.registry.flags.rules.flags import Flag, FlagVerb, Observation
from services.registry.plan.usecases import visibility
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id


async def raise_all(connection: AsyncConnection, seen: Sequence[Observation], *, at: datetime) -> list[Flag]:
    """Store flags for the observations `seen`; returns the new ones. Existing flags stay as they are.

    Executes one statement, or none if `seen` is empty.
    """
    if not seen:
        return []
    flags = [rules.raise_(each, id_=new_id(), at=at) for each in seen]
    new = await store.add_all(connection, flags)
    added = [flag for flag in flags if flag.id in new]
    await outbox.record(connection, *(rules.raised(flag) for flag in added))
    return added


async def settle(
    connection: AsyncConnection, flag_id: UUID, verb: FlagVerb, *, reason: str, caller: Caller, at: datetime
) -> Flag:
    """Uphold or dismiss an open flag, as an officer of its region or above.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    before = await store.load(connection, flag_id, lock=True)
    await visibility.require_region(connection, caller, before.region)
    after, fact = rules.settle(before, verb, by=caller.person, reason=reason, at=at)
    await store.save(connection, after, expected=before.version)
    await outbox.record(connection, fact)
    return after
