"""Propose limits of claims, end them, and decide about proposals."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.limits.rules import Terms, require_sound, terms_on
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.trainings.usecases import load_plan, require_province
from shared.dated_rules import usecases
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import Provenance
from shared.kernel.callers import Caller
from shared.plan import UnknownRegion


async def of_province(connection: AsyncConnection, *, day: date) -> Terms:
    """The limits for claims made on `day` in the province itself. Raises PolicyUnset."""
    plan, rows = await load_plan(connection), await LIMIT_ROW.entered_rows(connection)
    return terms_on(rows, day=day, region_and_above=plan.provinces).terms


async def propose(connection: AsyncConnection, row: FigureRow, *, caller: Caller) -> FigureRow:
    """A new proposal of the province; the same row again answers the existing one.

    Raises ForeignRegion, UnknownRegion, UnknownPolicyKey, WrongPolicyValue, ReasonMissing, RowOverlaps.
    """
    plan = await require_province(connection, caller)
    if row.region not in plan.regions:
        raise UnknownRegion(pointer="/region")
    return await usecases.propose(connection, LIMIT_ROW, row, check=require_sound)


async def end(
    connection: AsyncConnection, row_id: str, last_on: date, *, source: str, provenance: Provenance, caller: Caller
) -> FigureRow:
    """Propose that the row decides up to `last_on`; afterwards that of the next wider region does.

    Raises ForeignRegion, NotFound, EndsNothing, ReasonMissing.
    """
    await require_province(connection, caller)
    return await usecases.end(
        connection, LIMIT_ROW, row_id, last_on,
        saying_nothing={"value": None}, source=source, provenance=provenance, check=require_sound,
    )  # fmt: skip


async def approve(connection: AsyncConnection, row_id: str, *, caller: Caller, at: datetime) -> FigureRow:
    """Make a proposal decide, as another person of the province.

    Raises ForeignRegion, NotFound, IllegalMove, SamePerson, RowOverlaps.
    """
    await require_province(connection, caller)
    return await usecases.approve(connection, LIMIT_ROW, row_id, check=require_sound, caller=caller, at=at)


async def reject(connection: AsyncConnection, row_id: str, *, reason: str, caller: Caller, at: datetime) -> FigureRow:
    """Refuse a proposal, or withdraw one's own. Raises ForeignRegion, NotFound, IllegalMove."""
    await require_province(connection, caller)
    return await usecases.reject(connection, LIMIT_ROW, row_id, reason=reason, caller=caller, at=at)
