"""Marks in the database, written and queried in batches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules.hours import DayHours, Lessons, LessonTime, Presence, Stamp, Total
from services.registry.attendance.rules.marks import Direction, Mark, Method
from services.registry.attendance.rules.rhythms import Coordinates, DeviceStamp, SameSecond, Window
from services.registry.directory.store.sites import SITE
from shared import tables
from shared.database import driver
from shared.tables import Choice, Instant, fixed

WINDOW_MARKS_MAX: Final = 5_000
"""Marks of one device read for one window; a device with more is flagged well before."""

ATTENDANCE_MARK: Final = Table(
    "attendance_mark",
    MetaData(),
    fixed("id", Uuid),
    fixed("local_id", Text),
    fixed("enrolment_id", Uuid),
    fixed("class_id", Uuid),
    fixed("day", Date),
    fixed("marked_at", Instant, key="at"),
    fixed("direction", Choice(Direction)),
    fixed("method", Choice(Method)),
    fixed("device", Text),
    fixed("site_id", Uuid),
    fixed("score", SmallInteger),
    fixed("matched", Boolean),
    fixed("marked_by", Text),
    fixed("counts", Boolean),
    fixed("institution_id", Uuid),
    fixed("received_at", Instant),
)
# In the order of the fields of Mark, so that a mark is a row.
_MARK: Final = [ATTENDANCE_MARK.c[name] for name in Mark._fields]
_GIVEN: Final = [*_MARK, Column("marks_max", Integer), Column("place", Integer)]
_INSTITUTION: Final = f"${len(_GIVEN) + 1}"
_RECEIVED: Final = f"${len(_GIVEN) + 2}"
# Marks that are stored already do not count towards the daily maximum. Rows are inserted in the order of their local
# ids, so that two batches with the same ids do not deadlock.
_NEW: Final = f"""
WITH new AS (
    SELECT given.*, row_number() OVER (PARTITION BY enrolment_id, day ORDER BY place) AS nth
    FROM {tables.unnest(_GIVEN)}
    LEFT JOIN LATERAL (
        SELECT true AS is_known FROM attendance_mark
        WHERE institution_id = {_INSTITUTION} AND local_id = given.local_id LIMIT 1
    ) known ON true
    WHERE is_known IS NULL
),
admitted AS (
    SELECT new.*
    FROM new CROSS JOIN LATERAL (
        SELECT count(*) AS stored FROM attendance_mark WHERE enrolment_id = new.enrolment_id AND day = new.day
    ) of_day
    WHERE stored + nth <= marks_max
)
"""
_ADD: Final = f"""{_NEW}
INSERT INTO attendance_mark ({tables.names(_MARK)}, institution_id, received_at)
SELECT {tables.names(_MARK)}, {_INSTITUTION}, {_RECEIVED} FROM admitted ORDER BY local_id, id
ON CONFLICT (institution_id, local_id) DO NOTHING RETURNING id
"""
# Of several marks with one local_id the first would be stored.
_WOULD_ADD: Final = f"{_NEW} SELECT DISTINCT ON (local_id) id FROM admitted ORDER BY local_id, id"
# What the rules look at once marks are stored, in one statement, because a single mark asks for it too: all marks of
# the same persons on the same days; what these days and trainings counted before; the marks of the same devices at the
# time; how many of the class were marked in the same second; the lessons of the classes on the days. Each LATERAL with
# a limit is one look-up in an index: a plan made for many rows would read the whole of a small table for a single mark.
_AROUND: Final = """
SELECT
ARRAY(
    SELECT ROW(e.person, m.enrolment_id, m.class_id, m.day, m.marked_at, m.direction, coalesce(m.site_id, c.site_id),
        m.counts)
    FROM unnest($1::uuid[], $2::date[]) AS t (person, day)
    CROSS JOIN LATERAL (SELECT id, person, class_id FROM enrolment WHERE person = t.person OFFSET 0) e
    CROSS JOIN LATERAL (SELECT * FROM attendance_mark WHERE enrolment_id = e.id AND day = t.day OFFSET 0) m
    CROSS JOIN LATERAL (SELECT site_id FROM class WHERE id = e.class_id LIMIT 1) c
),
ARRAY(
    SELECT ROW(t.enrolment_id, t.day, d.minutes, d.hours, d.edited, d.signed, a.hours, a.days, a.version)
    FROM unnest($3::uuid[], $4::date[]) AS t (enrolment_id, day)
    LEFT JOIN LATERAL (
        SELECT * FROM attendance_day WHERE enrolment_id = t.enrolment_id AND day = t.day LIMIT 1
    ) d ON true
    LEFT JOIN LATERAL (SELECT * FROM attendance WHERE enrolment_id = t.enrolment_id LIMIT 1) a ON true
),
ARRAY(
    SELECT ROW(t.device, m.class_id, m.enrolment_id, m.method, m.marked_at)
    FROM unnest($6::text[], $7::timestamptz[], $8::timestamptz[]) AS t (device, begins, ends)
    CROSS JOIN LATERAL (
        SELECT class_id, enrolment_id, method, marked_at FROM attendance_mark
        WHERE institution_id = $5 AND device = t.device AND marked_at BETWEEN t.begins AND t.ends
        ORDER BY marked_at LIMIT $9
    ) m
),
ARRAY(
    SELECT ROW(t.class_id, t.second, m.trainees, m.devices, m.by_hand)
    FROM unnest($10::uuid[], $11::timestamptz[]) AS t (class_id, second)
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT enrolment_id), count(DISTINCT device), bool_or(device IS NULL) FROM attendance_mark
        WHERE class_id = t.class_id AND marked_at >= t.second AND marked_at < t.second + interval '1 second'
    ) AS m (trainees, devices, by_hand)
    WHERE m.trainees > 1
),
ARRAY(
    SELECT ROW(t.class_id, t.day, l.begins, l.ends, l.hours)
    FROM unnest($12::uuid[], $13::date[]) AS t (class_id, day)
    CROSS JOIN LATERAL (SELECT true FROM lesson WHERE class_id = t.class_id LIMIT 1) timetabled
    LEFT JOIN LATERAL (
        SELECT DISTINCT lower(during) AS begins, upper(during) AS ends, hours FROM lesson
        WHERE class_id = t.class_id AND held AND (lower(during) AT TIME ZONE 'Asia/Shanghai')::date = t.day
    ) l ON true
)
"""
# All that a class's hours follow from; each statement sees what was stored before it began.
_OF_CLASS: Final = """
SELECT
ARRAY(
    SELECT ROW(e.person, m.enrolment_id, m.class_id, m.day, m.marked_at, m.direction, m.site_id)
    FROM attendance_mark m JOIN enrolment e ON e.id = m.enrolment_id
    WHERE m.enrolment_id = ANY($2) AND m.counts
),
ARRAY(
    SELECT ROW(d.enrolment_id, d.day, d.minutes, d.hours, d.edited, d.signed) FROM attendance_day d
    WHERE d.enrolment_id = ANY($2)
),
ARRAY(
    SELECT ROW((lower(during) AT TIME ZONE 'Asia/Shanghai')::date, lower(during), upper(during), hours)
    FROM lesson WHERE class_id = $1 AND held GROUP BY during, hours
),
EXISTS (SELECT FROM lesson WHERE class_id = $1),
ARRAY(SELECT ROW(a.enrolment_id, a.hours, a.days, a.version) FROM attendance a WHERE a.enrolment_id = ANY($2))
"""
_LESSONS: Final = """
SELECT e.person, t.day, e.id, e.class_id, lower(l.during), upper(l.during)
FROM unnest($1::uuid[], $2::date[], $3::timestamptz[]) AS t (person, day, midnight)
JOIN enrolment e ON e.person = t.person AND t.day BETWEEN e.from_on AND e.until_on
JOIN lesson l ON l.class_id = e.class_id AND l.held
    AND l.during && tstzrange(t.midnight, t.midnight + interval '1 day')
