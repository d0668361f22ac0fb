"""Policy rows that the province proposes, ends and decides about; the days of the calendar are policy rows as well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules import calendar
from services.registry.plan.rules.policy import PolicyRow, require_sound
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.store.policy import POLICY_ROW
from services.registry.plan.usecases import visibility
from shared.backbone import outbox
from shared.dated_rules.province import ProvinceRules
from shared.dated_rules.usecases import Check
from shared.kernel.callers import Caller
from shared.plan import Plan


async def tell_calendar(connection: AsyncConnection, approved: Sequence[PolicyRow], *, at: datetime) -> None:
    """Record the facts of those of `approved` that are about days of the calendar."""
    if any(calendar.is_day(row) for row in approved):
        await outbox.record(connection, *calendar.listed(approved, await POLICY_ROW.entered_rows(connection), at=at))


async def _province(connection: AsyncConnection, caller: Caller) -> Plan:
    await visibility.require_province(connection, caller)
    return (await rulebook_store.current(connection)).plan


def _check(plan: Plan) -> Check[PolicyRow]:
    province = next((code for code, region in plan.regions.items() if region.parent is None), None)
    return lambda row, others: require_sound(row, others, province=province)


async def _follow(connection: AsyncConnection, row: PolicyRow, at: datetime) -> None:
    await tell_calendar(connection, [row], at=at)


POLICY: Final = ProvinceRules(POLICY_ROW, load_plan=_province, check=_check, follow=_follow)
"""The rows as the province sets them. A day of the calendar is told once it is approved."""
