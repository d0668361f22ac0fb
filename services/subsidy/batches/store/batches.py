"""Payment batches, their exports, and which claims can be put into one, in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.batches.rules.batches import Barrier, BatchStatus, BatchTotals, PaymentBatch
from services.subsidy.batches.store.rows import ROW
from services.subsidy.claims.store.holds import HELD
from services.subsidy.rekeyings.store import LINES as REKEYED
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.database import driver
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach, Scope
from shared.tables import Choice, Instant, Json, fixed

BATCH: Final = Table(
    "payment_batch",
    MetaData(),
    fixed("id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("fund_source", Choice(FundSource)),
    fixed("rows", Integer),
    fixed("amount_fen", BigInteger),
    fixed("layout", Json),
    fixed("reason", Text),
    fixed("drafted_by", Text),
    fixed("drafted_at", Instant),
    fixed("proposal_id", Uuid),
    Column("status", Choice(BatchStatus)),
    Column("released_by", Text),
    Column("released_at", Instant),
    Column("return_file_id", Uuid),
    Column("returned_by", Text),
    Column("returned_at", Instant),
    Column("paid_rows", Integer),
    Column("paid_fen", BigInteger),
    Column("failed_rows", Integer),
    Column("failed_fen", BigInteger),
    Column("recalled_by", Text),
    Column("recalled_at", Instant),
    Column("version", Integer),
)
EXPORT: Final = Table(
    "payment_export",
    MetaData(),
    Column("id", Uuid),
    Column("batch_id", Uuid),
    Column("digest", LargeBinary),
    Column("exported_by", Text),
    Column("exported_at", Instant),
)

# The claims of a place ($1 its codes) and a fund source that wait for their payment and are due today ($5), each with
# what bars the caller ($3) from putting it into a batch: the first of `Barrier` that applies.
_PATIENCE: Final = "SET LOCAL statement_timeout = '60s'"
"""For statements over all claims of a large batch, which may take longer than those of other requests."""
_CANDIDATES: Final = f"""
SELECT c.id, c.version, c.institution_id, c.region, c.fund_source, c.kind, c.amount_fen - c.kept_fen AS amount_fen,
    a.id AS account_id,
    CASE
        WHEN EXISTS (SELECT FROM payment_row AS r WHERE r.claim_id = c.id AND r.status = 'open') THEN 'in_batch'
        WHEN lower($3) IN (lower(c.approved_by), lower(c.submitted_by)) OR EXISTS (
            SELECT FROM claim_event AS e WHERE e.claim_id = c.id AND lower(e.done_by) = lower($3)
                AND e.verb IN ('draft', 'rebuild', 'submit')
        ) THEN 'same_person'
        WHEN c.id IN (SELECT claim_id FROM ({HELD}) AS held) THEN 'flagged'
        WHEN c.id IN (SELECT claim_id FROM ({REKEYED}) AS rekeyed) THEN 'rekeyed'
        WHEN c.amount_fen <= c.kept_fen THEN 'nothing_to_transfer'
        WHEN a.id IS NULL THEN 'no_account'
        WHEN c.status = 'payment_failed' AND a.id = c.account_id AND NOT $4 THEN 'account_failed'
    END AS barrier
FROM claim AS c
LEFT JOIN payee_account AS a ON a.institution_id = c.institution_id AND a.status = 'current'
WHERE c.status IN ('approved', 'payment_failed')
    AND ($1::text[] = '{{}}' OR c.region = ANY($1) OR c.reporting_region = ANY($1))
    AND ($2::text IS NULL OR c.fund_source = $2) AND (c.payable_from IS NULL OR c.payable_from <= $5)
