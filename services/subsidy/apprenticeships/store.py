"""Statements of apprenticeships in the database, and what was advanced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.apprenticeships.rules import Apprenticeship
from shared import tables
from shared.database import driver
from shared.kernel.money import Fen
from shared.located import lies_in
from shared.reach import Scope
from shared.tables import Instant

APPRENTICESHIP: Final = Table(
    "apprenticeship",
    MetaData(),
    Column("id", Uuid),
    Column("class_id", Uuid),
    Column("institution_id", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("years", Integer),
    Column("spent_fen", BigInteger),
    Column("reason", Text),
    Column("stated_by", Text),
    Column("stated_at", Instant),
)
_LATEST: Final = (
    select(APPRENTICESHIP)
    .where(APPRENTICESHIP.c.class_id == bindparam("of_class"))
    .order_by(APPRENTICESHIP.c.id.desc())
    .limit(1)
)
# A line of a paid claim keeps what it paid until it is recovered; what was given up was received as well.
_ADVANCED: Final = """
SELECT l.enrolment_id, sum(
    l.amount_fen - CASE WHEN l.recovered_on IS NULL THEN 0 ELSE coalesce(l.recovered_part_fen, l.amount_fen) END
)::bigint AS advanced
FROM claim AS c JOIN claim_line AS l ON l.claim_id = c.id
WHERE c.class_id = $1 AND c.kind = 'apprenticeship_advance' AND c.status IN ('paid', 'recovered', 'written_off')
GROUP BY l.enrolment_id
"""
_ADVANCE_UNDER_WAY: Final = """
SELECT id FROM claim WHERE class_id = $1 AND kind = 'apprenticeship_advance'
    AND status NOT IN ('paid', 'recovered', 'written_off', 'rejected', 'withdrawn')
"""


async def add(connection: AsyncConnection, stated: Apprenticeship) -> None:
    await tables.add(connection, APPRENTICESHIP, stated)


async def of_class(connection: AsyncConnection, class_id: UUID) -> Apprenticeship | None:
    """The latest statement about the class."""
    return await tables.fetch_one(connection, _LATEST, Apprenticeship, of_class=class_id)


async def page(
    connection: AsyncConnection, scope: Scope, *, class_id: UUID | None, after: UUID, limit: int
) -> list[Apprenticeship]:
    """Statements in sight, also earlier ones, by id, after `after`."""
    asked: Sequence[ColumnElement[bool]] = [
        *tables.matches(APPRENTICESHIP, class_id=class_id, institution_id=scope.organisation_id),
        *lies_in(APPRENTICESHIP, scope.reach),
    ]
    return await tables.fetch_page(connection, APPRENTICESHIP, Apprenticeship, asked, after=after, limit=limit)


async def advanced(connection: AsyncConnection, class_id: UUID) -> dict[UUID, Fen]:
    """What was paid in advance for each enrolment of the class, and did not come back."""
    rows = await (await driver(connection)).fetch(_ADVANCED, class_id)
    return {row["enrolment_id"]: Fen(row["advanced"]) for row in rows}


async def advance_under_way(connection: AsyncConnection, class_id: UUID) -> UUID | None:
    """A claim for an advance of the class that is neither paid nor given up."""
    found: UUID | None = await (await driver(connection)).fetchval(_ADVANCE_UNDER_WAY, class_id)
    return found
