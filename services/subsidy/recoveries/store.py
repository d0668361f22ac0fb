"""Recoveries of lines in the database: one for each cause, until it is taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.lines import NOTHING
from services.subsidy.recoveries.rules import RecoveryCause
from shared import tables
from shared.database import driver
from shared.kernel.money import Fen
from shared.tables import Choice

RECOVERY: Final = Table(
    "line_recovery",
    MetaData(),
    Column("id", Uuid),
    Column("claim_id", Uuid),
    Column("line", Integer),
    Column("cause", Choice(RecoveryCause)),
    Column("amount_fen", BigInteger),
    Column("against", Uuid),
    Column("recovered_on", Date),
    Column("proposed_by", Text),
    Column("confirmed_by", Text),
    Column("reversed_on", Date),
    Column("lapsed_fen", BigInteger),
)
_CAUSED: Final = """
SELECT line FROM line_recovery
WHERE claim_id = $1 AND cause = $2 AND line = ANY($3) AND reversed_on IS NULL AND lapsed_fen = 0
"""


@dataclass(frozen=True, slots=True)
class LineRecovery:
    """What came back of a line at once. `against` is the claim from whose payment it was kept, or None."""

    id: UUID
    claim_id: UUID
    line: int
    cause: RecoveryCause
    amount_fen: Fen
    against: UUID | None
    recovered_on: date
    proposed_by: str
    confirmed_by: str
    reversed_on: date | None = None
    lapsed_fen: Fen = NOTHING
    """How much of it could not be kept from that payment after all; it counts as reversed once that is all of it."""


async def add_all(connection: AsyncConnection, recoveries: Sequence[LineRecovery]) -> None:
    await tables.add_all(connection, RECOVERY, recoveries)


async def caused(
    connection: AsyncConnection, claim_id: UUID, cause: RecoveryCause, numbers: Collection[int]
) -> list[int]:
    """Those of the lines that were recovered for the cause before, if nothing of that lapsed."""
    rows = await (await driver(connection)).fetch(_CAUSED, claim_id, cause.value, list(numbers))
    return sorted(row["line"] for row in rows)


async def reverse(connection: AsyncConnection, claim_id: UUID, numbers: Collection[int], *, on: date) -> None:
    """Take back what was recovered of the lines."""
    stands = (RECOVERY.c.claim_id == claim_id, RECOVERY.c.reversed_on.is_(None))
    of_lines = tables.one_of(RECOVERY.c.line, list(numbers))
    await connection.execute(update(RECOVERY).where(*stands, of_lines).values(reversed_on=on))


async def page(connection: AsyncConnection, claim_id: UUID, *, after: UUID, limit: int) -> list[LineRecovery]:
    """What was recovered of the claim's lines, and what was kept from its payment, in order, after `after`."""
    concerns = or_(RECOVERY.c.claim_id == claim_id, RECOVERY.c.against == claim_id)
    statement = select(RECOVERY).where(concerns, RECOVERY.c.id > after).order_by(RECOVERY.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, LineRecovery)
