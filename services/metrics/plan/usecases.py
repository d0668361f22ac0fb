"""What the plan calls things."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.plan import store


async def names(connection: AsyncConnection) -> dict[str, object]:
    """[Chinese, English] by code, of programmes and regions."""
    return {kind: await store.names(connection, kind) for kind in ("programmes", "regions")}
