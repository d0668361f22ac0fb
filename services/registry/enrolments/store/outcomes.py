"""Attendance and lessons as the rules for outcomes need them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.outcomes import Attended
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.database import driver

_IS_KEPT: Final = """
SELECT EXISTS (SELECT FROM attendance_mark WHERE class_id = $1)
    OR EXISTS (SELECT FROM enrolment e JOIN attendance a ON a.enrolment_id = e.id WHERE e.class_id = $1)
"""
# The trainee's enrolments in classes before, from which a transfer led here; with `lock`, their hours stay as read.
_ATTENDED: Final = """
WITH RECURSIVE way AS (
    SELECT id AS asked, id, transferred_from FROM enrolment WHERE id = ANY($1)
    UNION ALL SELECT way.asked, e.id, e.transferred_from FROM way JOIN enrolment e ON e.id = way.transferred_from
)
SELECT way.asked, way.id = way.asked, coalesce(a.hours, 0)
FROM way JOIN enrolment e ON e.id = way.id LEFT JOIN attendance a ON a.enrolment_id = way.id
WHERE a.hours > 0 {lock}
"""
_ATTENDED_HOURS: Final = {True: _ATTENDED.format(lock="FOR SHARE OF e"), False: _ATTENDED.format(lock="")}
_CONTINUED: Final = """
WITH RECURSIVE way AS (
    SELECT transferred_from AS began, id FROM enrolment WHERE transferred_from = ANY($1)
    UNION ALL SELECT way.began, e.id FROM way JOIN enrolment e ON e.transferred_from = way.id
)
SELECT began, id FROM way
"""
_PLANNED: Final = """
SELECT sum(hours) FILTER (WHERE held) FROM (SELECT DISTINCT during, hours, held FROM lesson WHERE class_id = $1) slot
HAVING count(*) > 0
"""
_LESSONS_END: Final = "SELECT max(upper(during)) FROM lesson WHERE class_id = $1 AND held"
# A trainee with an outcome had a seat, so there are at most as many rows as seats.
_CONCLUDED: Final = """
SELECT e.id, e.local_id, e.status, e.hours FROM enrolment e
WHERE e.class_id = $1 AND e.status IN ('completed', 'failed') ORDER BY e.id
"""


class Conclusion(NamedTuple):
    """A trainee with an outcome."""

    id: UUID
    local_id: str
    status: EnrolmentStatus
    hours: int


async def concluded(connection: AsyncConnection, class_id: UUID) -> list[Conclusion]:
    """The outcomes of a class, ordered by enrolment id."""
    rows = await (await driver(connection)).fetch(_CONCLUDED, class_id)
    return [Conclusion(row[0], row[1], EnrolmentStatus(row[2]), row[3]) for row in rows]


async def is_kept(connection: AsyncConnection, class_id: UUID) -> bool:
    """Whether any mark or edit of the class exists."""
    kept: bool = await (await driver(connection)).fetchval(_IS_KEPT, class_id)
    return kept


async def lessons_end(connection: AsyncConnection, class_id: UUID) -> datetime | None:
    """The end of the last planned lesson of the class; None if there is none."""
    end: datetime | None = await (await driver(connection)).fetchval(_LESSONS_END, class_id)
    return end


async def attended(
    connection: AsyncConnection, enrolment_ids: Collection[UUID], *, lock: bool = False
) -> dict[UUID, Attended]:
    """The attendance of the enrolments that have any, with what they carry over from classes before."""
    found: defaultdict[UUID, Attended] = defaultdict(Attended)
    for asked, is_here, hours in await (await driver(connection)).fetch(_ATTENDED_HOURS[lock], list(enrolment_ids)):
        before = found[asked]
        found[asked] = Attended(before.here + hours * is_here, before.carried + hours * (not is_here))
    return dict(found)


async def continued(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Each of these enrolments with each one that continues it, after one transfer or several."""
    return [tuple(row) for row in await (await driver(connection)).fetch(_CONTINUED, list(enrolment_ids))]


async def planned_hours(connection: AsyncConnection, class_id: UUID) -> int | None:
    """The class hours of the timetable that stands, without omitted lessons; None for a class without a timetable."""
    row = await (await driver(connection)).fetchrow(_PLANNED, class_id)
    return None if row is None else row[0] or 0
