"""Enter a figure: proposed by one person of the province, confirmed by another."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.figures import store
from services.metrics.figures.rules import KIND, OPENING, Figure, IndicatorIsCounted, UnknownIndicator
from services.metrics.measures.rules.indicators import COUNTED
from services.metrics.plan import store as plan
from services.metrics.plan.usecases import named_plan, require_province
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal


async def propose(
    connection: AsyncConnection,
    code: str,
    indicator: str,
    *,
    value: Decimal,
    as_of: date,
    source: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose what an indicator had reached on a day; `source` is the reason.

    Raises ForeignRegion, UnknownPlan, UnknownIndicator, IndicatorIsCounted, AlreadyProposed.
    """
    region = await require_province(connection, caller)
    meant = await named_plan(connection, code)
    known = [*await plan.indicators(connection, meant.year), *OPENING.values()]
    if indicator not in known:
        raise UnknownIndicator(pointer="/indicator", known=known)
    if indicator in COUNTED:
        raise IndicatorIsCounted(pointer="/indicator")
    return await proposals.add(
        connection,
        Proposal(
            id=new_id(),
            kind=KIND,
            subject=f"figures/{code}-{indicator.replace('_', '-')}",
            organisation=None,
            region=region,
            reporting_region=region,
            content={"plan": code, "indicator": indicator, "value": str(value), "as_of": as_of.isoformat()},
            reason=source,
            proposed_by=caller.person,
            proposed_at=at,
        ),
    )


async def enter(connection: AsyncConnection, proposal: Proposal, *, by: str, at: datetime) -> None:
    """Store the figure of a proposal that is being confirmed."""
    content = proposal.content
    figure = Figure(
        plan=content["plan"],
        indicator=content["indicator"],
        value=Decimal(content["value"]),
        as_of=date.fromisoformat(content["as_of"]),
        source=proposal.reason,
        proposed_by=proposal.proposed_by,
        confirmed_by=by,
        confirmed_at=at,
    )
    await store.add(connection, figure)
