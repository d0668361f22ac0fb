"""Bring the claims of a returned batch to what the bank says of them: paid once, or failed; a chunk at a time.

A chunk is one transaction with its claims, their history, facts and books. Whoever is killed in between leaves a batch
that goes on with the first row that is still open.
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
from services.subsidy.batches.store import rows
from services.subsidy.batches.store.rows import UnsettledRow
from services.subsidy.budgets import usecases as budgets
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.states import ClaimVerb
from services.subsidy.claims.store import claims as claim_store
from services.subsidy.claims.store.claims import Step
from services.subsidy.claims.usecases import aftermath
from services.subsidy.payments import rules as payments
from shared.backbone import outbox
from shared.contracts.subsidy import ClaimState
from shared.faults import forever

log = structlog.get_logger()

POLL_SECONDS: Final = 1.0
ROWS_AT_ONCE: Final = 1_000


async def work(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Settle returned batches in an endless loop."""
    await forever("payment returns", lambda: settle_chunk(engine, at=now()), pause_seconds=POLL_SECONDS)


async def settle_chunk(engine: AsyncEngine, *, at: datetime, rows_max: int = ROWS_AT_ONCE) -> bool:
    """Settle the next rows of a returned batch. False if there is none."""
    async with engine.begin() as connection:
        batch = await store.lock_returned(connection)
        if batch is None:
            return False
        found = await rows.unsettled(connection, batch.id, limit=rows_max)
        if found:
            await _settle(connection, batch, found, at=at)
        if len(found) < rows_max:
            await store.save(connection, rules.settle(batch))
            log.info("payment-batch.settled", batch=str(batch.id), paid=batch.paid_rows, failed=batch.failed_rows)
    return True


async def _settle(
    connection: AsyncConnection, batch: PaymentBatch, found: Sequence[UnsettledRow], *, at: datetime
) -> None:
    by_claim = {each.claim_id: each for each in found}
    before = await claim_store.lock_all(connection, list(by_claim))
    settled: list[tuple[Claim, ClaimState, Step]] = [
        _settled(claim, by_claim[claim.id], batch, at=at) for claim in before
    ]
    claims = [claim for claim, _, _ in settled]
    await claim_store.save_all(connection, claims)
    await claim_store.note_all(connection, {claim.id: step for claim, _, step in settled})
    await outbox.record(connection, *(fact for _, fact, _ in settled))
    await rows.settle(connection, batch.id, [each.row for each in found])
    assert batch.released_by is not None, "a returned batch was released"
    await budgets.book_payments(connection, [claim.standing for claim in claims], by=batch.released_by, at=at)
    touched: list[UUID] = [each.claim_id for each in found if each.touched]
    await aftermath.follow_claims(connection, touched, at=at)


def _settled(claim: Claim, row: UnsettledRow, batch: PaymentBatch, *, at: datetime) -> tuple[Claim, ClaimState, Step]:
    """The claim after what the bank says of it, with the fact and the step. Who released the batch paid it."""
    assert batch.released_by is not None, "a returned batch was released"
    assert batch.returned_by is not None, "a returned batch has who posted its return"
    if row.result is PaymentResult.FAILED:
        after, failed = payments.refuse_by_bank(claim, account_id=row.account_id, at=at)
        return after, failed, Step(after.version, ClaimVerb.REFUSE_PAYMENT, batch.returned_by, at, row.reason)
    assert row.on is not None, "a paid row has its day"
    reference = row.reference or f"{batch.id}/{row.row}"
    after, paid = payments.pay_by_batch(
        claim, paid_on=row.on, reference=reference, account_id=row.account_id, by=batch.released_by, at=at
    )
    return after, paid, Step(after.version, ClaimVerb.PAY, batch.released_by, at, None)
