"""Attendance and lessons as the rules for outcomes need them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.registry import EnrolmentStatus
from shared.database import driver

_IS_KEPT: Final = """
SELECT EXISTS (SELECT FROM attendance_mark WHERE class_id = $1)
    OR EXISTS (SELECT FROM enrolment e JOIN attendance a ON a.enrolment_id = e.id WHERE e.class_id = $1)
"""
_ATTENDED: Final = "SELECT enrolment_id, hours FROM attendance WHERE enrolment_id = ANY($1)"
_LESSONS_END: Final = "SELECT max(upper(during)) FROM lesson WHERE class_id = $1 AND held"
# A trainee with an outcome had a seat, so there are at most as many rows as seats.
_CONCLUDED: Final = """
SELECT e.id, e.local_id, e.status, e.hours, coalesce(a.hours, 0)
FROM enrolment e LEFT JOIN attendance a ON a.enrolment_id = e.id
WHERE e.class_id = $1 AND e.status IN ('completed', 'failed') ORDER BY e.id
"""


class Conclusion(NamedTuple):
    """A trainee with an outcome: the hours of the outcome, and the hours by attendance."""

    id: UUID
    local_id: str
    status: EnrolmentStatus
    hours: int
    attended: int


async def concluded(connection: AsyncConnection, class_id: UUID) -> list[Conclusion]:
    """The outcomes of a class, ordered by enrolment id."""
    rows = await (await driver(connection)).fetch(_CONCLUDED, class_id)
    return [Conclusion(row[0], row[1], EnrolmentStatus(row[2]), row[3], row[4]) for row in rows]


async def is_kept(connection: AsyncConnection, class_id: UUID) -> bool:
    """Whether any mark or edit of the class exists."""
    kept: bool = await (await driver(connection)).fetchval(_IS_KEPT, class_id)
    return kept


async def lessons_end(connection: AsyncConnection, class_id: UUID) -> datetime | None:
    """The end of the last planned lesson of the class; None if there is none."""
    end: datetime | None = await (await driver(connection)).fetchval(_LESSONS_END, class_id)
    return end


async def attended_hours(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> dict[UUID, int]:
    """Class hours by attendance, of the enrolments that have any."""
    return dict(await (await driver(connection)).fetch(_ATTENDED, list(enrolment_ids)))