"""
_PAGE: Final = f"SELECT * FROM ({_CANDIDATES} AND c.id > $6) AS candidate ORDER BY id LIMIT $7"
_TOTALS: Final = f"""
SELECT count(*)::integer, coalesce(sum(amount_fen), 0)::bigint FROM ({_CANDIDATES}) AS candidate WHERE barrier IS NULL
"""
_FILL: Final = f"""
WITH picked AS MATERIALIZED (
    {_CANDIDATES} AND ($7::uuid[] IS NULL OR c.id = ANY($7)) ORDER BY c.id FOR UPDATE OF c
), added AS (
    INSERT INTO payment_row (batch_id, row, claim_id, claim_version, account_id, amount_fen)
    SELECT $6, row_number() OVER (ORDER BY id), id, version, account_id, amount_fen FROM picked WHERE barrier IS NULL
    RETURNING amount_fen
)
SELECT count(*)::integer, coalesce(sum(amount_fen), 0)::bigint FROM added
"""
_BARRED: Final = f"""
SELECT named.id, coalesce(candidate.barrier, 'not_due') AS barrier
FROM unnest($6::uuid[]) AS named (id)
LEFT JOIN ({_CANDIDATES} AND c.id = ANY($6)) AS candidate ON candidate.id = named.id
WHERE candidate.id IS NULL OR candidate.barrier IS NOT NULL ORDER BY named.id
"""


class Candidate(NamedTuple):
    """A claim that waits for its payment, with what bars it from a batch; None if nothing does."""

    id: UUID
    version: int
    institution_id: UUID
    region: str
    fund_source: FundSource
    kind: SubsidyKind
    amount_fen: Fen
    """What is to be transferred: without what is kept from it."""
    account_id: UUID | None
    barrier: Barrier | None


class Choosing(NamedTuple):
    """Which claims a batch is made of, and by whom: of a place, and of one fund source or any."""

    reach: Reach
    fund_source: FundSource | None
    by: str
    same_accounts: bool
    """Whether accounts to which a payment failed are paid to again, because they were right."""
    today: date

    @property
    def values(self) -> tuple[list[str], str | None, str, bool, date]:
        fund = None if self.fund_source is None else self.fund_source.value
        return sorted(self.reach.codes - self.reach.left), fund, self.by, self.same_accounts, self.today


class BarredClaim(NamedTuple):
    """A claim that was named for a batch, and why it cannot be put into one."""

    id: UUID
    barrier: Barrier


@dataclass(frozen=True, slots=True)
class Export:
    """That a person had the bank file of a batch, whose SHA-256 is `digest`."""

    id: UUID
    batch_id: UUID
    digest: bytes
    exported_by: str
    exported_at: datetime


async def candidates(connection: AsyncConnection, choosing: Choosing, *, after: UUID, limit: int) -> list[Candidate]:
    """Claims that wait for their payment, in the order of their ids, after `after`."""
    rows = await (await driver(connection)).fetch(_PAGE, *choosing.values, after, limit)
    return [
        Candidate(
            claim_id,
            version,
            institution_id,
            region,
            FundSource(fund),
            SubsidyKind(kind),
            Fen(amount),
            account_id,
            _barrier(barrier),
        )
        for claim_id, version, institution_id, region, fund, kind, amount, account_id, barrier in rows
    ]


async def payable(connection: AsyncConnection, choosing: Choosing) -> BatchTotals:
    """Number and sum of the claims that nothing bars."""
    return _totals(await (await driver(connection)).fetchrow(_TOTALS, *choosing.values))


async def fill(
    connection: AsyncConnection, batch_id: UUID, choosing: Choosing, claims: Collection[UUID] | None
) -> BatchTotals:
    """Put every claim that nothing bars into the batch, or those of `claims`; they are locked. What was put into it."""
    named = None if claims is None else list(claims)
    await (await driver(connection)).execute(_PATIENCE)
    return _totals(await (await driver(connection)).fetchrow(_FILL, *choosing.values, batch_id, named))


async def barred(connection: AsyncConnection, choosing: Choosing, claims: Collection[UUID]) -> list[BarredClaim]:
    """Those of `claims` that cannot be put into a batch, with the first reason for each."""
    rows = await (await driver(connection)).fetch(_BARRED, *choosing.values, list(claims))
    return [BarredClaim(row["id"], Barrier(row["barrier"])) for row in rows]


async def add(connection: AsyncConnection, batch: PaymentBatch) -> None:
    await tables.add(connection, BATCH, batch)


async def save(connection: AsyncConnection, batch: PaymentBatch) -> None:
    """Store the next version of `batch`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, BATCH, batch, expected=batch.version - 1)


async def load(connection: AsyncConnection, batch_id: UUID, *, lock: bool = False) -> PaymentBatch:
    """Raises NotFound."""
    statement = select(BATCH).where(BATCH.c.id == batch_id)
    found = await tables.fetch_one(connection, statement.with_for_update() if lock else statement, PaymentBatch)
    if found is None:
        raise NotFound(what="payment batch", id=batch_id)
    return found


async def lock_returned(connection: AsyncConnection) -> PaymentBatch | None:
    """A batch whose return was read and whose claims do not all say so, locked; None if there is none."""
    statement = select(BATCH).where(BATCH.c.status == BatchStatus.RETURNED).order_by(BATCH.c.id).limit(1)
    return await tables.fetch_one(connection, statement.with_for_update(skip_locked=True), PaymentBatch)


async def page(
    connection: AsyncConnection,
    scope: Scope,
    *,
    status: BatchStatus | None,
    claim_id: UUID | None,
    after: UUID,
    limit: int,
) -> list[PaymentBatch]:
    """Batches in sight, of a claim those that it is or was in, in the order of their ids, after `after`."""
    asked = [*lies_in(BATCH, scope.reach), *tables.matches(BATCH, status=status)]
    if claim_id is not None:
        asked.append(BATCH.c.id.in_(select(ROW.c.batch_id).where(ROW.c.claim_id == claim_id)))
    return await tables.fetch_page(connection, BATCH, PaymentBatch, asked, after=after, limit=limit)


async def add_export(connection: AsyncConnection, export: Export) -> None:
    await tables.add(connection, EXPORT, export)


async def exports(connection: AsyncConnection, batch_id: UUID, *, limit: int = 200) -> Sequence[Export]:
    """Who has had the batch's bank file, oldest first."""
    statement = select(EXPORT).where(EXPORT.c.batch_id == batch_id).order_by(EXPORT.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, Export)


def _barrier(value: str | None) -> Barrier | None:
    return None if value is None else Barrier(value)


def _totals(row: Sequence[int] | None) -> BatchTotals:
    assert row is not None, "a sum is always answered"
    return BatchTotals(row[0], Fen(row[1]))
