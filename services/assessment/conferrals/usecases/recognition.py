"""Rules of direct recognition as the province sets them."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.conferrals import store
from services.assessment.conferrals.rules.recognition import require_sound
from services.assessment.pass_rules.rules import NATIONAL
from services.assessment.plan import usecases as plans
from shared.dated_rules.province import ProvinceRules
from shared.kernel.callers import Caller
from shared.plan import Plan


async def _plan(connection: AsyncConnection, caller: Caller) -> Plan:
    plan = await plans.load(connection)
    caller.require_region(plan.provinces)
    return plan


RECOGNITION_RULES: Final = ProvinceRules(
    store.RECOGNITION,
    load_plan=_plan,
    check=lambda _: require_sound,
    saying_nothing={"last_place": 0},
    nation=NATIONAL,
)
