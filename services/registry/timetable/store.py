"""Timetables in the database. Exclusion constraints keep teachers and rooms from two lessons at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.timetable.rules.lessons import Clash, Lesson, LessonKind
from shared.database import driver

_OF_CLASS: Final = """
SELECT lower(during), upper(during), kind, hours, teacher_id, site_id, room FROM lesson
WHERE class_id = $1 AND omitted = $2 ORDER BY during, site_id, room
"""
_BESIDE: Final = """
SELECT DISTINCT l.class_id, lower(l.during), upper(l.during), l.kind, l.hours, l.teacher_id, l.site_id, l.room
FROM lesson one JOIN lesson l ON l.class_id = one.class_id AND l.during = one.during AND l.held
WHERE one.held AND one.site_id = $1 AND one.room = ANY($2) AND one.during && tstzrange($3, NULL)
"""
_DELETE: Final = """
DELETE FROM lesson l USING unnest($2::timestamptz[], $3::uuid[], $4::text[]) AS gone (begins, site_id, room)
WHERE l.class_id = $1 AND lower(l.during) = gone.begins AND l.site_id = gone.site_id AND l.room = gone.room
    AND NOT l.omitted
"""
_LESSONS: Final = """unnest($2::timestamptz[], $3::timestamptz[], $4::text[], $5::smallint[], $6::uuid[], $7::uuid[],
    $8::text[]) WITH ORDINALITY AS new (begins, ends, kind, hours, teacher_id, site_id, room, place)"""
_ADD: Final = f"""
INSERT INTO lesson (id, class_id, teacher_id, site_id, room, kind, during, hours)
SELECT uuidv7(), $1, teacher_id, site_id, room, kind, tstzrange(begins, ends), hours FROM {_LESSONS} ORDER BY place
"""
_CLASHES: Final = f"""
WITH new AS MATERIALIZED (SELECT * FROM {_LESSONS})
SELECT place, true FROM new JOIN lesson l ON l.held AND l.teacher_id = new.teacher_id
    AND l.during && tstzrange(begins, ends) AND l.class_id <> $1
UNION
SELECT place, false FROM new JOIN lesson l ON l.held AND l.site_id = new.site_id AND l.room = new.room
    AND l.during && tstzrange(begins, ends) AND l.class_id <> $1
"""
_RELEASE: Final = "UPDATE lesson SET held = false WHERE class_id = $1"
_OMIT: Final = """
UPDATE lesson SET omitted = true, held = false
WHERE class_id = $1 AND lower(during) = ANY($2) AND NOT omitted
"""
_SHARED_SITES: Final = """
SELECT s.id, array_agg(DISTINCT other.institution_id)
FROM site s JOIN site other ON other.address_mark = s.address_mark AND other.institution_id <> s.institution_id
WHERE s.id = ANY($1) GROUP BY s.id
"""


async def of_class(connection: AsyncConnection, class_id: UUID, *, omitted: bool = False) -> list[Lesson]:
    """The lessons of a class in the order of time, or those that were not held; a class given up keeps both."""
    rows = await (await driver(connection)).fetch(_OF_CLASS, class_id, omitted)
    return [_lesson(row) for row in rows]


async def beside(
    connection: AsyncConnection, site_id: UUID, rooms: Collection[str], *, since: datetime
) -> dict[UUID, list[Lesson]]:
    """By class, the lessons that end after `since` and are given in one of the site's `rooms`, or beside one there."""
    found: defaultdict[UUID, list[Lesson]] = defaultdict(list)
    for class_id, *row in await (await driver(connection)).fetch(_BESIDE, site_id, list(rooms), since):
        found[class_id].append(_lesson(row))
    return found


async def clashes(connection: AsyncConnection, class_id: UUID, lessons: Sequence[Lesson]) -> list[Clash]:
    """Where lessons of other classes meet `lessons` of this one."""
    rows = await (await driver(connection)).fetch(_CLASHES, class_id, *_columns(lessons))
    return [Clash(row[0] - 1, row[1]) for row in rows]


async def replace(
    connection: AsyncConnection, class_id: UUID, *, gone: Collection[Lesson], new: Collection[Lesson]
) -> None:
    """Put `new` lessons of the class in the stead of those that are `gone`.

    Raises the database's exclusion violation where somebody else took the teacher or the room meanwhile.
    """
    database = await driver(connection)
    keys = [each.begins for each in gone], [each.site_id for each in gone], [each.room for each in gone]
    await database.execute(_DELETE, class_id, *keys)
    await database.execute(_ADD, class_id, *_columns(new))


async def release(connection: AsyncConnection, class_id: UUID) -> None:
    """Let other classes have the teachers and rooms of a class that is given up."""
    await (await driver(connection)).execute(_RELEASE, class_id)


async def omit(connection: AsyncConnection, class_id: UUID, begins: Collection[datetime]) -> None:
    """Keep the lessons of the class that began at these moments as not held."""
    await (await driver(connection)).execute(_OMIT, class_id, list(begins))


async def shared_sites(connection: AsyncConnection, site_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Those of the sites whose address other institutions list too, with these institutions."""
    return {row[0]: row[1] for row in await (await driver(connection)).fetch(_SHARED_SITES, list(site_ids))}


def _lesson(row: Sequence[Any]) -> Lesson:
    return Lesson(row[0], row[1], LessonKind(row[2]), *row[3:])


def _columns(lessons: Collection[Lesson]) -> list[list[Any]]:
    return [[lesson[place] for lesson in lessons] for place in range(len(Lesson._fields))]
