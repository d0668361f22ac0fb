"""Hours of attendance in the database, by day and in total."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, SmallInteger, Table, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules.hours import DayHours, Total
from services.registry.enrolments.store.enrolments import ENROLMENT
from shared import tables
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.database import driver

DAYS_MAX: Final = 1000

ATTENDANCE_DAY: Final = Table(
    "attendance_day",
    MetaData(),
    Column("enrolment_id", Uuid),
    Column("day", Date),
    Column("minutes", Integer),
    Column("hours", SmallInteger),
    Column("edited", Boolean),
    Column("signed", SmallInteger),
)
ATTENDANCE: Final = Table(
    "attendance",
    MetaData(),
    Column("enrolment_id", Uuid),
    Column("hours", Integer),
    Column("days", Integer),
    Column("version", Integer),
)
_SAVE: Final = f"""
WITH days AS (
    INSERT INTO attendance_day ({tables.names(ATTENDANCE_DAY.c)}) SELECT * FROM {tables.unnest(ATTENDANCE_DAY.c)}
    ON CONFLICT (enrolment_id, day) DO UPDATE SET {tables.excluded(ATTENDANCE_DAY.c)}
)
INSERT INTO attendance ({tables.names(ATTENDANCE.c)})
SELECT * FROM {tables.unnest(ATTENDANCE.c, first=1 + len(ATTENDANCE_DAY.c))}
ON CONFLICT (enrolment_id) DO UPDATE SET {tables.excluded(ATTENDANCE.c)}
"""


class TraineeHours(NamedTuple):
    """A trainee of a class, with hours and days by attendance."""

    id: UUID
    local_id: str
    status: EnrolmentStatus
    hours: int
    days: int


async def day(connection: AsyncConnection, enrolment_id: UUID, on: date) -> DayHours | None:
    """The hours of one day; None if none were ever counted."""
    asked = tables.matches(ATTENDANCE_DAY, enrolment_id=enrolment_id, day=on)
    return await tables.fetch_one(connection, select(ATTENDANCE_DAY).where(*asked), DayHours)


async def totals(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, Total]:
    """Totals of attendance, of the enrolments that have any."""
    statement = select(ATTENDANCE).where(tables.one_of(ATTENDANCE.c.enrolment_id, enrolment_ids))
    return {each.enrolment_id: each for each in await tables.fetch_all(connection, statement, Total)}


async def save(connection: AsyncConnection, changed: Sequence[DayHours], summed: Sequence[Total]) -> None:
    """Store days and totals. The caller holds the locks of the enrolments."""
    if not changed:
        return
    days = list(zip(*changed, strict=True))
    totals = list(zip(*summed, strict=True)) or [()] * len(Total._fields)
    await (await driver(connection)).execute(_SAVE, *days, *totals)


async def days_of(connection: AsyncConnection, enrolment_id: UUID) -> list[DayHours]:
    """The days of one enrolment in order; a class has fewer than DAYS_MAX."""
    of_one = select(ATTENDANCE_DAY).where(ATTENDANCE_DAY.c.enrolment_id == enrolment_id)
    return await tables.fetch_all(connection, of_one.order_by(ATTENDANCE_DAY.c.day).limit(DAYS_MAX), DayHours)


async def of_class(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[TraineeHours]:
    """A class's trainees with enrolment ids above `after`, ordered by id."""
    counted = [func.coalesce(ATTENDANCE.c[name], 0).label(name) for name in ("hours", "days")]
    statement = (
        select(ENROLMENT.c.id, ENROLMENT.c.local_id, ENROLMENT.c.status, *counted)
        .join_from(ENROLMENT, ATTENDANCE, ATTENDANCE.c.enrolment_id == ENROLMENT.c.id, isouter=True)
        .where(ENROLMENT.c.class_id == class_id, ENROLMENT.c.id > after)
        .order_by(ENROLMENT.c.id)
        .limit(limit)
    )
    return await tables.fetch_all(connection, statement, TraineeHours)