"""


class MarkContext(NamedTuple):
    """The context of new marks: all counting marks of the same persons and days, and the number of failed face
    comparisons; days and totals before recounting (zero for new ones); marks of the same devices around that time;
    seconds with several marked trainees; the lessons of the classes on those days, of classes with a timetable."""

    stamps: list[Stamp]
    mismatches: dict[tuple[UUID, date], int]
    days: dict[tuple[UUID, date], DayHours]
    totals: dict[UUID, Total]
    devices: list[DeviceStamp]
    seconds: list[SameSecond]
    lessons: dict[tuple[UUID, date], list[LessonTime]]


class ClassMarks(NamedTuple):
    """All that the hours of a class follow from: the counting marks and the hours of its trainees' days, the lessons of
    its days (None without a timetable), and the totals of trainees who have any."""

    stamps: list[Stamp]
    days: dict[tuple[UUID, date], DayHours]
    lessons: Mapping[date, list[LessonTime]] | None
    totals: Mapping[UUID, Total]

    def lessons_of(self, day: date) -> Lessons:
        return None if self.lessons is None else self.lessons.get(day, [])


class KeptMark(NamedTuple):
    """A mark, and when it was received."""

    id: UUID
    mark: Mark
    received_at: datetime


async def sites(connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]) -> dict[str, UUID]:
    named = [SITE.c.institution_id == institution_id, tables.one_of(SITE.c.local_id, local_ids)]
    rows = await connection.execute(select(SITE.c.local_id, SITE.c.id).where(*named))
    return {row.local_id: row.id for row in rows}


async def add_all(
    connection: AsyncConnection,
    institution_id: UUID,
    marks: Sequence[Mark],
    *,
    marks_max: Mapping[UUID, int],
    at: datetime,
    dry_run: bool = False,
) -> set[UUID]:
    """Store the `marks` whose local ids are new to the institution; returns their ids.

    For each trainee and day the first `marks_max` of the class are stored. The caller holds the locks of the
    enrolments. A dry run stores nothing and returns the ids that would be stored.
    """
    if not marks:
        return set()
    columns = [*zip(*marks, strict=True), [marks_max[mark.class_id] for mark in marks], list(range(len(marks)))]
    database = await driver(connection)
    if dry_run:
        return {row["id"] for row in await database.fetch(_WOULD_ADD, *columns, institution_id)}
    return {row["id"] for row in await database.fetch(_ADD, *columns, institution_id, at)}


async def by_local_ids(
    connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]
) -> dict[str, Mark]:
    named = [ATTENDANCE_MARK.c.institution_id == institution_id, tables.one_of(ATTENDANCE_MARK.c.local_id, local_ids)]
    found = await tables.fetch_all(connection, select(*_MARK).where(*named), Mark)
    return {mark.local_id: mark for mark in found}


async def around(
    connection: AsyncConnection,
    institution_id: UUID,
    *,
    person_days: Collection[tuple[UUID, date]],
    pairs: Sequence[tuple[UUID, date]],
    windows: Sequence[Window],
    seconds: Collection[tuple[UUID, datetime]],
    class_days: Collection[tuple[UUID, date]],
) -> MarkContext:
    """The context of marks with these persons and days, trainings and days, devices, seconds, and classes and days."""
    row = await (await driver(connection)).fetchrow(
        _AROUND,
        *zip(*person_days, strict=True),
        *zip(*pairs, strict=True),
        institution_id,
        *[[window[place] for window in windows] for place in range(3)],
        WINDOW_MARKS_MAX,
        *zip(*seconds, strict=True),
        *zip(*class_days, strict=True),
    )
    lessons: defaultdict[tuple[UUID, date], list[LessonTime]] = defaultdict(list)
    for class_id, day, begins, ends, hours in row[4]:
        # A day without lessons in a class with a timetable.
        lessons[class_id, day] += [] if begins is None else [LessonTime(begins, ends, hours)]
    return MarkContext(
        stamps=[_stamp(each) for each in row[0] if each[7]],
        mismatches=Counter((each[1], each[3]) for each in row[0] if not each[7]),
        days={
            (each[0], each[1]): DayHours(each[0], each[1], each[2] or 0, each[3] or 0, bool(each[4]), each[5])
            for each in row[1]
        },
        totals={each[0]: Total(each[0], each[6] or 0, each[7] or 0, each[8] or 0) for each in row[1]},
        devices=[DeviceStamp(each[0], each[1], each[2], Method(each[3]), each[4]) for each in row[2]],
        seconds=[SameSecond(*each) for each in row[3]],
        lessons=lessons,
    )


async def of_class(connection: AsyncConnection, class_id: UUID, enrolment_ids: Collection[UUID]) -> ClassMarks:
    """The marks, days and lessons of these trainees of the class."""
    row = await (await driver(connection)).fetchrow(_OF_CLASS, class_id, list(enrolment_ids))
    lessons: defaultdict[date, list[LessonTime]] = defaultdict(list)
    for day, *time in row[2]:
        lessons[day].append(LessonTime(*time))
    days = {(each[0], each[1]): DayHours(*each) for each in row[1]}
    totals = {each[0]: Total(*each) for each in row[4]}
    return ClassMarks([_stamp(each) for each in row[0]], days, lessons if row[3] else None, totals)


async def lessons(
    connection: AsyncConnection, person_days: Collection[tuple[UUID, date, datetime]]
) -> list[tuple[UUID, date, Presence]]:
    """The lessons of these persons on these days; each day comes with its midnight."""
    persons, days, midnights = zip(*person_days, strict=True)
    rows = await (await driver(connection)).fetch(_LESSONS, persons, days, midnights)
    return [(row[0], row[1], Presence(*row[2:])) for row in rows]


async def places(connection: AsyncConnection, site_ids: Collection[UUID]) -> dict[UUID, Coordinates]:
    """The coordinates of these sites, if known."""
    located = [SITE.c.longitude.is_not(None), SITE.c.latitude.is_not(None)]
    statement = select(SITE.c.id, SITE.c.longitude, SITE.c.latitude)
    rows = await connection.execute(statement.where(tables.one_of(SITE.c.id, site_ids), *located))
    return {id_: Coordinates(longitude, latitude) for id_, longitude, latitude in rows}


async def page(
    connection: AsyncConnection,
    class_id: UUID,
    *,
    begins: datetime | None,
    ends: datetime | None,
    after: UUID,
    limit: int,
) -> list[KeptMark]:
    """A class's marks from `begins` to before `ends`, ordered by time, that follow the mark `after`."""
    mark = ATTENDANCE_MARK.c
    last = select(mark.at).where(mark.id == after).scalar_subquery()
    asked = [
        mark.class_id == class_id,
        tuple_(mark.at, mark.id) > tuple_(func.coalesce(last, literal_column("'-infinity'")), after),
    ]
    if begins is not None:
        asked.append(mark.at >= begins)
    if ends is not None:
        asked.append(mark.at < ends)
    statement = select(*_MARK, mark.received_at).where(*asked).order_by(mark.at, mark.id).limit(limit)
    return await tables.fetch_all(connection, statement, _kept)


def _stamp(row: Any) -> Stamp:
    return Stamp(row[0], row[1], row[2], row[3], row[4], Direction(row[5]), row[6])


def _kept(*, received_at: datetime, **mark: Any) -> KeptMark:
    kept = Mark(**mark)
    return KeptMark(kept.id, kept, received_at)
