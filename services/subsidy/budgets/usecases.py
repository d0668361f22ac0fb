"""Set the budget of a reporting region: proposed by one person of the province, confirmed by another."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import rules, store
from services.subsidy.budgets.rules import Account, Budget, NotReportingRegion
from services.subsidy.trainings.usecases import load_plan
from shared.contracts.dimensions import FundSource
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.refusals import NotYetReceived
from shared.plan import UnknownRegion
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal


async def propose(
    connection: AsyncConnection, account: Account, total: Fen, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose the account's total, in a new or an existing budget.

    Raises ForeignRegion unless the caller is of the province, NotYetReceived, UnknownRegion,
    NotReportingRegion, BudgetBelowCommitted, AlreadyProposed.
    """
    await _require_province(connection, account, caller)
    rules.require_possible(await store.find(connection, account), total)
    proposal = Proposal(
        id=new_id(),
        kind=rules.KIND,
        subject=account.subject,
        organisation=None,
        region=account.region,
        reporting_region=account.region,
        content={**account._asdict(), "amount_fen": total},
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def set_total(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Budget:
    """Set the total of a proposal that is being confirmed.

    Raises WrongRole, ForeignRegion unless the caller is of the province, BudgetBelowCommitted.
    """
    account = _account(proposal)
    await _require_province(connection, account, caller)
    known = await store.find(connection, account)
    if known is not None and known.total_fen == proposal.content["amount_fen"]:
        return known
    return await store.set_total(connection, account, Fen(proposal.content["amount_fen"]), by=caller.person, at=at)


async def require_province(connection: AsyncConnection, proposal: Proposal, *, caller: Caller) -> None:
    """Raises WrongRole, ForeignRegion unless the caller may decide on the proposal of a budget."""
    await _require_province(connection, _account(proposal), caller)


def _account(proposal: Proposal) -> Account:
    content = proposal.content
    return Account(content["region"], FundSource(content["fund_source"]), content["year"])


async def _require_province(connection: AsyncConnection, account: Account, caller: Caller) -> None:
    caller.require(Role.PROVINCE)
    plan = await load_plan(connection)
    if not plan.regions:
        raise NotYetReceived(what="regions")
    region = plan.regions.get(account.region)
    if region is None:
        raise UnknownRegion(pointer="/region")
    # Classes of the year count to the region that reports them on their first days, the last of which is in December.
    reports_to = {region.on(day).reporting_region for day in (date(account.year, 1, 1), date(account.year, 12, 31))}
    caller.require_region(plan.region_and_above(account.region, on=caller.today)[-1:])
    if account.region not in reports_to:
        raise NotReportingRegion(pointer="/region", reporting_region=region.reporting_region)
