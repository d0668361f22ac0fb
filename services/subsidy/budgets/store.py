"""Budgets in the database: each amount grows by one conditional statement, so that rivals cannot overspend."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, RowMapping, column, select, table, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets.rules import Account, Budget, BudgetBelowCommitted, over_budget
from shared.contracts.dimensions import FundSource
from shared.kernel.ids import new_id
from shared.kernel.money import Fen

_AMOUNTS: Final = ("total_fen", "committed_fen", "paid_fen", "recovered_fen")
_BUDGET: Final = table(
    "budget", *map(column, ("id", *Account._fields)), *(column(name, BigInteger) for name in _AMOUNTS)
)
_EVENT: Final = table("budget_event", *map(column, ("budget_id", "total_fen", "done_by", "done_at")))
_BOUND: Final = _BUDGET.c.committed_fen - _BUDGET.c.recovered_fen
"""What was promised and did not come back: the total cannot be less."""


def _is(account: Account) -> list[ColumnElement[bool]]:
    return [_BUDGET.c[name] == value for name, value in account._asdict().items()]


def _budget(row: RowMapping) -> Budget:
    account = Account(row["region"], FundSource(row["fund_source"]), row["year"])
    return Budget(id=row["id"], account=account, **{name: row[name] for name in _AMOUNTS})


async def set_total(connection: AsyncConnection, account: Account, total: Fen, *, by: str, at: datetime) -> Budget:
    """The account's budget, made or changed to `total`. Raises BudgetBelowCommitted."""
    new = insert(_BUDGET).values(id=new_id(), total_fen=total, **account._asdict())
    statement = new.on_conflict_do_update(
        index_elements=Account._fields,
        set_={"total_fen": new.excluded.total_fen},
        where=new.excluded.total_fen >= _BOUND,
    ).returning(*_BUDGET.c)
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        known = await find(connection, account)
        assert known is not None, "a budget that stood in the way exists"
        raise BudgetBelowCommitted(
            pointer="/amount_fen", committed=known.committed_fen - known.recovered_fen, asked=total
        )
    event = {"budget_id": row["id"], "total_fen": total, "done_by": by, "done_at": at}
    await connection.execute(insert(_EVENT), event)
    return _budget(row)


async def find(connection: AsyncConnection, account: Account) -> Budget | None:
    row = (await connection.execute(select(_BUDGET).where(*_is(account)))).mappings().one_or_none()
    return None if row is None else _budget(row)


async def commit(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Promise `amount` from the account. Raises OverBudget where it does not fit."""
    if not await _grow(connection, account, "committed_fen", amount, fits=_BOUND + amount <= _BUDGET.c.total_fen):
        raise over_budget(await find(connection, account), amount)


async def pay(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Note that `amount`, committed before, was paid. Raises BudgetMissing."""
    if not await _grow(connection, account, "paid_fen", amount):
        raise BudgetMissing(account)


async def recover(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Note that `amount`, paid before, came back. Raises BudgetMissing."""
    if not await _grow(connection, account, "recovered_fen", amount):
        raise BudgetMissing(account)


class BudgetMissing(LookupError):
    """Money was promised from an account that has no budget any more: the books are wrong, so nothing is booked."""


async def _grow(
    connection: AsyncConnection, account: Account, name: str, amount: Fen, *, fits: ColumnElement[bool] | None = None
) -> bool:
    """Whether the account's amount `name` has grown by `amount`: it has a budget, and the growth `fits`."""
    conditions = _is(account) if fits is None else [*_is(account), fits]
    statement = update(_BUDGET).where(*conditions).values({name: _BUDGET.c[name] + amount})
    return (await connection.execute(statement)).rowcount == 1


async def page(
    connection: AsyncConnection, *, region: str | None, year: int | None, after: UUID, limit: int
) -> list[Budget]:
    """Budgets in the order of their ids, from above `after`."""
    # Only what is asked for stands in the statement, so that each question is planned for itself.
    conditions = [_BUDGET.c.id > after]
    if region is not None:
        conditions.append(_BUDGET.c.region == region)
    if year is not None:
        conditions.append(_BUDGET.c.year == year)
    rows = await connection.execute(select(_BUDGET).where(*conditions).order_by(_BUDGET.c.id).limit(limit))
    return [_budget(row) for row in rows.mappings()]
