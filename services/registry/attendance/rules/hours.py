"""Attendance: the class hours that follow from marks, by day and in total."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.registry.attendance.rules.marks import Direction
from services.registry.enrolments.rules.attendee import Attendee
from shared.contracts.registry.attendance import AttendanceRecorded, AttendanceState

F = TypeVar("F", bound=AttendanceState)

CLASS_HOUR_MINUTES: Final = 45
"""Source: domain rules §5.2."""
DOUBLE_TAP: Final = timedelta(minutes=1)
"""A check-out so soon after a check-in is a double tap, because nobody attends anything for less than a minute."""
_MINUTE: Final = timedelta(minutes=1)


class Stamp(NamedTuple):
    """A mark as the rules for a day need it. `site_id` is where it was made, by default the class's site."""

    person: UUID
    enrolment_id: UUID
    class_id: UUID
    day: date
    at: datetime
    direction: Direction
    site_id: UUID | None


class Presence(NamedTuple):
    """From a check-in to the check-out that follows it."""

    enrolment_id: UUID
    class_id: UUID
    begins: datetime
    ends: datetime


class LessonTime(NamedTuple):
    """A time at which a class is taught, and its class hours; simultaneous lessons of several groups are one."""

    begins: datetime
    ends: datetime
    hours: int


class DayHours(NamedTuple):
    """One day of one training: `minutes` by the marks; `hours` up to the daily maximum, or as edited.

    `signed` are the hours that the last edit set; they count as far as the lessons of the day allow.
    """

    enrolment_id: UUID
    day: date
    minutes: int = 0
    hours: int = 0
    edited: bool = False
    signed: int | None = None


Lessons = Collection[LessonTime] | None
"""The lessons of a class on one day; None for a class without a timetable."""


class DayLimits(NamedTuple):
    """What policy says of a day: its maximum of class hours, and how many minutes may be missing from a class hour."""

    hours_max: int
    grace_minutes: int = 0

    def hours_with(self, lessons: Lessons) -> int:
        """The most class hours that can count for a day with these `lessons`."""
        return self.hours_max if lessons is None else min(self.hours_max, sum(each.hours for each in lessons))


class Total(NamedTuple):
    """The class hours of a whole training, and the number of days with any. Version 0 is not published yet."""

    enrolment_id: UUID
    hours: int = 0
    days: int = 0
    version: int = 0


def presences(stamps: Iterable[Stamp]) -> list[Presence]:
    """When a trainee was present, by the marks of one enrolment and day.

    Marks are ordered by their own time, not by arrival. A trainee who checked in is there until they check out; another
    check-in in between changes nothing, so no check-in ever costs a minute. A check-out ends the presence, and one
    without a check-in before it counts nothing. A check-out within DOUBLE_TAP of a check-in is a double tap: it ends
    nothing, unless no other check-out follows. Of two marks at the same time the check-out comes first. A presence over
    midnight does not count, because a mark belongs to its day. Source: an assumption, domain rules §5.2 name none.
    """
    found: list[Presence] = []
    first: Stamp | None = None
    """The check-in of the presence that lasts."""
    last_in = doubtful = None
    for stamp in sorted(stamps, key=lambda each: (each.at, each.direction is Direction.IN)):
        if stamp.direction is Direction.IN:
            first, last_in, doubtful = first or stamp, stamp.at, None
        elif first is None or last_in is None:
            continue
        elif stamp.at - last_in < DOUBLE_TAP:
            doubtful = stamp.at
        else:
            found.append(Presence(first.enrolment_id, first.class_id, first.at, stamp.at))
            first = doubtful = None
    if first is not None and doubtful is not None:
        found.append(Presence(first.enrolment_id, first.class_id, first.at, doubtful))
    return found


def double_taps(stamps: Iterable[Stamp]) -> list[tuple[Stamp, Stamp]]:
    """Marks of one enrolment and day that follow one in the other direction within DOUBLE_TAP, each after that one."""
    ordered = sorted(stamps, key=lambda each: (each.at, each.direction is Direction.IN))
    return [
        (here, there)
        for here, there in pairwise(ordered)
        if here.direction is not there.direction and there.at - here.at < DOUBLE_TAP
    ]


