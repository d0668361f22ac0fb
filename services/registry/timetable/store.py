"""Timetables in the database. Exclusion constraints keep teachers and rooms from two lessons at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.timetable.rules.lessons import Clash, Lesson, Timetable
from shared.contracts.registry.timetables import LessonKind
from shared.database import driver

_OF_CLASS: Final = """
SELECT lower(during), upper(during), kind, hours, teacher_id, site_id, room, omitted FROM lesson WHERE class_id = $1
"""
_NAMED: Final = """
SELECT true, local_id, teacher_id FROM engagement WHERE institution_id = $1 AND local_id = ANY($2)
UNION SELECT false, local_id, id FROM site WHERE institution_id = $1 AND local_id = ANY($3)
"""
# Teachers, sites, trainees, each in the order of their ids, so that two who plan at once do not wait for each other.
# Whoever enrols one of the trainees elsewhere waits for these locks, and then sees the lessons.
_HOLD: Final = """
WITH teachers AS MATERIALIZED (SELECT id FROM teacher WHERE id = ANY($2) ORDER BY id FOR SHARE),
    sites AS MATERIALIZED (SELECT id FROM site WHERE id = ANY($3) ORDER BY id FOR SHARE),
    trainees AS MATERIALIZED (
        SELECT person FROM trainee WHERE person IN (SELECT person FROM enrolment WHERE class_id = $1)
        ORDER BY person FOR NO KEY UPDATE
    )
SELECT (SELECT count(*) FROM teachers), (SELECT count(*) FROM sites), (SELECT count(*) FROM trainees)
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
_SURROUNDINGS: Final = f"""
WITH new AS MATERIALIZED (SELECT * FROM {_LESSONS}), clashes AS (
    SELECT place, true AS by_teacher FROM new JOIN lesson l ON l.held AND l.teacher_id = new.teacher_id
        AND l.during && tstzrange(begins, ends) AND l.class_id <> $1
    UNION
    SELECT place, false FROM new JOIN lesson l ON l.held AND l.site_id = new.site_id AND l.room = new.room
        AND l.during && tstzrange(begins, ends) AND l.class_id <> $1
), shared_sites AS (
    SELECT DISTINCT s.id, other.institution_id
    FROM site s JOIN site other ON other.address_mark = s.address_mark AND other.institution_id <> s.institution_id
    WHERE s.id IN (SELECT site_id FROM new)
)
SELECT ARRAY(SELECT ROW(place, by_teacher) FROM clashes), ARRAY(SELECT ROW(id, institution_id) FROM shared_sites)
"""
_TOLD: Final = """
INSERT INTO timetable AS t (class_id, version) VALUES ($1, 1)
ON CONFLICT (class_id) DO UPDATE SET version = t.version + 1 RETURNING version
"""
_RELEASE: Final = "UPDATE lesson SET held = false WHERE class_id = $1"
_RETAKE: Final = "UPDATE lesson SET held = true WHERE class_id = $1 AND NOT omitted"
_OMIT: Final = """
UPDATE lesson SET omitted = true, held = false
WHERE class_id = $1 AND lower(during) = ANY($2) AND NOT omitted
"""


class Names(NamedTuple):
    """An institution's own local ids, and what they stand for. One local id is one teacher, however often engaged."""

    teachers: Mapping[str, UUID]
    sites: Mapping[str, UUID]


class Surroundings(NamedTuple):
    """What other classes and institutions have to do with a timetable.

    `clashes` are where lessons of other classes meet its lessons; `shared_sites` are those of its sites whose address
    other institutions list too, with these institutions.
    """

    clashes: list[Clash]
    shared_sites: Mapping[UUID, Collection[UUID]]


async def of_class(connection: AsyncConnection, class_id: UUID) -> Timetable:
    """All lessons of a class, also of one that was given up."""
    rows = await (await driver(connection)).fetch(_OF_CLASS, class_id)
    return Timetable.of(
        [_lesson(row[:-1]) for row in rows if not row[-1]], [_lesson(row[:-1]) for row in rows if row[-1]]
    )


