"""Offsets that stand, in the database, and claims from which more is kept than they come to."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, MetaData, Table, Uuid, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.states import DUE, SPENT
from services.subsidy.claims.store.claims import CLAIM
from services.subsidy.offsets.rules import KeptClaim, Offset
from shared import tables
from shared.database import driver
from shared.kernel.money import Fen
from shared.located import lies_in
from shared.reach import Reach

STANDING: Final = Table(
    "standing_offset",
    MetaData(),
    Column("id", Uuid),
    Column("claim_id", Uuid),
    Column("line", Integer),
    Column("double_payment_id", Uuid),
    Column("against", Uuid),
    Column("amount_fen", BigInteger),
)
_KEPT: Final = CLAIM.c["id", "institution_id", "region", "reporting_region", "status", "amount_fen", "kept_fen"]
_LAPSE: Final = """
UPDATE {table} SET lapsed_fen = lapsed_fen + $2,
    reversed_on = CASE WHEN lapsed_fen + $2 = amount_fen THEN $3::date END
WHERE id = $1
"""
_LAPSE_OF_LINE: Final = _LAPSE.format(table="line_recovery")
_LAPSE_OF_DOUBLE: Final = _LAPSE.format(table="double_payment_recovery")


def _in_excess() -> ColumnElement[bool]:
    """Condition, in the words of the index `claim_kept`: what `KeptClaim.excess_fen` says of a claim."""
    waits = and_(CLAIM.c.kept_fen > 0, CLAIM.c.status.not_in([each.value for each in SPENT]))
    comes_to_nothing = CLAIM.c.status.not_in([each.value for each in DUE])
    return and_(waits, or_(comes_to_nothing, CLAIM.c.kept_fen > CLAIM.c.amount_fen))


async def in_excess(connection: AsyncConnection, reach: Reach | None, *, after: UUID, limit: int) -> list[KeptClaim]:
    """Claims from which more is kept than they come to, within `reach` or everywhere, by id, after `after`."""
    within = [] if reach is None else lies_in(CLAIM, reach)
    statement = select(*_KEPT).where(_in_excess(), CLAIM.c.id > after, *within).order_by(CLAIM.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, KeptClaim)


async def load(connection: AsyncConnection, claim_id: UUID) -> KeptClaim:
    """The claim, which exists."""
    found = await tables.fetch_one(connection, select(*_KEPT).where(CLAIM.c.id == claim_id), KeptClaim)
    assert found is not None, "claims are not deleted"
    return found


async def standing(connection: AsyncConnection, claim_id: UUID) -> list[Offset]:
    """What is kept from the payment of the claim."""
    columns = STANDING.c["id", "claim_id", "line", "double_payment_id", "amount_fen"]
    return await tables.fetch_all(connection, select(*columns).where(STANDING.c.against == claim_id), Offset)


async def lapse(connection: AsyncConnection, offset: Offset, amount: Fen, *, on: date) -> None:
    """So much of the offset is not kept any more."""
    statement = _LAPSE_OF_LINE if offset.double_payment_id is None else _LAPSE_OF_DOUBLE
    await (await driver(connection)).execute(statement, offset.id, amount, on)
