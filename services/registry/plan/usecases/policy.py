"""Propose policy rows, end them, and decide about proposals; the days of the calendar are policy rows as well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules import calendar
from services.registry.plan.rules.policy import PolicyRow, require_sound
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.store.policy import POLICY_ROW
from services.registry.plan.usecases import visibility
from shared.backbone import outbox
from shared.dated_rules import usecases
from shared.dated_rules.rules import Provenance
from shared.dated_rules.usecases import Check
from shared.kernel.callers import Caller
from shared.plan import Plan, UnknownRegion


async def propose(connection: AsyncConnection, row: PolicyRow, *, caller: Caller) -> PolicyRow:
    """A new proposal of the province; the same row again answers the existing one.

    Raises ForeignRegion, UnknownPolicyKey, WrongPolicyValue, CalendarRowTooLong, UnknownRegion,
    ReasonMissing, RowOverlaps.
    """
    plan = await _province(connection, caller)
    if row.region not in plan.regions:
        raise UnknownRegion(pointer="/region")
    return await usecases.propose(connection, POLICY_ROW, row, check=_check(plan))


async def end(
    connection: AsyncConnection, row_id: str, last_on: date, *, source: str, provenance: Provenance, caller: Caller
) -> PolicyRow:
    """Propose that the row decides up to `last_on` and nothing does afterwards, or the next wider region's row.

    Raises ForeignRegion, NotFound, EndsNothing, ReasonMissing.
    """
    plan = await _province(connection, caller)
    return await usecases.end(
        connection, POLICY_ROW, row_id, last_on,
        saying_nothing={"value": None}, source=source, provenance=provenance, check=_check(plan),
    )  # fmt: skip


async def approve(connection: AsyncConnection, row_id: str, *, caller: Caller, at: datetime) -> PolicyRow:
    """Make a proposal decide, as another person of the province. A day of the calendar is told.

    Raises ForeignRegion, NotFound, IllegalMove, SamePerson, RowOverlaps.
    """
    plan = await _province(connection, caller)
    row = await usecases.approve(connection, POLICY_ROW, row_id, check=_check(plan), caller=caller, at=at)
    await tell_calendar(connection, [row], at=at)
    return row


async def reject(connection: AsyncConnection, row_id: str, *, reason: str, caller: Caller, at: datetime) -> PolicyRow:
    """Refuse a proposal, or withdraw one's own. Raises ForeignRegion, NotFound, IllegalMove."""
    await _province(connection, caller)
    return await usecases.reject(connection, POLICY_ROW, row_id, reason=reason, caller=caller, at=at)


async def tell_calendar(connection: AsyncConnection, approved: Sequence[PolicyRow], *, at: datetime) -> None:
    """Record the facts of those of `approved` that are about days of the calendar."""
    if any(calendar.is_day(row) for row in approved):
        await outbox.record(connection, *calendar.listed(approved, await POLICY_ROW.entered_rows(connection), at=at))


async def _province(connection: AsyncConnection, caller: Caller) -> Plan:
    """The plan, for a person of its province. Raises ForeignRegion."""
    await visibility.require_province(connection, caller)
    return (await rulebook_store.current(connection)).plan


def _check(plan: Plan) -> Check[PolicyRow]:
    province = next((code for code, region in plan.regions.items() if region.parent is None), None)
    return lambda row, others: require_sound(row, others, province=province)
