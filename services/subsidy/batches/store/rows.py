"""Rows of payment batches in the database: what was sent, what the bank says of it, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.batches.rules.batches import BatchTotals, RowStatus
from services.subsidy.batches.rules.returns import PaymentResult, ReturnedRow, SentRow
from services.subsidy.claims.store.holds import HELD
from services.subsidy.rekeyings.store import LINES as REKEYED
from shared import tables
from shared.database import driver
from shared.kernel.money import Fen
from shared.tables import Choice

ROW: Final = Table(
    "payment_row",
    MetaData(),
    Column("batch_id", Uuid),
    Column("row", Integer),
    Column("claim_id", Uuid),
    Column("claim_version", Integer),
    Column("account_id", Uuid),
    Column("amount_fen", BigInteger),
    Column("status", Choice(RowStatus)),
    Column("touched", Boolean),
    Column("file_id", Uuid),
    Column("result", Choice(PaymentResult)),
    Column("result_on", Date),
    Column("result_reference", Text),
    Column("result_reason", Text),
)
_SHOWN: Final = ROW.c["row", "claim_id", "account_id", "amount_fen", "status", "result_on", "result_reference",
                      "result_reason"]  # fmt: skip
_CHANGED: Final = f"""
SELECT r.claim_id FROM payment_row AS r
JOIN claim AS c ON c.id = r.claim_id JOIN payee_account AS a ON a.id = r.account_id
WHERE r.batch_id = $1 AND (
    c.version <> r.claim_version OR a.status <> 'current'
    OR r.amount_fen <> c.amount_fen - c.kept_fen
    OR c.id IN (SELECT claim_id FROM ({HELD}) AS held) OR c.id IN (SELECT claim_id FROM ({REKEYED}) AS rekeyed)
) ORDER BY r.row
"""
_LOCK_CLAIMS: Final = """
SELECT count(*) FROM (
    SELECT FROM payment_row AS r JOIN claim AS c ON c.id = r.claim_id WHERE r.batch_id = $1 ORDER BY c.id
    FOR UPDATE OF c
) AS locked
"""
_INVOLVED: Final = """
SELECT DISTINCT e.done_by FROM payment_row AS r JOIN claim_event AS e ON e.claim_id = r.claim_id
WHERE r.batch_id = $1 AND e.verb IN ('draft', 'rebuild', 'submit')
UNION SELECT c.approved_by FROM payment_row AS r JOIN claim AS c ON c.id = r.claim_id WHERE r.batch_id = $1
"""
_GIVE_UP: Final = """
WITH given_up AS (
    UPDATE payment_row SET status = 'given_up' WHERE batch_id = $1 AND status = 'open' RETURNING claim_id, touched
)
SELECT claim_id FROM given_up WHERE touched ORDER BY claim_id
"""
_SENT: Final = """
SELECT r.row, r.amount_fen, a.mark, a.ending, r.file_id, r.result
FROM payment_row AS r JOIN payee_account AS a ON a.id = r.account_id
WHERE r.batch_id = $1 AND r.row = ANY($2)
"""
_SAY: Final = """
UPDATE payment_row AS r
SET file_id = $2, result = given.result, result_on = given.on_day, result_reference = given.reference,
    result_reason = given.reason
FROM unnest($3::integer[], $4::text[], $5::date[], $6::text[], $7::text[])
    AS given (row, result, on_day, reference, reason)
