"""Totals of a cut as the rows of a file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.exports.rules import columns as rules
from services.metrics.plan.usecases import names
from services.metrics.totals.rules.cuts import Cut
from services.metrics.totals.usecases.sums import KeptCells
from services.metrics.totals.usecases.totals import totals


class Export(NamedTuple):
    """The columns, the rows, and what the file is about: each a name and a value."""

    columns: list[str]
    rows: list[list[str | int]]
    about: list[tuple[str, str]]
    taken_at: datetime | None
    """When the figures were taken, if they are those of a day that is over."""


async def export(
    connection: AsyncConnection, kept: KeptCells, cut: Cut, *, today: date, known_on: date | None = None
) -> Export:
    """The totals of `cut`, as known on a day or now. Raises ExportTooLarge, and what totals raise."""
    found: dict[str, Any] = await totals(connection, kept, cut, today=today, known_on=known_on)
    if len(found["rows"]) > rules.ROWS_MAX:
        raise rules.ExportTooLarge(pointer="/by", rows_max=rules.ROWS_MAX)
    plan = found["plan"]
    code = None if plan is None else plan["code"]
    called: dict[str, Any] = await names(connection, code, cut.region_map, today=today)
    chinese = {kind: {code: zh for code, (zh, _) in called[kind].items()} for kind in ("programmes", "regions")}
    columns = rules.columns(cut.by)
    topics = ", ".join(f"{topic} {at['facts']}" for topic, at in found["as_of"]["topics"].items())
    about = [
        ("plan", code or ""),
        ("as", str(cut.region_map)),
        *([] if known_on is None else [("known_on", known_on.isoformat())]),
        ("read_at", found["as_of"]["read_at"].isoformat()),
        ("facts_applied", topics),
    ]
    taken_at = None if found["known"] is None else found["known"]["taken_at"]
    return Export(columns, [rules.cells(row, columns, chinese) for row in found["rows"]], about, taken_at)
