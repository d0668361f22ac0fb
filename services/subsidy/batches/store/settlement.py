"""What the bank says of the rows of a returned batch becomes the state of their claims, in statements over sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.batches.rules.batches import PaymentBatch
from services.subsidy.claims.rules.claims import ToldClaim
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.store.claims import CLAIM
from services.subsidy.payments.rules import PAID_BY_BANK, REFUSED_BY_BANK, BankMove
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.database import driver
from shared.kernel.awards import Award

_TOLD: Final = [CLAIM.c[name] for name in ToldClaim._fields if name != "lines"]
_COLUMNS: Final = tables.names(_TOLD)
_RETURNED: Final = ", ".join(f"c.{column.name}" for column in _TOLD)
_LOCK: Final = "SELECT FROM claim WHERE id = ANY($1) ORDER BY id FOR UPDATE"
# Claims of the rows $2 of the batch $1 in one of the states $3 come to the state $4, by the verb $5 of who did it, $6,
# at the moment $7.
_PAY: Final = f"""
WITH paid AS (
    UPDATE claim AS c
    SET status = $4, version = c.version + 1, account_id = r.account_id, paid_on = r.result_on, paid_by = $6,
        payment_reference = coalesce(r.result_reference, r.batch_id || '/' || r.row)
    FROM payment_row AS r
    WHERE r.batch_id = $1 AND r.row = ANY($2) AND c.id = r.claim_id AND c.status = ANY($3)
    RETURNING {_RETURNED}
), noted AS (
    INSERT INTO claim_event (claim_id, version, verb, done_by, done_at) SELECT id, version, $5, $6, $7 FROM paid
)
SELECT {_COLUMNS} FROM paid ORDER BY id
"""
_REFUSE: Final = f"""
WITH refused AS (
    UPDATE claim AS c SET status = $4, version = c.version + 1, account_id = r.account_id
    FROM payment_row AS r
    WHERE r.batch_id = $1 AND r.row = ANY($2) AND c.id = r.claim_id AND c.status = ANY($3)
    RETURNING {_RETURNED}, r.result_reason
), noted AS (
    INSERT INTO claim_event (claim_id, version, verb, done_by, done_at, reason)
    SELECT id, version, $5, $6, $7, result_reason FROM refused
)
SELECT {_COLUMNS} FROM refused ORDER BY id
"""


async def lock(connection: AsyncConnection, claims: Collection[UUID]) -> None:
    """Lock the claims until the transaction ends, in the order of their ids."""
    await (await driver(connection)).execute(_LOCK, list(claims))


async def pay(
    connection: AsyncConnection,
    batch: PaymentBatch,
    numbers: Collection[int],
    lines: Mapping[UUID, tuple[Line, ...]],
    *,
    at: datetime,
) -> list[ToldClaim]:
    """The claims of these rows, with their `lines`, after the bank paid them to the account, on the day and by the
    reference of the row. Who released the batch paid them.
    """
    assert batch.released_by is not None, "a returned batch was released"
    rows = await _move(connection, _PAY, PAID_BY_BANK, batch.id, numbers, by=batch.released_by, at=at)
    return [_told(row, lines) for row in rows]


async def refuse(
    connection: AsyncConnection,
    batch: PaymentBatch,
    numbers: Collection[int],
    lines: Mapping[UUID, tuple[Line, ...]],
    *,
    at: datetime,
) -> list[ToldClaim]:
    """The claims of these rows, with their `lines`, after the bank paid nothing for them, for the reason that the row
    gives. Who posted the batch's return says so.
    """
    assert batch.returned_by is not None, "a returned batch has who posted its return"
    rows = await _move(connection, _REFUSE, REFUSED_BY_BANK, batch.id, numbers, by=batch.returned_by, at=at)
    return [_told(row, lines) for row in rows]


async def _move(
    connection: AsyncConnection,
    statement: str,
    move: BankMove,
    batch_id: UUID,
    numbers: Collection[int],
    *,
    by: str,
    at: datetime,
) -> Sequence[Sequence[Any]]:
    states = [status.value for status in move.before]
    own = await driver(connection)
    rows: Sequence[Sequence[Any]] = await own.fetch(
        statement, batch_id, list(numbers), states, move.after.value, move.verb.value, by, at
    )
    return rows


def _told(row: Sequence[Any], lines: Mapping[UUID, tuple[Line, ...]]) -> ToldClaim:
    claim = ToldClaim._make((*row, lines[row[0]]))
    return claim._replace(
        fund_source=FundSource(claim.fund_source),
        award=Award(claim.award),
        status=ClaimStatus(claim.status),
        kind=SubsidyKind(claim.kind),
    )
