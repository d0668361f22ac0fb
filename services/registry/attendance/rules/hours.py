"""Attendance: the class hours that follow from marks, day by day and in all."""

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
    """A mark as the rules for a day see it. `site_id` is where it was made, by default the class's site."""

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
    """When a class is taught, and the class hours of that; lessons that its groups have at one time are one."""

    begins: datetime
    ends: datetime
    hours: int


class DayHours(NamedTuple):
    """What one day of one training counts: `minutes` by the marks, `hours` under the daily cap or as edited."""

    enrolment_id: UUID
    day: date
    minutes: int = 0
    hours: int = 0
    edited: bool = False


class Total(NamedTuple):
    """The class hours of a whole training, and the days with any. Version 0 has not been told yet."""

    enrolment_id: UUID
    hours: int = 0
    days: int = 0
    version: int = 0


def presences(stamps: Iterable[Stamp]) -> list[Presence]:
    """The pairs among the marks of one enrolment and day: a check-in and the check-out that comes next after it.

    In the order of time, whatever the order of arrival. Where two check-ins follow each other the earlier one has no
    check-out, and where two check-outs do the later one has no check-in: such a mark counts nothing, so a missing mark
    never makes hours. Of two marks of one moment the check-out is the earlier one. What goes on over midnight is no
    pair, because a mark belongs to its day. Source: an assumption, domain rules §5.2 name none.
    """
    ordered = sorted(stamps, key=lambda stamp: (stamp.at, stamp.direction is Direction.IN))
    return [
        Presence(here.enrolment_id, here.class_id, here.at, there.at)
        for here, there in pairwise(ordered)
        if here.direction is Direction.IN and there.direction is Direction.OUT
    ]


def minutes_of(found: Collection[Presence], lessons: Collection[LessonTime] = ()) -> int:
    """Whole minutes of all presences together.

    Where the class has `lessons` that day only what lies in them counts, and no lesson counts for more than its hours:
    neither who comes early and leaves late nor a break makes hours. Without any the presences count as they are.
    """
    if not lessons:
        return sum((each.ends - each.begins for each in found), timedelta()) // _MINUTE
    in_lessons = (min(_time_in(lesson, found), lesson.hours * CLASS_HOUR_MINUTES * _MINUTE) for lesson in lessons)
    return sum(in_lessons, timedelta()) // _MINUTE


def uncapped_hours(minutes: int) -> int:
    """Whole class hours in `minutes`."""
    return minutes // CLASS_HOUR_MINUTES


def hours_by_marks(day: DayHours, *, hours_max: int) -> int:
    """The class hours that the marks of `day` give, whatever was edited."""
    return min(uncapped_hours(day.minutes), hours_max)


def recount(
    before: DayHours, stamps: Iterable[Stamp], *, lessons: Collection[LessonTime] = (), hours_max: int
) -> DayHours:
    """The day by all of its marks and the class's `lessons`.

    A day that was edited keeps the hours of its edit; only the minutes follow.
    """
    day = before._replace(minutes=minutes_of(presences(stamps), lessons))
    return day if day.edited else day._replace(hours=hours_by_marks(day, hours_max=hours_max))


def sum_up(before: Total, changes: Sequence[tuple[DayHours, DayHours]]) -> Total:
    """The total after `changes` of days from one state to the other; the same one if no hour changed."""
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
    """The total that `changes` give, and the fact of it; None where marks changed no hour yet (a mere check-in)."""
    after = sum_up(before, changes)
    if after is before:
        return after, None
    latest = max((new for old, new in changes if old.hours != new.hours), key=lambda each: each.day)
    return after, tell(AttendanceRecorded, attendee, after, latest, at=at)


def share(hours: int, class_hours: int) -> float:
    """The share of the class's hours that a trainee has had, at most 1, to four places."""
    return round(min(1.0, hours / class_hours), 4)


def _time_in(lesson: LessonTime, found: Iterable[Presence]) -> timedelta:
    met = (min(each.ends, lesson.ends) - max(each.begins, lesson.begins) for each in found)
    return sum((each for each in met if each > timedelta()), timedelta())


def tell(fact: type[F], attendee: Attendee, total: Total, day: DayHours, *, at: datetime) -> F:
    """The `fact` that `day` of a training counts anew, and the whole training with it."""
    return fact(
        subject=f"attendance/{attendee.enrolment_id}",
        version=total.version,
        at=at,
        enrolment_id=attendee.enrolment_id,
        class_id=attendee.class_id,
        institution_id=attendee.institution_id,
        person=attendee.person,
        **attendee.dimensions.told(),
        day=day.day,
        day_hours=day.hours,
        hours=total.hours,
        days=total.days,
    )
