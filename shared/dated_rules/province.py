"""Rules that the province sets: one of its people proposes or ends a row, another approves or rejects that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.dated_rules import usecases
from shared.dated_rules.rules import Provenance, R
from shared.dated_rules.store import RuleTable
from shared.dated_rules.usecases import Check
from shared.kernel.callers import Caller
from shared.plan import Plan, UnknownRegion

LoadPlan = Callable[[AsyncConnection, Caller], Awaitable[Plan]]
"""The plan, for a person of its province. Raises ForeignRegion."""


async def _nothing_else(connection: AsyncConnection, row: object, at: datetime) -> None:
    pass


@dataclass(frozen=True)
class ProvinceRules(Generic[R]):
    """A table of such rules, and what its service asks of a row."""

    table: RuleTable[R]
    load_plan: LoadPlan
    check: Callable[[Plan], Check[R]]
    saying_nothing: Mapping[str, object] = field(default_factory=lambda: {"value": None})
    """The fields of a row that say that nothing holds."""
    region: str = "region"
    """The field of a row that says where it holds."""
    nation: str | None = None
    """What that field may hold beside the plan's regions."""
    follow: Callable[[AsyncConnection, R, datetime], Awaitable[None]] = _nothing_else
    """What an approval causes."""


async def propose(connection: AsyncConnection, of: ProvinceRules[R], row: R, *, caller: Caller) -> R:
    """A new proposal; the same row again answers the existing one.

    Raises ForeignRegion, UnknownRegion, ReasonMissing, and what the check of a row raises.
    """
    plan = await of.load_plan(connection, caller)
    region = getattr(row, of.region)
    if region not in plan.regions and region != of.nation:
        raise UnknownRegion(pointer=f"/{of.region}")
    return await usecases.propose(connection, of.table, row, check=of.check(plan))


async def end(
    connection: AsyncConnection,
    of: ProvinceRules[R],
    row_id: str,
    last_on: date,
    *,
    source: str,
    provenance: Provenance,
    caller: Caller,
) -> R:
    """Propose that the row decides up to `last_on`; afterwards that of the next wider region does, if any.

    Raises ForeignRegion, NotFound, EndsNothing, ReasonMissing.
    """
    check = of.check(await of.load_plan(connection, caller))
    return await usecases.end(
        connection, of.table, row_id, last_on,
        saying_nothing=of.saying_nothing, source=source, provenance=provenance, check=check,
    )  # fmt: skip


async def approve(connection: AsyncConnection, of: ProvinceRules[R], row_id: str, *, caller: Caller, at: datetime) -> R:
    """Make a proposal decide, as another person of the province.

    Raises ForeignRegion, NotFound, IllegalMove, SamePerson, and what the check of a row raises.
    """
    check = of.check(await of.load_plan(connection, caller))
    row = await usecases.approve(connection, of.table, row_id, check=check, caller=caller, at=at)
    await of.follow(connection, row, at)
    return row


async def reject(
    connection: AsyncConnection,
    table: RuleTable[R],
    row_id: str,
    *,
    load_plan: LoadPlan,
    reason: str,
    caller: Caller,
    at: datetime,
) -> R:
    """Refuse a proposal, or withdraw one's own. Raises ForeignRegion, NotFound, IllegalMove."""
    await load_plan(connection, caller)
    return await usecases.reject(connection, table, row_id, reason=reason, caller=caller, at=at)