async def named(
    connection: AsyncConnection, institution_id: UUID, *, teachers: Collection[str], sites: Collection[str]
) -> Names:
    """The ids of those that the institution's local ids name, of teachers who have left as well."""
    ids: dict[bool, dict[str, UUID]] = {True: {}, False: {}}
    rows = await (await driver(connection)).fetch(_NAMED, institution_id, list(teachers), list(sites))
    for is_teacher, local_id, id_ in rows:
        ids[is_teacher][local_id] = id_
    return Names(teachers=ids[True], sites=ids[False])


async def hold(
    connection: AsyncConnection,
    class_id: UUID,
    *,
    teacher_ids: Collection[UUID] = (),
    site_ids: Collection[UUID] = (),
) -> None:
    """Lock the trainees of the class, and share a lock on those teachers with their engagements and sites with rooms.

    Until the transaction ends none of them changes, and no trainee is enrolled elsewhere; others may still plan lessons
    with the teachers and sites.
    """
    await (await driver(connection)).execute(_HOLD, class_id, list(teacher_ids), list(site_ids))


async def beside(
    connection: AsyncConnection, site_id: UUID, rooms: Collection[str], *, since: datetime
) -> dict[UUID, list[Lesson]]:
    """By class, the lessons that end after `since` and are given in one of the site's `rooms`, or beside one there."""
    found: defaultdict[UUID, list[Lesson]] = defaultdict(list)
    for class_id, *row in await (await driver(connection)).fetch(_BESIDE, site_id, list(rooms), since):
        found[class_id].append(_lesson(row))
    return found


async def surroundings(connection: AsyncConnection, class_id: UUID, lessons: Sequence[Lesson]) -> Surroundings:
    """What others have to do with `lessons` of a class; the places of clashes are those in `lessons`."""
    clashes, shared = await (await driver(connection)).fetchrow(_SURROUNDINGS, class_id, *_columns(lessons))
    institutions: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for site_id, institution_id in shared:
        institutions[site_id].append(institution_id)
    return Surroundings([Clash(place - 1, by_teacher) for place, by_teacher in clashes], institutions)


async def replace(
    connection: AsyncConnection, class_id: UUID, *, gone: Collection[Lesson], new: Collection[Lesson]
) -> None:
    """Replace the lessons of the class that are `gone` by `new` ones.

    Raises the database's exclusion violation where another class took the teacher or the room meanwhile.
    """
    database = await driver(connection)
    if gone:
        keys = [each.begins for each in gone], [each.site_id for each in gone], [each.room for each in gone]
        await database.execute(_DELETE, class_id, *keys)
    if new:
        await database.execute(_ADD, class_id, *_columns(new))


async def next_version(connection: AsyncConnection, class_id: UUID) -> int:
    """The version of the next fact about the timetable of the class, from 1."""
    version: int = await (await driver(connection)).fetchval(_TOLD, class_id)
    return version


async def release(connection: AsyncConnection, class_id: UUID) -> None:
    """Let other classes have the teachers and rooms of a class that is given up."""
    await (await driver(connection)).execute(_RELEASE, class_id)


async def retake(connection: AsyncConnection, class_id: UUID) -> None:
    """Take teachers and rooms again for the lessons of a class that goes on; they must be free."""
    await (await driver(connection)).execute(_RETAKE, class_id)


async def omit(connection: AsyncConnection, class_id: UUID, begins: Collection[datetime]) -> None:
    """Keep the lessons of the class that began at these moments as not held."""
    await (await driver(connection)).execute(_OMIT, class_id, list(begins))


def _lesson(row: Sequence[Any]) -> Lesson:
    return Lesson(row[0], row[1], LessonKind(row[2]), *row[3:])


def _columns(lessons: Collection[Lesson]) -> list[list[Any]]:
    return [[lesson[place] for lesson in lessons] for place in range(len(Lesson._fields))]
