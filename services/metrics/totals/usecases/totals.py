"""Totals of a cut, with what they are as of."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures.rules.measures import Measure
from services.metrics.totals import store
from services.metrics.totals.store import Cut


async def as_of(connection: AsyncConnection) -> dict[str, object]:
    """How far each topic has been applied, and when."""
    topics = {each.topic: {"facts": each.facts, "applied_at": each.at} for each in await store.applied(connection)}
    return {"read_at": datetime.now(UTC), "topics": topics}


async def totals(connection: AsyncConnection, cut: Cut) -> dict[str, object]:
    """The totals of `cut`, their sum, and what they are as of. Read in one snapshot."""
    await one_snapshot(connection)
    rows = await store.totals(connection, cut)
    total = {measure.value: sum(row[measure] for row in rows) for measure in Measure}
    return {"as_of": await as_of(connection), "by": cut.by, "rows": rows, "total": total}


async def one_snapshot(connection: AsyncConnection) -> None:
    """Let the statements of this transaction see one state of the database. The first thing to do in it."""
    await connection.execution_options(isolation_level="REPEATABLE READ")
