"""The days that enrolments occupy, for many people at once, including the days before a resumption."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.overlaps import LessonTimes, OccupiedDays
from shared.database import driver

_OF_TRAINEES: Final = """
SELECT e.id, e.class_id, e.institution_id, o.person, e.local_id, o.from_on, o.until_on,
    e.status NOT IN ('withdrawn', 'transferred')
FROM occupied_days AS o JOIN enrolment AS e ON e.id = o.enrolment_id
WHERE o.person IN (SELECT person FROM enrolment WHERE class_id = $1)
    AND o.from_on <= o.until_on AND o.from_on <= $3 AND o.until_on >= $2
"""
_TAKEN: Final = """
SELECT e.id, e.class_id, e.institution_id, e.person, e.local_id, e.from_on, e.until_on,
    e.status NOT IN ('withdrawn', 'transferred')
FROM unnest($1::uuid[]) AS p (person)
JOIN enrolment AS e ON e.person = p.person AND e.from_on <= e.until_on AND e.from_on <= $3 AND e.until_on >= $2
UNION ALL
SELECT e.id, e.class_id, e.institution_id, e.person, e.local_id, d.from_on, d.until_on,
    e.status NOT IN ('withdrawn', 'transferred')
FROM earlier_days AS d JOIN enrolment AS e ON e.id = d.enrolment_id
WHERE d.person = ANY($1) AND d.from_on <= $3 AND d.until_on >= $2
ORDER BY person, from_on, id
"""
_KEEP_EARLIER: Final = """
INSERT INTO earlier_days (enrolment_id, person, from_on, until_on)
SELECT $1, $2, from_on, until_on FROM (VALUES ($3::date, $4::date)) AS d (from_on, until_on) WHERE from_on <= until_on
"""
_EARLIER: Final = """
SELECT enrolment_id, from_on, until_on FROM earlier_days WHERE person = ANY($1) ORDER BY enrolment_id, from_on
"""
_FOLLOW: Final = """
UPDATE earlier_days AS d SET person = e.person FROM enrolment AS e
WHERE d.enrolment_id = ANY($1) AND e.id = d.enrolment_id AND e.person <> d.person
"""
_LESSONS: Final = """
SELECT DISTINCT class_id, lower(during), upper(during), omitted FROM lesson WHERE class_id = ANY($1)
"""
_ATTENDED_ON: Final = "SELECT max(day) FROM attendance_day WHERE enrolment_id = $1 AND hours > 0"


async def of_trainees(
    connection: AsyncConnection, class_id: UUID, *, from_on: date, until_on: date
) -> list[OccupiedDays]:
    """The occupied days of the trainees of a class, in this class and in others, as `taken` gives them."""
    rows = await (await driver(connection)).fetch(_OF_TRAINEES, class_id, from_on, until_on)
    return [OccupiedDays(*row) for row in rows]


async def taken(
    connection: AsyncConnection, persons: Collection[UUID], *, from_on: date, until_on: date
) -> list[OccupiedDays]:
    """The occupied days of `persons` that have days from `from_on` to `until_on`, ordered by person and day."""
    rows = await (await driver(connection)).fetch(_TAKEN, list(persons), from_on, until_on)
    return [OccupiedDays(*row) for row in rows]


async def lesson_times(connection: AsyncConnection, class_ids: Collection[UUID]) -> LessonTimes:
    """The lessons, without omitted ones, of those of the classes that have a timetable."""
    found: defaultdict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for class_id, begins, ends, omitted in await (await driver(connection)).fetch(_LESSONS, list(class_ids)):
        found[class_id] += [] if omitted else [(begins, ends)]
    return found


async def keep_earlier(connection: AsyncConnection, deferred: Enrolment) -> None:
    """Store the days that `deferred` occupied, if any, before its resumption gives it new ones."""
    values = (deferred.id, deferred.person, deferred.from_on, deferred.until_on)
    await (await driver(connection)).execute(_KEEP_EARLIER, *values)


async def earlier(connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, list[tuple[date, date]]]:
    """The days that enrolments of `persons` occupied before they were resumed, by enrolment."""
    found: defaultdict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for enrolment_id, from_on, until_on in await (await driver(connection)).fetch(_EARLIER, list(persons)):
        found[enrolment_id].append((from_on, until_on))
    return dict(found)


async def follow(connection: AsyncConnection, enrolment_ids: Collection[UUID]) -> None:
    """Set the person of the earlier days of these enrolments to the enrolment's present person."""
    await (await driver(connection)).execute(_FOLLOW, list(enrolment_ids))


async def attended_on(connection: AsyncConnection, enrolment_id: UUID) -> date | None:
    """The last day with attendance hours; None if there is none."""
    day: date | None = await (await driver(connection)).fetchval(_ATTENDED_ON, enrolment_id)
    return day
