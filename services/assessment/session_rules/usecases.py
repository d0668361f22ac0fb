"""Look session rules up; the province proposes them, ends them, and decides about proposals."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.pass_rules.rules import NATIONAL
from services.assessment.plan import usecases as plans
from services.assessment.session_rules.rules import SessionRule, require_sound, rule_on
from services.assessment.session_rules.store import SESSION_RULE
from shared.dated_rules.province import ProvinceRules
from shared.kernel.callers import Caller
from shared.plan import Plan


async def rule_of(connection: AsyncConnection, *, day: date, region: str) -> SessionRule:
    """What decides about a session held on `day` in `region`. Raises NotYetReceived, PolicyUnset."""
    above = (await plans.load(connection)).region_and_above(region, on=day)
    return rule_on(await SESSION_RULE.entered_rows(connection), day=day, region_and_above=above)


async def rules_of(
    connection: AsyncConnection, places: Collection[tuple[date, str]]
) -> dict[tuple[date, str], SessionRule]:
    """What decides about sessions by their day and region. Raises NotYetReceived, PolicyUnset."""
    plan, rows = await plans.load(connection), await SESSION_RULE.entered_rows(connection)
    return {
        (day, region): rule_on(rows, day=day, region_and_above=plan.region_and_above(region, on=day))
        for day, region in set(places)
    }


async def _plan(connection: AsyncConnection, caller: Caller) -> Plan:
    plan = await plans.load(connection)
    caller.require_region(plan.provinces)
    return plan


SESSION_RULES: Final = ProvinceRules(SESSION_RULE, load_plan=_plan, check=lambda _: require_sound, nation=NATIONAL)
"""The rules as the province sets them."""