WHERE r.batch_id = $1 AND r.row = given.row
"""
_SAID: Final = """
SELECT result, count(*)::integer AS rows, sum(amount_fen)::bigint AS amount_fen
FROM payment_row WHERE batch_id = $1 AND file_id = $2 GROUP BY result
"""
# By number, and no more of them than are wanted: nothing else is cheap while the database knows nothing of rows that
# were added by the hundred thousand a moment ago, and of those among them that are settled since.
_UNSETTLED: Final = """
SELECT row, claim_id, touched, result FROM payment_row
WHERE batch_id = $1 AND row > $2 AND row <= $3 AND status = 'open' ORDER BY row
"""
_SETTLE: Final = "UPDATE payment_row SET status = result WHERE batch_id = $1 AND row = ANY($2)"
_TRANSFERS: Final = """
SELECT r.row, r.claim_id, r.amount_fen, a.id AS account_id, a.holder, a.bank, a.bank_code, a.sealed, c.kind
FROM payment_row AS r JOIN payee_account AS a ON a.id = r.account_id JOIN claim AS c ON c.id = r.claim_id
WHERE r.batch_id = $1 ORDER BY r.row
"""


class ShownRow(NamedTuple):
    """A row as it is listed: nothing of its account but which it is."""

    row: int
    claim_id: UUID
    account_id: UUID
    amount_fen: Fen
    status: RowStatus
    result_on: date | None
    result_reference: str | None
    result_reason: str | None


class UnsettledRow(NamedTuple):
    """What the bank said of a row whose claim does not say so yet."""

    row: int
    claim_id: UUID
    touched: bool
    """Whether something was received about the claim while it was on its way."""
    result: PaymentResult


class Transfer(NamedTuple):
    """A row with its sealed account. Never printed, never logged."""

    row: int
    claim_id: UUID
    amount_fen: Fen
    account_id: UUID
    holder: str
    bank: str
    bank_code: str
    sealed: bytes
    kind: str
    """What is paid for, as SubsidyKind has it."""

    def __repr__(self) -> str:
        return f"Transfer(row={self.row})"


async def changed(connection: AsyncConnection, batch_id: UUID) -> list[UUID]:
    """Claims of the batch that are not as they were put in, that are held, or whose payee has another account."""
    return [row["claim_id"] for row in await (await driver(connection)).fetch(_CHANGED, batch_id)]


async def lock_claims(connection: AsyncConnection, batch_id: UUID) -> None:
    """Lock every claim of the batch until the transaction ends, in the order of their ids. A large batch takes longer
    than other requests may.
    """
    await (await driver(connection)).execute("SET LOCAL statement_timeout = '60s'")
    await (await driver(connection)).execute(_LOCK_CLAIMS, batch_id)


async def involved(connection: AsyncConnection, batch_id: UUID) -> set[str]:
    """Who prepared or approved one of the batch's claims."""
    return {row["done_by"] for row in await (await driver(connection)).fetch(_INVOLVED, batch_id)}


async def give_up(connection: AsyncConnection, batch_id: UUID) -> list[UUID]:
    """Free the batch's claims; those about which something was received meanwhile."""
    return [row["claim_id"] for row in await (await driver(connection)).fetch(_GIVE_UP, batch_id)]


async def sent(connection: AsyncConnection, batch_id: UUID, numbers: Collection[int]) -> dict[int, SentRow]:
    """The rows with these numbers, as they were sent, by number."""
    rows = await (await driver(connection)).fetch(_SENT, batch_id, list(numbers))
    return {
        number: SentRow(number, Fen(amount), mark, ending, file_id, None if result is None else PaymentResult(result))
        for number, amount, mark, ending, file_id, result in rows
    }


async def say(connection: AsyncConnection, batch_id: UUID, file_id: UUID, rows: Sequence[ReturnedRow]) -> None:
    """Note what the file `file_id` says of the rows; it counts once the whole file is taken."""
    columns = zip(*((each.row, each.result.value, each.on, each.reference, each.reason) for each in rows), strict=True)
    await (await driver(connection)).execute(_SAY, batch_id, file_id, *map(list, columns))


async def said(connection: AsyncConnection, batch_id: UUID, file_id: UUID) -> dict[PaymentResult, BatchTotals]:
    """Number and sum of the rows by what the file says of them."""
    rows = await (await driver(connection)).fetch(_SAID, batch_id, file_id)
    return {PaymentResult(row["result"]): BatchTotals(row["rows"], Fen(row["amount_fen"])) for row in rows}


async def unsettled(connection: AsyncConnection, batch_id: UUID, *, after: int, until: int) -> list[UnsettledRow]:
    """Those of the rows behind `after`, up to `until`, whose claims do not say yet what the bank did. Rows are numbered
    in the order of their claims.
    """
    rows = await (await driver(connection)).fetch(_UNSETTLED, batch_id, after, until)
    return [
        UnsettledRow(number, claim_id, touched, PaymentResult(result)) for number, claim_id, touched, result in rows
    ]


async def settle(connection: AsyncConnection, batch_id: UUID, numbers: Collection[int]) -> None:
    """The claims of these rows are where the return says."""
    await (await driver(connection)).execute(_SETTLE, batch_id, list(numbers))


async def transfers(connection: AsyncConnection, batch_id: UUID) -> list[Transfer]:
    """All rows with their sealed accounts, in order."""
    return [Transfer(*row) for row in await (await driver(connection)).fetch(_TRANSFERS, batch_id)]


async def page(
    connection: AsyncConnection,
    batch_id: UUID,
    *,
    status: RowStatus | None = None,
    claim_id: UUID | None = None,
    after: int,
    limit: int,
) -> list[ShownRow]:
    """The batch's rows in order, after the row `after`."""
    asked = tables.matches(ROW, batch_id=batch_id, status=status, claim_id=claim_id)
    statement = select(*_SHOWN).where(ROW.c.row > after, *asked).order_by(ROW.c.row).limit(limit)
    return await tables.fetch_all(connection, statement, ShownRow)