def minutes_of(found: Collection[Presence], lessons: Lessons = None, *, grace_minutes: int = 0) -> int:
    """Whole minutes that count of all presences, rounded down.

    If the class has a timetable (`lessons` is not None), only time within the lessons of the day counts, and no lesson
    counts more than its hours: time before and after lessons, breaks and days without lessons add nothing. Whoever
    comes up to `grace_minutes` after a lesson began, or leaves so long before its end, was there from its beginning or
    until its end. Without a timetable the whole presences count, and a class hour may lack `grace_minutes`.
    """
    grace = grace_minutes * _MINUTE
    if lessons is None:
        minutes = sum((each.ends - each.begins for each in found), timedelta()) // _MINUTE
        lacking = -minutes % CLASS_HOUR_MINUTES
        return minutes + lacking if lacking <= grace_minutes else minutes
    ordered = sorted(found, key=lambda each: each.begins)
    in_lessons = (
        min(_time_in(lesson, ordered, grace), lesson.hours * CLASS_HOUR_MINUTES * _MINUTE) for lesson in lessons
    )
    return sum(in_lessons, timedelta()) // _MINUTE


def uncapped_hours(minutes: int) -> int:
    """Whole class hours in `minutes`."""
    return minutes // CLASS_HOUR_MINUTES


def hours_by_marks(day: DayHours, *, hours_max: int) -> int:
    """The class hours by the marks of `day`, regardless of edits."""
    return min(uncapped_hours(day.minutes), hours_max)


def recount(before: DayHours, stamps: Iterable[Stamp], *, lessons: Lessons = None, limits: DayLimits) -> DayHours:
    """The day recounted from all of its marks and the class's `lessons`.

    An edited day keeps the hours of its edit as far as its lessons allow; otherwise only its minutes change.
    """
    day = before._replace(minutes=minutes_of(presences(stamps), lessons, grace_minutes=limits.grace_minutes))
    hours_max = limits.hours_with(lessons)
    if not day.edited:
        return day._replace(hours=hours_by_marks(day, hours_max=hours_max))
    # Edits from before `signed` was stored set `hours`.
    return day._replace(hours=min(day.hours if day.signed is None else day.signed, hours_max))


def sum_up(before: Total, changes: Sequence[tuple[DayHours, DayHours]]) -> Total:
    """The total after `changes`, each a day as (before, after); `before` itself if no hour changed."""
    if all(old.hours == new.hours for old, new in changes):
        return before
    return Total(
        before.enrolment_id,
        before.hours + sum(new.hours - old.hours for old, new in changes),
        before.days + sum((new.hours > 0) - (old.hours > 0) for old, new in changes),
        before.version + 1,
    )


def record(
    attendee: Attendee, before: Total, changes: Sequence[tuple[DayHours, DayHours]], *, at: datetime
) -> tuple[Total, AttendanceRecorded | None]:
    """The total after `changes`, and its fact; None if the marks changed no hour (a check-in alone)."""
    after = sum_up(before, changes)
    if after is before:
        return after, None
    latest = max((new for old, new in changes if old.hours != new.hours), key=lambda each: each.day)
    return after, describe(AttendanceRecorded, attendee, after, latest, at=at)


def share(hours: int, class_hours: int) -> float:
    """The attended share of the class's hours, at most 1, rounded to four places."""
    return round(min(1.0, hours / class_hours), 4)


def _time_in(lesson: LessonTime, ordered: Iterable[Presence], grace: timedelta) -> timedelta:
    """How long the presences, ordered by their beginnings, fill the lesson; none of it is counted twice."""
    time, reached = timedelta(), lesson.begins
    for each in ordered:
        if each.ends <= lesson.begins or each.begins >= lesson.ends:
            continue
        begins = reached if each.begins <= lesson.begins + grace else max(reached, each.begins)
        ends = lesson.ends if each.ends >= lesson.ends - grace else each.ends
        if begins < ends:
            time, reached = time + (ends - begins), ends
    return time


def describe(fact: type[F], attendee: Attendee, total: Total, day: DayHours, *, at: datetime) -> F:
    """A `fact` with the new hours of `day` and of the whole training."""
    return fact(
        subject=f"attendance/{attendee.enrolment_id}",
        version=total.version,
        at=at,
        enrolment_id=attendee.enrolment_id,
        class_id=attendee.class_id,
        institution_id=attendee.institution_id,
        person=attendee.person,
        **attendee.dimensions.as_fields(),
        day=day.day,
        day_hours=day.hours,
        hours=total.hours,
        days=total.days,
    )
