"""Blocks of numbers in the database, void numbers, and the last serial that each body drew in a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.numbers.rules.blocks import NumberBlock, Void
from shared import tables
from shared.database import driver
from shared.kernel.ids import new_id
from shared.kernel.refusals import NotFound
from shared.tables import Instant, fixed

BLOCK: Final = Table(
    "number_block",
    MetaData(),
    fixed("id", Uuid),
    fixed("body_id", Uuid),
    fixed("year", Integer),
    fixed("first_serial", Integer),
    Column("last_serial", Integer),
    fixed("given_last_serial", Integer),
    fixed("given_by", Text),
    fixed("given_at", Instant),
    fixed("reason", Text),
    Column("version", Integer),
    Column("ended_by", Text),
    Column("ended_at", Instant),
    Column("ending_reason", Text),
)
_VOID: Final = Table(
    "void_number",
    MetaData(),
    Column("id", Uuid),
    Column("body_id", Uuid),
    Column("year", Integer),
    Column("first_serial", Integer),
    Column("last_serial", Integer),
    Column("reason", Text),
    Column("voided_by", Text),
    Column("voided_at", Instant),
)
_OF_YEAR: Final = (
    select(BLOCK)
    .where(BLOCK.c.body_id == bindparam("body_id"), BLOCK.c.year == bindparam("year"))
    .order_by(BLOCK.c.first_serial)
)
_BY_ID: Final = select(BLOCK).where(BLOCK.c.id == bindparam("id"))
_VOIDS: Final = (
    select(*_VOID.c["first_serial", "last_serial", "reason"])
    .where(_VOID.c.body_id == bindparam("body_id"), _VOID.c.year == bindparam("year"))
    .order_by(_VOID.c.first_serial)
)
# The update changes nothing, but locks the row if it already exists.
_LOCK: Final = """
INSERT INTO certificate_serial AS s (body_id, year, last_serial) VALUES ($1, $2, 0)
ON CONFLICT (body_id, year) DO UPDATE SET last_serial = s.last_serial RETURNING last_serial
"""
_LAST: Final = "SELECT last_serial FROM certificate_serial WHERE body_id = $1 AND year = $2"
_SAVE: Final = "UPDATE certificate_serial SET last_serial = $3 WHERE body_id = $1 AND year = $2"
# Year and serial are read from the numbers, which hold them; an earlier edition keeps its number, too.
_ISSUED: Final = """
WITH used AS (
    SELECT right(number, 6)::integer AS serial FROM certificate
    WHERE body_id = $1 AND number_kind IN ('level-22', 'apprentice-22')
        AND substr(number, 14, 2) = lpad(($2::integer % 100)::text, 2, '0')
    UNION
    SELECT right(r.number, 6)::integer FROM replaced_edition AS r JOIN certificate AS c ON c.id = r.certificate_id
    WHERE c.body_id = $1 AND substr(r.number, 14, 2) = lpad(($2::integer % 100)::text, 2, '0')
)
SELECT min(serial) AS first_serial, max(serial) AS last_serial
FROM (SELECT serial, serial - row_number() OVER (ORDER BY serial) AS run FROM used) AS numbered
GROUP BY run HAVING max(serial) >= $3 AND min(serial) <= $4 ORDER BY 1
"""


async def lock_serial(connection: AsyncConnection, body_id: UUID, year: int) -> int:
    """The last serial that the body drew in `year`, locked until the transaction ends."""
    last: int = await (await driver(connection)).fetchval(_LOCK, body_id, year)
    return last


async def last_serial(connection: AsyncConnection, body_id: UUID, year: int) -> int:
    """The last serial that the body drew in `year`; 0 if it drew none."""
    last: int | None = await (await driver(connection)).fetchval(_LAST, body_id, year)
    return last or 0


async def save_serial(connection: AsyncConnection, body_id: UUID, year: int, last: int) -> None:
    saved = await (await driver(connection)).execute(_SAVE, body_id, year, last)
    assert saved == "UPDATE 1", "the serial was locked before"


async def of_year(connection: AsyncConnection, body_id: UUID, year: int) -> list[NumberBlock]:
    """The body's blocks of the year, in the order of their serials."""
    return await tables.fetch_all(connection, _OF_YEAR, NumberBlock, body_id=body_id, year=year)


async def load(connection: AsyncConnection, block_id: UUID) -> NumberBlock:
    """The record with this id. Raises NotFound."""
    found = await tables.fetch_one(connection, _BY_ID, NumberBlock, id=block_id)
    if found is None:
        raise NotFound(what="number block", id=block_id)
    return found


async def add(connection: AsyncConnection, block: NumberBlock) -> None:
    await tables.add(connection, BLOCK, block)


async def save(connection: AsyncConnection, block: NumberBlock) -> None:
    """Store the next version of `block`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, BLOCK, block, expected=block.version - 1)


async def page(
    connection: AsyncConnection, body_id: UUID, *, year: int | None, after: UUID, limit: int
) -> list[NumberBlock]:
    """The body's blocks in the order in which they were given, after `after`."""
    asked = tables.matches(BLOCK, body_id=body_id, year=year)
    return await tables.fetch_page(connection, BLOCK, NumberBlock, asked, after=after, limit=limit)


async def voids(connection: AsyncConnection, body_id: UUID, year: int) -> list[Void]:
    """The body's void serials of the year, in order."""
    return await tables.fetch_all(connection, _VOIDS, Void, body_id=body_id, year=year)


async def add_void(connection: AsyncConnection, body_id: UUID, year: int, void: Void, *, by: str, at: datetime) -> None:
    row: dict[str, Any] = {"id": new_id(), "body_id": body_id, "year": year, "voided_by": by, "voided_at": at}
    await connection.execute(insert(_VOID), row | void._asdict())


async def issued(
    connection: AsyncConnection, body_id: UUID, year: int, *, first: int, last: int
) -> Sequence[tuple[int, int]]:
    """Runs of the body's serials of the year that certificates have or had, where they touch `first` to `last`."""
    rows = await (await driver(connection)).fetch(_ISSUED, body_id, year, first, last)
    return [(row["first_serial"], row["last_serial"]) for row in rows]
