"""Enter policy rows."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.policy import PolicyRow, parse, require_no_overlap
from services.registry.plan.store import policy as store
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from shared.kernel.callers import Caller
from shared.plan import UnknownRegion


async def add(connection: AsyncConnection, row: PolicyRow, *, caller: Caller) -> PolicyRow:
    """A new row, as the province; the same row again changes nothing. One without an end before it ends the day before.

    Of two rows at once that would overlap, the second is refused. Raises UnknownPolicyKey,
    WrongPolicyValue, UnknownRegion, PeriodEndsBeforeStart, PolicyRowOverlaps.
    """
    await visibility.require_province(connection, caller)
    parse(row.key, row.value)
    if row.region not in (await rulebook_store.current(connection)).plan.regions:
        raise UnknownRegion(pointer="/region")
    await store.lock(connection)
    others = await store.rows(connection)
    if row not in others:
        require_no_overlap(row, others)
        await store.save(connection, row)
    return row
