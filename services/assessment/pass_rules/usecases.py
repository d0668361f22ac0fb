"""Look pass rules up; the province proposes them, ends them, and decides about proposals."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.pass_rules import rules as rules_of_exams
from services.assessment.pass_rules.rules import NATIONAL, PassRule, agreement_needed, require_sound, rule_on
from services.assessment.pass_rules.store import PASS_RULE
from services.assessment.plan import usecases as plans
from shared.dated_rules import rules
from shared.dated_rules.province import ProvinceRules
from shared.dated_rules.rules import Ground
from shared.kernel.callers import Caller
from shared.plan import Plan


async def rule_of(connection: AsyncConnection, *, day: date, region: str) -> PassRule:
    """The rule for an exam held on `day` in `region`. Raises NotYetReceived, PolicyUnset."""
    above = (await plans.load(connection)).region_and_above(region, on=day)
    return rule_on(await PASS_RULE.entered_rows(connection), day=day, region_and_above=above)


async def territory_matters(connection: AsyncConnection, *, day: date, region: str) -> bool:
    """Whether an exam held on `day` in `region` by a body of another prefecture needs both authorities.

    Raises NotYetReceived, PolicyUnset.
    """
    above = (await plans.load(connection)).region_and_above(region, on=day)
    return agreement_needed(await PASS_RULE.entered_rows(connection), day=day, region_and_above=above)


async def blocks_needed(connection: AsyncConnection, *, day: date, region: str) -> bool:
    """Whether a body in `region` draws numbers on `day` only from blocks of the province.

    Raises NotYetReceived, PolicyUnset.
    """
    above = (await plans.load(connection)).region_and_above(region, on=day)
    return rules_of_exams.blocks_needed(await PASS_RULE.entered_rows(connection), day=day, region_and_above=above)


async def conferral_publicity(connection: AsyncConnection, *, day: date, region: str, of_apprentices: bool) -> int:
    """Working days for which people who are given an award without an exam are public from `day` on.

    Raises NotYetReceived, PolicyUnset.
    """
    above = (await plans.load(connection)).region_and_above(region, on=day)
    rows = await PASS_RULE.entered_rows(connection)
    return rules_of_exams.conferral_publicity(rows, day=day, region_and_above=above, of_apprentices=of_apprentices)


async def young_age_below(connection: AsyncConnection, *, day: date, region: str) -> int:
    """The age from which on nobody in `region` counts as young on `day`. Raises NotYetReceived, PolicyUnset."""
    above = (await plans.load(connection)).region_and_above(region, on=day)
    rows = await PASS_RULE.entered_rows(connection)
    return rules_of_exams.young_age_below(rows, day=day, region_and_above=above)


async def ground_of(connection: AsyncConnection, row_id: str | None, *, day: date) -> Ground | None:
    """The row as the ground of a result of an exam held on `day`; None for a result without one. Raises NotFound."""
    return None if row_id is None else rules.ground(await PASS_RULE.load_row(connection, row_id), on=day)


async def _plan(connection: AsyncConnection, caller: Caller) -> Plan:
    plan = await plans.load(connection)
    caller.require_region(plan.provinces)
    return plan


PASS_RULES: Final = ProvinceRules(PASS_RULE, load_plan=_plan, check=lambda _: require_sound, nation=NATIONAL)
"""The rules as the province sets them."""
