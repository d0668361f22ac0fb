"""Budgets in the database. Their balances follow the ledger's postings; whoever posts locks the budget first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, Uuid, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.budgets.rules import WHOLE, Account, Budget
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.database import driver
from shared.kernel.ids import new_id
from shared.reach import Scope
from shared.tables import Choice, Instant, Json

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
    Column("written_off_fen", BigInteger),
    Column("reserved_fen", BigInteger),
    Column("paid_twice_fen", BigInteger),
    Column("given_up_fen", BigInteger),
    Column("version", Integer),
    Column("department", Text),
)
BUDGET_EVENT: Final = Table(
    "budget_event",
    MetaData(),
    Column("budget_id", Uuid),
    Column("total_fen", BigInteger),
    Column("done_by", Text),
    Column("done_at", Instant),
)
FUND_SHARE: Final = Table(
    "fund_share",
    MetaData(),
    Column("id", Uuid),
    Column("region", Text),
    Column("fund_source", Choice(FundSource)),
    Column("year", Integer),
    Column("shares", Json),
    Column("decided_by", Text),
    Column("decided_at", Instant),
)
_SHARES: Final = """
SELECT b.id, given.share::integer
FROM jsonb_each_text(coalesce(
    (SELECT shares FROM fund_share WHERE (region, fund_source, year) = ($1, $2, $3) ORDER BY id DESC LIMIT 1),
    jsonb_build_object($2::text, $4::integer)
)) AS given (fund_source, share)
LEFT JOIN budget AS b ON (b.region, b.fund_source, b.year) = ($1, given.fund_source, $3)
ORDER BY given.fund_source
"""


class FundShare(NamedTuple):
    """A budget that pays a share, in ten thousandths; None if that fund source has none."""

    budget_id: UUID | None
    share: int


async def ensure(connection: AsyncConnection, account: Account) -> None:
    """Create the account's budget, with a total of zero, if there is none yet."""
    new = insert(BUDGET).values(id=new_id(), total_fen=0, version=0, **account._asdict())
    await connection.execute(new.on_conflict_do_nothing(index_elements=Account._fields))


async def find(connection: AsyncConnection, account: Account) -> Budget | None:
    statement = select(BUDGET).where(*tables.matches(BUDGET, **account._asdict()))
    return await tables.fetch_one(connection, statement, _budget)


async def lock(connection: AsyncConnection, budget_ids: Collection[UUID]) -> dict[UUID, Budget]:
    """The budgets, locked in the order of their ids until the transaction ends."""
    statement = select(BUDGET).where(tables.one_of(BUDGET.c.id, list(budget_ids))).order_by(BUDGET.c.id)
    return {each.id: each for each in await tables.fetch_all(connection, statement.with_for_update(), _budget)}


async def keep_version(
    connection: AsyncConnection, budget: Budget, *, department: str | None, by: str, at: datetime
) -> Budget:
    """The budget after a change of its total, as its next version; the change is added to its history."""
    changed = update(BUDGET).where(BUDGET.c.id == budget.id)
    changed = changed.values(version=BUDGET.c.version + 1, department=department)
    await connection.execute(changed)
    after = await tables.fetch_one(connection, select(BUDGET).where(BUDGET.c.id == budget.id), _budget)
    assert after is not None, "it was locked"
    event = {"budget_id": after.id, "total_fen": after.total_fen, "done_by": by, "done_at": at}
    await connection.execute(insert(BUDGET_EVENT), event)
    return after


async def add_shares(
    connection: AsyncConnection, account: Account, shares: Mapping[FundSource, int], *, by: str, at: datetime
) -> None:
    """Store which fund sources pay together for the account from now on."""
    row = {
        "id": new_id(),
        **account._asdict(),
        "shares": {source.value: share for source, share in shares.items()},
        "decided_by": by,
        "decided_at": at,
    }
    await connection.execute(insert(FUND_SHARE), row)


async def shares_of(connection: AsyncConnection, account: Account) -> list[FundShare]:
    """Which budgets pay for approvals in `account`: by default its own, the whole."""
    return [FundShare(*row) for row in await (await driver(connection)).fetch(_SHARES, *account, WHOLE)]


async def page(
    connection: AsyncConnection,
    scope: Scope,
    *,
    fund_source: FundSource | None,
    year: int | None,
    after: UUID,
    limit: int,
) -> list[Budget]:
    """Budgets in sight, in the order of their ids, after `after`; they are those of reporting regions."""
    asked = tables.matches(BUDGET, region=scope.reach.code, fund_source=fund_source, year=year)
    return await tables.fetch_page(connection, BUDGET, _budget, asked, after=after, limit=limit)


def _budget(*, region: str, fund_source: FundSource, year: int, **values: Any) -> Budget:
    return Budget(account=Account(region, fund_source, year), **values)
