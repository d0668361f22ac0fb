"""Attendance: the class hours that follow from marks, by day and in total."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.registry.attendance.rules.marks import Direction
from services.registry.enrolments.rules.attendee import Attendee
from shared.contracts.registry import AttendanceRecorded, AttendanceState

F = TypeVar("F", bound=AttendanceState)

CLASS_HOUR_MINUTES: Final = 45
"""Source: domain rules §5.2."""
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
    """One day of one training: `minutes` by the marks; `hours` up to the daily maximum, or as edited."""

    enrolment_id: UUID
    day: date
    minutes: int = 0
    hours: int = 0
    edited: bool = False


class Total(NamedTuple):
    """The class hours of a whole training, and the number of days with any. Version 0 is not published yet."""

    enrolment_id: UUID
    hours: int = 0
    days: int = 0
    version: int = 0


def presences(stamps: Iterable[Stamp]) -> list[Presence]:
    """The pairs among the marks of one enrolment and day: a check-in and the check-out that follows it.

    Marks are ordered by their own time, not by arrival. Of two consecutive check-ins the earlier one has no check-out;
    of two consecutive check-outs the later one has no check-in. Such a mark counts nothing, so a missing mark never
    adds hours. Of two marks at the same time the check-out comes first. A presence over midnight is not a pair, because
    a mark belongs to its day. Source: an assumption, domain rules §5.2 name none.
    """
    ordered = sorted(stamps, key=lambda stamp: (stamp.at, stamp.direction is Direction.IN))
    return [
        Presence(here.enrolment_id, here.class_id, here.at, there.at)
        for here, there in pairwise(ordered)
        if here.direction is Direction.IN and there.direction is Direction.OUT
    ]


def minutes_of(found: Collection[Presence], lessons: Collection[LessonTime] = ()) -> int:
    """Whole minutes of all presences.

    If the class has `lessons` that day, only time within them counts, and no lesson counts more than its hours: time
    before and after lessons and breaks adds nothing. Without lessons the whole presences count.
    """
    if not lessons:
        return sum((each.ends - each.begins for each in found), timedelta()) // _MINUTE
    in_lessons = (min(_time_in(lesson, found), lesson.hours * CLASS_HOUR_MINUTES * _MINUTE) for lesson in lessons)
    return sum(in_lessons, timedelta()) // _MINUTE


def uncapped_hours(minutes: int) -> int:
    """Whole class hours in `minutes`."""
    return minutes // CLASS_HOUR_MINUTES


def hours_by_marks(day: DayHours, *, hours_max: int) -> int:
    """The class hours by the marks of `day`, regardless of edits."""
    return min(uncapped_hours(day.minutes), hours_max)


def recount(
    before: DayHours, stamps: Iterable[Stamp], *, lessons: Collection[LessonTime] = (), hours_max: int
) -> DayHours:
    """The day recounted from all of its marks and the class's `lessons`.

    An edited day keeps the hours of its edit; only its minutes change.
    """
    day = before._replace(minutes=minutes_of(presences(stamps), lessons))
    return day if day.edited else day._replace(hours=hours_by_marks(day, hours_max=hours_max))


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


def _time_in(lesson: LessonTime, found: Iterable[Presence]) -> timedelta:
    met = (min(each.ends, lesson.ends) - max(each.begins, lesson.begins) for each in found)
    return sum((each for each in met if each > timedelta()), timedelta())


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
