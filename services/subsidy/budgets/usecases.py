"""Set budgets, move money between them, share payments among fund sources: proposed by one person of the province,
confirmed by another. And book what becomes of claims.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets import rules, store
from services.subsidy.budgets.rules import Account, Budget, BudgetUnknown, NotReportingRegion
from services.subsidy.ledger import rules as ledger
from services.subsidy.ledger import store as books
from services.subsidy.ledger.rules import ClaimStanding, Entry, Flow, Posting, PostingVerb
from services.subsidy.trainings.usecases import load_plan
from shared.backbone import outbox
from shared.contracts.dimensions import FundSource
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.refusals import NotYetReceived
from shared.plan import UnknownRegion
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal


async def propose(
    connection: AsyncConnection,
    account: Account,
    total: Fen,
    *,
    department: str | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose the account's total, in a new or an existing budget.

    Raises ForeignRegion unless the caller is of the province, NotYetReceived, UnknownRegion,
    NotReportingRegion, BudgetBelowCommitted, AlreadyProposed.
    """
    await _require_province(connection, account, caller)
    rules.require_possible(await store.find(connection, account), total)
    content: dict[str, Any] = {"amount_fen": total}
    if department is not None:
        content["department"] = department
    return await _propose(connection, rules.KIND, account, content, reason=reason, caller=caller, at=at)


