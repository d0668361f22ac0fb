"""Look limits of claims up; the province proposes them, ends them, and decides about proposals."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.limits import rules
from services.subsidy.limits.rules import Ladder, Terms, require_sound, terms_on
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.trainings.usecases import load_plan, require_province
from shared.dated_rules.province import ProvinceRules
from shared.plan import Plan

LIMITS: Final = ProvinceRules(LIMIT_ROW, load_plan=require_province, check=lambda _: require_sound)
"""The limits as the province sets them."""


async def of_province(connection: AsyncConnection, *, day: date) -> Terms:
    """The limits for claims made on `day` in the province itself. Raises PolicyUnset."""
    plan, rows = await load_plan(connection), await LIMIT_ROW.entered_rows(connection)
    return terms_on(rows, day=day, region_and_above=plan.provinces).terms


async def held_until(connection: AsyncConnection, plan: Plan, region: str, *, day: date) -> date | None:
    """The last day on which a claim that is prepared from `day` on holds subsidies; None where no row sets one."""
    above = plan.region_and_above(region, on=day)
    return rules.held_until(await LIMIT_ROW.entered_rows(connection), day=day, region_and_above=above)


async def ladder(connection: AsyncConnection, plan: Plan, region: str, *, day: date) -> Ladder:
    """The steps by which a claim of `region` is decided on `day`, and the time for each."""
    above = plan.region_and_above(region, on=day)
    return rules.ladder_on(await LIMIT_ROW.entered_rows(connection), day=day, region_and_above=above)
