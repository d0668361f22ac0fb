"""Look pass rules up, propose them, end them, and decide about proposals."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.pass_rules.rules import NATIONAL, PassRule, agreement_needed, require_sound, rule_on
from services.assessment.pass_rules.store import PASS_RULE
from services.assessment.plan import usecases as plans
from shared.dated_rules import rules, usecases
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import Ground, Provenance
from shared.kernel.callers import Caller
from shared.plan import Plan, UnknownRegion


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


async def ground_of(connection: AsyncConnection, row_id: str | None, *, day: date) -> Ground | None:
    """The row as the ground of a result of an exam held on `day`; None for a result without one. Raises NotFound."""
    return None if row_id is None else rules.ground(await PASS_RULE.load_row(connection, row_id), on=day)


async def propose(connection: AsyncConnection, row: FigureRow, *, caller: Caller) -> FigureRow:
    """A new proposal of the province; the same row again answers the existing one.

    Raises ForeignRegion, UnknownRegion, UnknownPolicyKey, WrongPolicyValue, ReasonMissing, RowOverlaps.
    """
    plan = await _require_province(connection, caller)
    if row.region not in plan.regions and row.region != NATIONAL:
        raise UnknownRegion(pointer="/region")
    return await usecases.propose(connection, PASS_RULE, row, check=require_sound)


async def end(
    connection: AsyncConnection, row_id: str, last_on: date, *, source: str, provenance: Provenance, caller: Caller
) -> FigureRow:
    """Propose that the row decides up to `last_on`; afterwards that of the next wider region does.

    Raises ForeignRegion, NotFound, EndsNothing, ReasonMissing.
    """
    await _require_province(connection, caller)
    return await usecases.end(
        connection, PASS_RULE, row_id, last_on,
        saying_nothing={"value": None}, source=source, provenance=provenance, check=require_sound,
    )  # fmt: skip


async def approve(connection: AsyncConnection, row_id: str, *, caller: Caller, at: datetime) -> FigureRow:
    """Make a proposal decide, as another person of the province.

    Raises ForeignRegion, NotFound, IllegalMove, SamePerson, RowOverlaps.
    """
    await _require_province(connection, caller)
    return await usecases.approve(connection, PASS_RULE, row_id, check=require_sound, caller=caller, at=at)


async def reject(connection: AsyncConnection, row_id: str, *, reason: str, caller: Caller, at: datetime) -> FigureRow:
    """Refuse a proposal, or withdraw one's own. Raises ForeignRegion, NotFound, IllegalMove."""
    await _require_province(connection, caller)
    return await usecases.reject(connection, PASS_RULE, row_id, reason=reason, caller=caller, at=at)


async def _require_province(connection: AsyncConnection, caller: Caller) -> Plan:
    plan = await plans.load(connection)
    caller.require_region(plan.provinces)
    return plan
