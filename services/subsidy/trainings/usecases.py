"""Look up the plan, and what a caller sees."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.trainings import rules
from shared import heard, reach
from shared.kernel.callers import Caller, Role
from shared.plan import Plan
from shared.reach import Scope


async def load_plan(connection: AsyncConnection) -> Plan:
    """The part of the plan that subsidies need: its regions. Empty until the first have been received."""
    return Plan({}, await heard.regions(connection))


async def acting(connection: AsyncConnection, caller: Caller) -> Caller:
    """The caller; a holder as the organisation of whom everything under any of their keys is."""
    if caller.role is not Role.HOLDER:
        return caller
    current = await heard.current_key(connection, caller.holder)
    others = frozenset(await heard.keys_of(connection, {current})) - {current}
    return replace(caller, organisation=current, taken_over=others)


async def require_province(connection: AsyncConnection, caller: Caller) -> Plan:
    """The plan, for a person whose region is the province. Raises ForeignRegion."""
    plan = await load_plan(connection)
    caller.require_region(plan.provinces)
    return plan


async def scope(
    connection: AsyncConnection, caller: Caller, *, region: str | None = None, plan: Plan | None = None
) -> Scope:
    """What the caller sees of `region`; None asks for everything that they see. The `plan` is looked up if not given.

    Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    if plan is None:
        plan = await load_plan(connection) if reach.needs_plan(caller, region) else Plan({}, {})
    return rules.scope(plan, await acting(connection, caller), region=region)
