"""The figures that were entered; the newest of a day holds, the older ones stay."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.figures.rules import Figure
from shared.kernel.ids import new_id

_ADD = """
INSERT INTO figure (id, plan, indicator, value, as_of, source, proposed_by, confirmed_by, confirmed_at)
VALUES (:id, :plan, :indicator, :value, :as_of, :source, :proposed_by, :confirmed_by, :confirmed_at)
"""
_NEWEST = """
SELECT DISTINCT ON (indicator) plan, indicator, value, as_of, source, proposed_by, confirmed_by, confirmed_at
FROM figure WHERE plan = :plan AND (CAST(:day AS date) IS NULL OR as_of <= :day) ORDER BY indicator, as_of DESC, id DESC
"""


async def add(connection: AsyncConnection, figure: Figure) -> None:
    await connection.execute(text(_ADD), {"id": new_id(), **figure._asdict()})


async def newest(connection: AsyncConnection, plan: str, *, day: date | None) -> dict[str, Figure]:
    """The figure of each indicator of a plan, as of `day` at the latest."""
    rows: Any = (await connection.execute(text(_NEWEST), {"plan": plan, "day": day})).mappings()
    return {row["indicator"]: Figure(**row) for row in rows}
