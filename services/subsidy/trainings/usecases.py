"""Where a place lies, as far as regions were heard of."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.trainings.store import trainings as heard
from shared.kernel.refusals import NotYetHeard


async def region_and_above(connection: AsyncConnection, code: str) -> list[str]:
    """`code` and the regions above it up to the province. Raises NotYetHeard."""
    chain = (await heard.plan(connection)).region_and_above(code)
    if not chain:
        raise NotYetHeard(what="region", id=code)
    return chain
