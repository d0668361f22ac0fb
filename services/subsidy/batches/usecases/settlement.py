"""Bring the claims of a returned batch to what the bank says of them: paid once, or failed; a chunk at a time.

A chunk is one transaction with its claims, their history, facts and books. Whoever is killed in between leaves a batch
whose settled rows the next one passes over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.subsidy.batches.rules import batches as rules
from services.subsidy.batches.rules.batches import PaymentBatch
from services.subsidy.batches.rules.returns import PaymentResult
from services.subsidy.batches.store import batches as store
from services.subsidy.batches.store import rows, settlement
from services.subsidy.batches.store.rows import UnsettledRow
from services.subsidy.budgets import usecases as budgets
from services.subsidy.claims.rules.claims import fact_of
from services.subsidy.claims.store import lines as line_store
from services.subsidy.claims.usecases import aftermath
from services.subsidy.payments.rules import PAID_BY_BANK, REFUSED_BY_BANK
from shared.backbone import outbox
from shared.faults import forever
from shared.kernel.money import Fen

log = structlog.get_logger()

POLL_SECONDS: Final = 1.0
ROWS_AT_ONCE: Final = 1_000


async def work(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Settle returned batches in an endless loop."""
    settler = Settler(engine)
    await forever("payment returns", lambda: settler.settle_chunk(at=now()), pause_seconds=POLL_SECONDS)


class Settler:
    """Settles batches a chunk at a time, and remembers up to which row it has seen the present one settled."""

    def __init__(self, engine: AsyncEngine, *, rows_max: int = ROWS_AT_ONCE) -> None:
        self._engine, self._rows_max = engine, rows_max
        self._settled: dict[UUID, int] = {}

    async def settle_chunk(self, *, at: datetime) -> bool:
        """Settle the next rows of a returned batch. False if there is none."""
        async with self._engine.begin() as connection:
            batch = await store.lock_returned(connection)
            if batch is None:
                return False
            after = self._settled.get(batch.id, 0)
            until = after + self._rows_max
            found = await rows.unsettled(connection, batch.id, after=after, until=until)
            if found:
                await _settle(connection, batch, found, at=at)
            if until >= batch.rows:
                await store.save(connection, rules.settle(batch))
                log.info("payment-batch.settled", batch=str(batch.id), paid=batch.paid_rows, failed=batch.failed_rows)
        self._settled = {batch.id: until}
        return True


async def _settle(
    connection: AsyncConnection, batch: PaymentBatch, found: Sequence[UnsettledRow], *, at: datetime
) -> None:
    claims = [each.claim_id for each in found]
    await settlement.lock(connection, claims)
    lines = await line_store.of_claims(connection, claims)
    numbers = {result: [each.row for each in found if each.result is result] for result in PaymentResult}
    paid = await settlement.pay(connection, batch, numbers[PaymentResult.PAID], lines, at=at)
    failed = await settlement.refuse(connection, batch, numbers[PaymentResult.FAILED], lines, at=at)
    assert len(paid) + len(failed) == len(found), "the claims of a batch wait for what the bank says"
    await outbox.record(
        connection,
        *(fact_of(PAID_BY_BANK.fact, claim, at=at) for claim in paid),
        *(fact_of(REFUSED_BY_BANK.fact, claim, at=at) for claim in failed),
    )
    await rows.settle(connection, batch.id, [each.row for each in found])
    assert batch.released_by is not None, "a returned batch was released"
    amount = Fen(sum(claim.amount_fen for claim in paid))
    await budgets.book_payments(connection, [claim.id for claim in paid], amount, by=batch.released_by, at=at)
    await aftermath.follow_claims(connection, [each.claim_id for each in found if each.touched], at=at)
