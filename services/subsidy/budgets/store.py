"""Budgets in the database: amounts move by one conditional statement, so that concurrent approvals cannot overspend."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, MetaData, Table, Text, Uuid, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets.rules import Account, Budget, over_budget, require_possible
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.refusals import Stale
from shared.reach import Scope
from shared.tables import Choice, Instant

BUDGET: Final = Table(
    "budget",
    MetaData(),
    Column("id", Uuid),
    Column("region", Text),
    Column("fund_source", Choice(FundSource)),
    Column("year", Integer),
    Column("total_fen", BigInteger),
    Column("committed_fen", BigInteger),
    Column("paid_fen", BigInteger),
    Column("recovered_fen", BigInteger),
)
BUDGET_EVENT: Final = Table(
    "budget_event",
    MetaData(),
    Column("budget_id", Uuid),
    Column("total_fen", BigInteger),
    Column("done_by", Text),
    Column("done_at", Instant),
)
_BOUND: Final = BUDGET.c.committed_fen - BUDGET.c.recovered_fen
"""Committed and not recovered: the lower bound of the total."""


async def set_total(connection: AsyncConnection, account: Account, total: Fen, *, by: str, at: datetime) -> Budget:
    """The account's budget, created with or changed to `total`. Raises BudgetBelowCommitted."""
    new = insert(BUDGET).values(id=new_id(), total_fen=total, **account._asdict())
    statement = new.on_conflict_do_update(
        index_elements=Account._fields,
        set_={"total_fen": new.excluded.total_fen},
        where=new.excluded.total_fen >= _BOUND,
    ).returning(BUDGET)
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        require_possible(await find(connection, account), total)
        raise Stale
    event = {"budget_id": row["id"], "total_fen": total, "done_by": by, "done_at": at}
    await connection.execute(insert(BUDGET_EVENT), event)
    return _budget(**row)


async def find(connection: AsyncConnection, account: Account) -> Budget | None:
    statement = select(BUDGET).where(*tables.matches(BUDGET, **account._asdict()))
    return await tables.fetch_one(connection, statement, _budget)


async def commit(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Commit `amount` in the account. Raises OverBudget if too little is free."""
    if not await _grow(connection, account, "committed_fen", amount, fits=_BOUND + amount <= BUDGET.c.total_fen):
        raise over_budget(await find(connection, account), amount)


async def release(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Take back `amount`, committed before and not paid. Raises BudgetMissing."""
    if not await _grow(connection, account, "committed_fen", Fen(-amount)):
        raise BudgetMissing(account)


async def pay(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Add `amount`, committed before, to the paid amount; below 0 if a payment was sent back. Raises BudgetMissing."""
    if not await _grow(connection, account, "paid_fen", amount):
        raise BudgetMissing(account)


async def recover(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Add `amount`, paid before, to the recovered amount. Raises BudgetMissing."""
    if not await _grow(connection, account, "recovered_fen", amount):
        raise BudgetMissing(account)


async def unrecover(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Take `amount`, recovered before, from the recovered amount. Raises OverBudget if it was committed again since."""
    fits = _BOUND + amount <= BUDGET.c.total_fen
    if not await _grow(connection, account, "recovered_fen", Fen(-amount), fits=fits):
        raise over_budget(await find(connection, account), amount)


class BudgetMissing(LookupError):
    """A committed amount has no budget: the accounts are inconsistent, so nothing is booked."""


async def _grow(
    connection: AsyncConnection, account: Account, name: str, amount: Fen, *, fits: ColumnElement[bool] | None = None
) -> bool:
    """Add `amount` to the account's column `name`; False if there is no budget or it does not satisfy `fits`."""
    conditions = tables.matches(BUDGET, **account._asdict()) + ([] if fits is None else [fits])
    statement = update(BUDGET).where(*conditions).values({name: BUDGET.c[name] + amount})
    return (await connection.execute(statement)).rowcount == 1


async def page(connection: AsyncConnection, scope: Scope, *, year: int | None, after: UUID, limit: int) -> list[Budget]:
    """Budgets in sight, in the order of their ids, after `after`; they are those of reporting regions."""
    asked = tables.matches(BUDGET, region=scope.reach.code, year=year)
    return await tables.fetch_page(connection, BUDGET, _budget, asked, after=after, limit=limit)


def _budget(*, region: str, fund_source: FundSource, year: int, **values: Any) -> Budget:
    return Budget(account=Account(region, fund_source, year), **values)
