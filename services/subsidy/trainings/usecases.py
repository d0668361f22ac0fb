"""Look up the plan, what a caller sees, and for whom they act."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.trainings import rules, store
from shared import heard, reach
from shared.kernel.callers import Caller, Role, Standing
from shared.kernel.periods import business_day
from shared.plan import Plan
from shared.reach import Scope


async def load_plan(connection: AsyncConnection) -> Plan:
    """The part of the plan that subsidies need: its regions. Empty until the first have been received."""
    return Plan({}, await heard.regions(connection))


async def require_province(connection: AsyncConnection, caller: Caller) -> Plan:
    """The plan, for a person whose region is the province. Raises ForeignRegion."""
    plan = await load_plan(connection)
    caller.require_region(plan.provinces)
    return plan


async def scope(connection: AsyncConnection, caller: Caller, *, region: str | None = None) -> Scope:
    """What the caller sees of `region`; None asks for everything that they see.

    Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    plan = await load_plan(connection) if reach.needs_plan(caller, region) else Plan({}, {})
    return rules.scope(plan, caller, region=region)


async def admit(connection: AsyncConnection, caller: Caller, *, writes: bool, at: datetime) -> Caller:
    """The caller with the institutions that theirs has taken over. One statement for an institution, none for others.

    Raises OrganisationClosed if a closed institution's token is to write.
    """
    if caller.role is not Role.INSTITUTION or caller.organisation is None:
        return caller
    standing: Standing = await store.standing(connection, caller.organisation)
    return standing.admit(caller, writes=writes, today=business_day(at))
