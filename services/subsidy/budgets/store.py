"""Budgets in the database: each amount grows by one conditional statement, so that rivals cannot overspend."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets.rules import Account, Budget, BudgetBelowCommitted, over_budget
from shared.contracts.dimensions import FundSource
from shared.kernel.ids import new_id
from shared.kernel.money import Fen

_COLUMNS = "id, region, fund_source, year, total_fen, committed_fen, paid_fen, recovered_fen"
_OF_ACCOUNT = "region = :region AND fund_source = :fund_source AND year = :year"
_SET = f"""
INSERT INTO budget (id, region, fund_source, year, total_fen) VALUES (:id, :region, :fund_source, :year, :total)
ON CONFLICT (region, fund_source, year) DO UPDATE SET total_fen = excluded.total_fen
    WHERE excluded.total_fen >= budget.committed_fen - budget.recovered_fen
RETURNING {_COLUMNS}
"""
_NOTE = """
INSERT INTO budget_event (budget_id, total_fen, done_by, done_at) VALUES (:id, :total, :by, :at)
"""
_FIND = f"SELECT {_COLUMNS} FROM budget WHERE {_OF_ACCOUNT}"
_COMMIT = f"""
UPDATE budget SET committed_fen = committed_fen + :amount
WHERE {_OF_ACCOUNT} AND committed_fen - recovered_fen + :amount <= total_fen
"""
_PAY = f"UPDATE budget SET paid_fen = paid_fen + :amount WHERE {_OF_ACCOUNT}"
_RECOVER = f"UPDATE budget SET recovered_fen = recovered_fen + :amount WHERE {_OF_ACCOUNT}"
_LIST = f"""
SELECT {_COLUMNS} FROM budget
WHERE id > :after
  AND (CAST(:region AS text) IS NULL OR region = :region)
  AND (CAST(:year AS integer) IS NULL OR year = :year)
ORDER BY id LIMIT :limit
"""


def _budget(row: RowMapping) -> Budget:
    values = dict(row)
    account = Account(values.pop("region"), FundSource(values.pop("fund_source")), values.pop("year"))
    return Budget(account=account, **values)


async def set_total(connection: AsyncConnection, account: Account, total: Fen, *, by: str, at: datetime) -> Budget:
    """The account's budget, made or changed to `total`. Raises BudgetBelowCommitted."""
    values = {"id": new_id(), "total": total, **account._asdict()}
    row = (await connection.execute(text(_SET), values)).mappings().one_or_none()
    if row is None:
        known = await find(connection, account)
        assert known is not None, "a budget that stood in the way exists"
        raise BudgetBelowCommitted(
            pointer="/amount_fen", committed=known.committed_fen - known.recovered_fen, asked=total
        )
    await connection.execute(text(_NOTE), {"id": row["id"], "total": total, "by": by, "at": at})
    return _budget(row)


async def find(connection: AsyncConnection, account: Account) -> Budget | None:
    row = (await connection.execute(text(_FIND), account._asdict())).mappings().one_or_none()
    return None if row is None else _budget(row)


async def commit(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Promise `amount` from the account. Raises OverBudget where it does not fit."""
    if not await _grow(connection, _COMMIT, account, amount):
        raise over_budget(await find(connection, account), amount)


async def pay(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Note that `amount`, committed before, was paid."""
    await _grow(connection, _PAY, account, amount)


async def recover(connection: AsyncConnection, account: Account, amount: Fen) -> None:
    """Note that `amount`, paid before, came back."""
    await _grow(connection, _RECOVER, account, amount)


async def _grow(connection: AsyncConnection, statement: str, account: Account, amount: Fen) -> bool:
    return (await connection.execute(text(statement), account._asdict() | {"amount": amount})).rowcount == 1


async def page(
    connection: AsyncConnection, *, region: str | None, year: int | None, after: UUID, limit: int
) -> list[Budget]:
    """Budgets in the order of their ids, from above `after`."""
    values = {"region": region, "year": year, "after": after, "limit": limit}
    return [_budget(row) for row in (await connection.execute(text(_LIST), values)).mappings()]
