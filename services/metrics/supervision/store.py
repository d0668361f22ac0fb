"""Supervision, counted from what was told of flags, findings and patrols."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# A confidential flag is known to officers alone, so that a count of a small county must not tell of it either. Regions
# are those of the time at which it was told.
_COUNTED: Final = """
WITH told AS (
    SELECT split_part(subject, '/', 1) AS kind, content->>'region' AS county,
        content->>'reporting_region' AS region, content->>'status' AS status,
        CAST(content->>'due_on' AS date) < :today AS is_late,
        coalesce(CAST(content->>'holds' AS boolean), false) AS holds,
        CAST(content->>'patrolled_on' AS date) AS patrolled_on
    FROM listed
    WHERE (starts_with(subject, 'flags/') OR starts_with(subject, 'findings/') OR starts_with(subject, 'patrols/'))
      AND NOT coalesce(CAST(content->>'is_confidential' AS boolean), false)
)
SELECT {place},
    count(*) FILTER (WHERE kind = 'flags' AND status = 'open'),
    count(*) FILTER (WHERE kind = 'flags' AND status = 'open' AND holds),
    count(*) FILTER (WHERE kind = 'flags' AND status = 'open' AND is_late),
    count(*) FILTER (WHERE kind = 'findings' AND status <> 'closed'),
    count(*) FILTER (WHERE kind = 'findings' AND status <> 'closed' AND is_late),
    count(*) FILTER (WHERE kind = 'patrols' AND patrolled_on BETWEEN :first_day AND :last_day)
FROM told WHERE CAST(:region AS text) IS NULL OR region = :region OR county = :region
GROUP BY 1 ORDER BY 1
"""


class Supervised(NamedTuple):
    """What there is to do in a place, and what was done. Late is what was due before the day of the question.

    An open flag waits for an officer; one that `holds` lets a claim wait as well. A finding is open until an officer
    has closed it.
    """

    place: str
    flags_open: int
    flags_holding: int
    flags_late: int
    findings_open: int
    findings_late: int
    patrols: int
    """Within the days asked for."""


async def supervised(
    connection: AsyncConnection, *, region: str | None, first_day: date, last_day: date, today: date
) -> list[Supervised]:
    """By reporting region, or, of one `region`, by county; the days are inclusive."""
    statement = _COUNTED.format(place="region" if region is None else "county")
    asked = {"region": region, "first_day": first_day, "last_day": last_day, "today": today}
    return [Supervised(*row) for row in await connection.execute(text(statement), asked)]
