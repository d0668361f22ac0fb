"""The minutes at which the trainees of a class came and went, by day."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules.repeats import Rhythm, TraineeDay
from shared.database import driver

# Days begin at midnight in China, whose clock is never changed.
_OF_CLASS: Final = """
SELECT enrolment_id, day, array_agg(minute ORDER BY minute) FILTER (WHERE direction = 'in'),
    array_agg(minute ORDER BY minute) FILTER (WHERE direction = 'out')
FROM attendance_mark CROSS JOIN LATERAL (
    SELECT floor(extract(epoch FROM marked_at AT TIME ZONE 'Asia/Shanghai' - day) / 60)::integer AS minute
) AS of_day
WHERE class_id = $1 AND counts
GROUP BY enrolment_id, day
"""


async def of_class(connection: AsyncConnection, class_id: UUID) -> list[TraineeDay]:
    """Each day of each trainee of the class with marks that count."""
    rows = await (await driver(connection)).fetch(_OF_CLASS, class_id)
    return [TraineeDay(row[0], row[1], Rhythm(tuple(row[2] or ()), tuple(row[3] or ()))) for row in rows]