async def propose_move(
    connection: AsyncConnection, source: Account, to: Account, amount: Fen, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to move `amount` that is free in one budget to another one, which may be new.

    Raises what `propose` does, BudgetUnknown, MoveTooLarge.
    """
    await _require_province(connection, source, caller)
    await _require_province(connection, to, caller)
    rules.require_movable(_known(await store.find(connection, source), source), amount)
    content = {"to": to._asdict(), "amount_fen": amount}
    return await _propose(connection, rules.MOVE, source, content, reason=reason, caller=caller, at=at)


async def propose_shares(
    connection: AsyncConnection,
    account: Account,
    shares: Mapping[FundSource, int],
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose which fund sources pay together for what is approved in the account from then on.

    Raises what `propose` does, SharesIncomplete.
    """
    await _require_province(connection, account, caller)
    rules.require_whole(shares)
    content = {"shares": {source.value: share for source, share in shares.items()}}
    return await _propose(connection, rules.SHARES, account, content, reason=reason, caller=caller, at=at)


async def _propose(
    connection: AsyncConnection,
    kind: str,
    account: Account,
    content: Mapping[str, Any],
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    proposal = Proposal(
        id=new_id(),
        kind=kind,
        subject=account.subject,
        organisation=None,
        region=account.region,
        reporting_region=account.region,
        content={**account._asdict(), **content},
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def set_total(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Set the total of a proposal that is being confirmed.

    Raises WrongRole, ForeignRegion unless the caller is of the province, BudgetBelowCommitted.
    """
    account, total = _account(proposal), Fen(proposal.content["amount_fen"])
    await _require_province(connection, account, caller)
    budget = await _locked(connection, account)
    department = proposal.content.get("department", budget.department)
    if budget.version and (budget.total_fen, budget.department) == (total, department):
        return
    rules.require_possible(budget, total)
    if total != budget.total_fen:
        posting = ledger.post(budget.id, Flow.ALLOCATED, Fen(total - budget.total_fen))
        await books.add(connection, _entry(account, proposal, by=caller.person, at=at), [posting])
    after = await store.keep_version(connection, budget, department=department, by=caller.person, at=at)
    await outbox.record(connection, rules.set_fact(after, at=at))


async def move(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Move the money of a proposal that is being confirmed.

    Raises WrongRole, ForeignRegion unless the caller is of the province, BudgetUnknown, MoveTooLarge.
    """
    source, amount = _account(proposal), Fen(proposal.content["amount_fen"])
    to = Account(**proposal.content["to"] | {"fund_source": FundSource(proposal.content["to"]["fund_source"])})
    await _require_province(connection, source, caller)
    await store.ensure(connection, to)
    ids = [_known(await store.find(connection, each), each).id for each in (source, to)]
    locked = await store.lock(connection, ids)
    given, taken = (locked[each] for each in ids)
    rules.require_movable(given, amount)
    postings = [
        ledger.post(given.id, Flow.ALLOCATED, Fen(-amount), verb=PostingVerb.MOVE),
        ledger.post(taken.id, Flow.ALLOCATED, amount, verb=PostingVerb.MOVE),
    ]
    await books.add(connection, _entry(source, proposal, by=caller.person, at=at), postings)
    for budget, moved, other in ((given, Fen(-amount), taken), (taken, amount, given)):
        after = await store.keep_version(connection, budget, department=budget.department, by=caller.person, at=at)
        await outbox.record(connection, rules.moved_fact(after, moved=moved, other=other.id, at=at))


async def share(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Let fund sources pay together, as a proposal says that is being confirmed.

    Raises WrongRole, ForeignRegion unless the caller is of the province.
    """
    account = _account(proposal)
    await _require_province(connection, account, caller)
    shares = {FundSource(source): weight for source, weight in proposal.content["shares"].items()}
    await store.add_shares(connection, account, shares, by=caller.person, at=at)


async def book(
    connection: AsyncConnection,
    standing: ClaimStanding,
    account: Account,
    *,
    by: str,
    at: datetime,
    reason: str | None = None,
    offset: bool = False,
) -> None:
    """Bring the books of a claim to its `standing`; `offset` calls what is recovered by that name.

    Raises OverBudget if too little is free.
    """
    booked = await books.booked(connection, standing.claim_id)
    approved = Fen(sum(line.approved for line in standing.lines.values()))
    shares: dict[UUID, int] = {}
    if approved or standing.reserved or booked:
        for budget_id, share_ in await store.shares_of(connection, account):
            if budget_id is not None:
                shares[budget_id] = share_
            elif approved > _approved(booked):
                raise rules.over_budget(None, approved)
    postings = ledger.follow(standing, booked, shares, offset=offset)
    await _require_free(connection, postings)
    await books.add(connection, _entry_of(standing, by=by, at=at, reason=reason), postings)


async def book_twice(
    connection: AsyncConnection,
    standing: ClaimStanding,
    amount: Fen,
    verb: PostingVerb,
    *,
    by: str,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Book what `verb` says of `amount`, which the bank paid twice for a claim. Raises OverBudget if too little is
    free.
    """
    booked = await books.booked(connection, standing.claim_id)
    postings = ledger.twice(booked, await books.came_back_twice(connection, standing.claim_id), amount, verb)
    await _require_free(connection, postings)
    await books.add(connection, _entry_of(standing, by=by, at=at, reason=reason), postings)


def _entry_of(standing: ClaimStanding, *, by: str, at: datetime, reason: str | None = None) -> Entry:
    return Entry(
        id=new_id(),
        claim_id=standing.claim_id,
        claim_version=standing.version,
        institution_id=standing.institution_id,
        region=standing.region,
        reporting_region=standing.reporting_region,
        done_by=by,
        done_at=at,
        reason=reason,
    )


async def book_payments(
    connection: AsyncConnection, claims: Collection[UUID], amount: Fen, *, by: str, at: datetime
) -> None:
    """Book the payment of several claims, of `amount` together: what was committed for them is paid.

    So no budget can have too little. Their approval is booked already; nothing else may differ from their standing.
    """
    await store.lock(connection, await books.budgets_of(connection, claims))
    paid = await books.move_all(connection, claims, Flow.PAID, by=by, at=at)
    assert paid == amount, "what is committed for approved claims is what they come to"


def _approved(booked: ledger.Booked) -> int:
    return sum(sum(amounts.values()) for (_, flow), amounts in booked.items() if flow is Flow.APPROVED)


async def _require_free(connection: AsyncConnection, postings: list[Posting]) -> None:
    """Lock the budgets of the postings. Raises OverBudget if one of them has too little."""
    drawn = ledger.drawn(postings)
    locked = await store.lock(connection, {each.budget_id for each in postings}) if postings else {}
    for budget_id, needed in drawn.items():
        if needed > locked[budget_id].free_fen:
            raise rules.over_budget(locked[budget_id], needed)


async def _locked(connection: AsyncConnection, account: Account) -> Budget:
    """The account's budget, created if there is none, and locked."""
    await store.ensure(connection, account)
    found = _known(await store.find(connection, account), account)
    return (await store.lock(connection, [found.id]))[found.id]


def _known(budget: Budget | None, account: Account) -> Budget:
    if budget is None:
        raise BudgetUnknown(**account._asdict())
    return budget


def _entry(account: Account, proposal: Proposal, *, by: str, at: datetime) -> Entry:
    return Entry(
        id=new_id(),
        claim_id=None,
        claim_version=None,
        institution_id=None,
        region=account.region,
        reporting_region=account.region,
        done_by=by,
        done_at=at,
        reason=proposal.reason,
    )


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
