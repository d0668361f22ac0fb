"""Departures of teachers in the database, and the lessons that they leave behind."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.teachers.rules.departures import Departure, DepartureKind
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Instant, Json, fixed

DEPARTURE: Final = Table(
    "teacher_departure",
    MetaData(),
    fixed("id", Uuid),
    fixed("teacher_id", Uuid),
    fixed("kind", Choice(DepartureKind)),
    fixed("last_on", Date),
    fixed("reason", Text),
    fixed("recorded_by", Text),
    fixed("recorded_at", Instant),
    fixed("ended", Json),
    Column("undone_by", Text),
    Column("undone_at", Instant),
    Column("undoing_reason", Text),
    Column("version", Integer),
)
_LOCK: Final = select(DEPARTURE).where(DEPARTURE.c.id == bindparam("id")).with_for_update()
_LESSONS_LEFT: Final = """
SELECT class_id, count(*) FROM lesson
WHERE held AND teacher_id = $1
    AND during && tstzrange(CAST($2::date + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai', NULL)
GROUP BY class_id ORDER BY class_id
"""


async def add(connection: AsyncConnection, departure: Departure) -> None:
    await tables.add(connection, DEPARTURE, departure)


async def save(connection: AsyncConnection, departure: Departure) -> None:
    """Store the next version of `departure`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, DEPARTURE, departure, expected=departure.version - 1)


async def load(connection: AsyncConnection, departure_id: UUID) -> Departure:
    """The record with this id, locked. Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK, Departure, id=departure_id)
    if found is None:
        raise NotFound(what="departure", id=departure_id)
    return found


async def standing(connection: AsyncConnection, teacher_id: UUID) -> Departure | None:
    """The departure of the teacher that was not taken back."""
    asked = [DEPARTURE.c.teacher_id == teacher_id, DEPARTURE.c.undone_at.is_(None)]
    return await tables.fetch_one(connection, select(DEPARTURE).where(*asked), Departure)


async def lessons_left(connection: AsyncConnection, teacher_id: UUID, *, last_on: date) -> dict[UUID, int]:
    """The number of the teacher's lessons after `last_on`, by class of any institution."""
    return dict(await (await driver(connection)).fetch(_LESSONS_LEFT, teacher_id, last_on))
