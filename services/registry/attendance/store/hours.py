"""Hours by day and in all, and what outcomes ask of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules.hours import DayHours, Total
from shared.contracts.registry import EnrolmentStatus
from shared.database import driver

DAYS_MAX: Final = 1000

_DAY: Final = """
SELECT enrolment_id, day, minutes, hours, edited FROM attendance_day WHERE enrolment_id = $1 AND day = $2
"""
_TOTALS: Final = "SELECT enrolment_id, hours, days, version FROM attendance WHERE enrolment_id = ANY($1)"
_SAVE: Final = """
WITH days AS (
    INSERT INTO attendance_day (enrolment_id, day, minutes, hours, edited)
    SELECT * FROM unnest($1::uuid[], $2::date[], $3::integer[], $4::smallint[], $5::boolean[])
    ON CONFLICT (enrolment_id, day)
    DO UPDATE SET minutes = excluded.minutes, hours = excluded.hours, edited = excluded.edited
)
INSERT INTO attendance (enrolment_id, hours, days, version)
SELECT * FROM unnest($6::uuid[], $7::integer[], $8::integer[], $9::integer[])
ON CONFLICT (enrolment_id)
DO UPDATE SET hours = excluded.hours, days = excluded.days, version = excluded.version
"""
_DAYS_OF: Final = """
SELECT enrolment_id, day, minutes, hours, edited FROM attendance_day WHERE enrolment_id = $1 ORDER BY day LIMIT $2
"""
_OF_CLASS: Final = """
SELECT e.id, e.local_id, e.status, coalesce(a.hours, 0), coalesce(a.days, 0)
FROM enrolment e LEFT JOIN attendance a ON a.enrolment_id = e.id
WHERE e.class_id = $1 AND e.id > $2 ORDER BY e.id LIMIT $3
"""


class TraineeHours(NamedTuple):
    """A trainee of a class, and what attendance counts for them."""

    id: UUID
    local_id: str
    status: EnrolmentStatus
    hours: int
    days: int


async def day(connection: AsyncConnection, enrolment_id: UUID, on: date) -> DayHours | None:
    """What that day counts, if anything ever did."""
    row = await (await driver(connection)).fetchrow(_DAY, enrolment_id, on)
    return None if row is None else DayHours(*row)


async def totals(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, Total]:
    """What attendance counts for those of the enrolments that have any."""
    rows = await (await driver(connection)).fetch(_TOTALS, list(enrolment_ids))
    return {row[0]: Total(*row) for row in rows}


async def save(connection: AsyncConnection, changed: Sequence[DayHours], summed: Sequence[Total]) -> None:
    """Store days, and totals of these. The caller holds the locks of the enrolments."""
    if not changed:
        return
    days = [[getattr(each, name) for each in changed] for name in DayHours._fields]
    totals = [[getattr(each, name) for each in summed] for name in Total._fields]
    await (await driver(connection)).execute(_SAVE, *days, *totals)


async def days_of(connection: AsyncConnection, enrolment_id: UUID) -> list[DayHours]:
    """The days of one enrolment in order; a class has fewer than the limit."""
    return [DayHours(*row) for row in await (await driver(connection)).fetch(_DAYS_OF, enrolment_id, DAYS_MAX)]


async def of_class(connection: AsyncConnection, class_id: UUID, *, after: UUID, limit: int) -> list[TraineeHours]:
    """A class's trainees in the order of their ids, from above `after`."""
    rows = await (await driver(connection)).fetch(_OF_CLASS, class_id, after, limit)
    return [TraineeHours(row[0], row[1], EnrolmentStatus(row[2]), row[3], row[4]) for row in rows]
