"""The timetable of a class: its lessons, the rooms that they need, and the teachers who may give them.

Parallel lessons of a class are given to groups of it; other lessons do not overlap. Class hours have 45 minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.directory.rules.sites import Room
from services.registry.enrolments.rules.overlaps import LessonTimes, OccupiedDays, meeting
from services.registry.plan.rules.policy import Policy
from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.rules.teachers import Teacher, require_age
from services.registry.timetable.rules.faults import (
    LessonOutsideClass,
    LessonOverMidnight,
    LessonsMeet,
    LessonTooShort,
    RoomsTooSmall,
    RoomTaken,
    TeacherInTwoPlaces,
    TeacherNotEngaged,
    TeacherNotForProject,
    TeacherNotQualified,
    TimetableHoursDiffer,
    TooManyLessonHours,
    TraineesElsewhere,
)
from shared.contracts.registry.timetables import LessonKind, LessonListed, TimetablePlanned
from shared.kernel.identity import IdentityDocument
from shared.kernel.periods import BUSINESS_ZONE, business_day

LESSON_HOURS_MAX: Final = 24
_NAMED_MAX: Final = 20
_HOUR: Final = timedelta(minutes=45)


class Slot(NamedTuple):
    """A period of time in which one or more lessons are given."""

    begins: datetime
    ends: datetime


class Lesson(NamedTuple):
    begins: datetime
    ends: datetime
    kind: LessonKind
    hours: int
    teacher_id: UUID
    site_id: UUID
    room: str

    @property
    def slot(self) -> Slot:
        return Slot(self.begins, self.ends)

    @property
    def day(self) -> date:
        """The day on which it is given."""
        return business_day(self.begins)

    @property
    def place(self) -> tuple[UUID, str]:
        return self.site_id, self.room


class Timetable(NamedTuple):
    """The lessons of a class in the order of time, and those that were not held, in the same order."""

    lessons: Sequence[Lesson]
    omitted: Sequence[Lesson]

    @classmethod
    def of(cls, lessons: Iterable[Lesson], omitted: Iterable[Lesson]) -> Timetable:
        """The timetable of lessons in any order."""
        return cls(sorted(lessons, key=_order), sorted(omitted, key=_order))


def sites_of(class_: TrainingClass, lessons: Iterable[Lesson]) -> set[UUID]:
    """The sites at which the class and these lessons are held."""
    own = set() if class_.site_id is None else {class_.site_id}
    return own | {each.site_id for each in lessons}


Rooms = Mapping[tuple[UUID, str], Room]
"""By site and name."""


class Clash(NamedTuple):
    """A lesson of another class that overlaps the one at `place`: with the same teacher, or else in the same room."""

    place: int
    by_teacher: bool


@dataclass(frozen=True)
class Staff:
    """The teachers of a timetable: who they are, and where they are engaged."""

    teachers: Mapping[UUID, Teacher]
    engagements: Mapping[UUID, Sequence[Engagement]]

    def engaged_at(self, institution_id: UUID, teacher_id: UUID, day: date) -> bool:
        return any(
            each.institution_id == institution_id and each.engaged.contains(day)
            for each in self.engagements.get(teacher_id, ())
        )

    def belongs_elsewhere(self, institution_id: UUID, teacher_id: UUID, day: date) -> bool:
        """Whether the teacher works full time for another institution on `day`."""
        return any(
            each.institution_id != institution_id and each.full_time and each.engaged.contains(day)
            for each in self.engagements.get(teacher_id, ())
        )


def require_sound(
    lessons: Sequence[Lesson],
    class_: TrainingClass,
    *,
    rooms: Rooms,
    policy: Policy,
    settled: AbstractSet[Lesson] = frozenset(),
    omitted: Sequence[Lesson] = (),
) -> None:
    """The lessons fit the class, each other and their rooms; of those `settled` only the hours count.

    The hours of lessons `omitted` may be missing until they are made up. Raises LessonOutsideClass, LessonOverMidnight,
    LessonTooShort, LessonsMeet, TeacherInTwoPlaces (C06), RoomTaken, RoomsTooSmall (C18), TooManyLessonHours (C20),
    TimetableHoursDiffer (C14). Source: domain rules §4.6, §5.2.
    """
    for place, lesson in enumerate(lessons):
        if lesson not in settled:
            _require_within(place, lesson, class_)
    slots = _slots(lessons)
    for slot, places in slots.items():
        given = [lessons[place] for place in places]
        if settled >= {*given}:
            continue
        _require_apart(slot, list(zip(places, given, strict=True)))
        if (holds := held_by(given, rooms, policy=policy)) < class_.seats:
            raise RoomsTooSmall(pointer=f"/lessons/{places[0]}/room", holds=holds, seats=class_.seats)
    _require_no_meeting(slots)
    by_day = _hours_by_day(lessons, slots)
    _require_days(by_day, {lesson.day for lesson in lessons if lesson not in settled}, policy=policy)
    hours, missing = sum(by_day.values()), sum(_hours_by_day(omitted, _slots(omitted)).values())
    if not class_.hours - missing <= hours <= class_.hours:
        raise TimetableHoursDiffer(pointer="/lessons", hours=hours, class_hours=class_.hours)


def require_teachers(
    lessons: Iterable[Lesson], class_: TrainingClass, staff: Staff, *, settled: AbstractSet[Lesson] = frozenset()
) -> None:
    """Each teacher is engaged on the day of the lesson and, in a class of a project, qualified for it.

    Safety lessons need no qualification; those `settled` are not checked. Raises TeacherNotEngaged,
    TeacherNotForProject, TeacherNotQualified.
    """
    for place, lesson in enumerate(lessons):
        if lesson in settled:
            continue
        pointer, day = f"/lessons/{place}/teacher", lesson.day
        if not staff.engaged_at(class_.institution_id, lesson.teacher_id, day):
            raise TeacherNotEngaged(pointer=pointer, day=day.isoformat())
        if class_.project is None or lesson.kind is LessonKind.SAFETY:
            continue
        teacher = staff.teachers[lesson.teacher_id]
        if class_.project not in teacher.projects_at(class_.institution_id):
            raise TeacherNotForProject(pointer=pointer, project=class_.project)
        if not teacher.is_qualified_on(day, class_.institution_id):
            raise TeacherNotQualified(pointer=pointer, day=day.isoformat())


def require_ages(
    lessons: Iterable[Lesson],
    documents: Mapping[UUID, IdentityDocument],
    *,
    policy: Policy,
    settled: AbstractSet[Lesson] = frozenset(),
) -> None:
    """No teacher is too old on the day of a lesson; `documents` are by teacher. Raises TeacherTooOld."""
    for place, lesson in enumerate(lessons):
        if lesson not in settled:
            pointer, age_max = f"/lessons/{place}/teacher", policy.teacher_age_max
            require_age(documents[lesson.teacher_id], on=lesson.day, age_max=age_max, pointer=pointer)


def held_by(lessons: Iterable[Lesson], rooms: Rooms, *, policy: Policy) -> int:
    """How many trainees the `lessons` of one slot have room for.

    Groups of a class are divided among the rooms; in practical lessons each teacher supervises a limited number.
    """
    holds = 0
    for lesson in lessons:
        seats = rooms[lesson.place].seats
        practice = lesson.kind is LessonKind.PRACTICE
        holds += min(seats, policy.class_practice_seats_per_teacher_max) if practice else seats
    return holds


def overcrowded(lessons: Sequence[Lesson], class_: TrainingClass, *, rooms: Rooms, policy: Policy) -> set[Lesson]:
    """The lessons of slots in which `rooms` do not hold the class (C18)."""
    slots = ([lessons[place] for place in places] for places in _slots(lessons).values())
    return {each for given in slots if held_by(given, rooms, policy=policy) < class_.seats for each in given}


def require_free(lessons: Sequence[Lesson], clashes: Iterable[Clash]) -> None:
    """No lesson of another class has the same teacher or room. Raises TeacherInTwoPlaces (C06), RoomTaken (C18)."""
    for clash in sorted(clashes):
        begins = lessons[clash.place].begins.astimezone(BUSINESS_ZONE).isoformat()
        if clash.by_teacher:
            raise TeacherInTwoPlaces(pointer=f"/lessons/{clash.place}/teacher", begins_at=begins)
        raise RoomTaken(pointer=f"/lessons/{clash.place}/room", begins_at=begins)


def require_trainees_free(
    class_id: UUID,
    lessons: Iterable[Lesson],
    taken: Sequence[OccupiedDays],
    elsewhere: LessonTimes,
) -> None:
    """No trainee of the class has a lesson `elsewhere` during one of `lessons`; `taken` are all their trainings.

    Raises TraineesElsewhere. Source: domain rules §4.6 C04.
    """
    times = {**elsewhere, class_id: [(lesson.begins, lesson.ends) for lesson in lessons]}
    here = [each for each in taken if each.class_id == class_id]
    others = [each for each in taken if each.class_id != class_id and each.class_id in elsewhere]
    if found := sorted({each.local_id for each in meeting(here, others, times)}):
        raise TraineesElsewhere(pointer="/lessons", trainees=len(found), local_ids=found[:_NAMED_MAX])


def tell(
    class_: TrainingClass, timetable: Timetable, teachers: Mapping[UUID, UUID], *, version: int, at: datetime
) -> TimetablePlanned:
    """The fact of what the lessons of `class_` are now; `teachers` are person keys by teacher."""
    lessons = [(lesson, False) for lesson in timetable.lessons] + [(lesson, True) for lesson in timetable.omitted]
    return TimetablePlanned(
        subject=f"timetables/{class_.id}",
        version=version,
        at=at,
        class_id=class_.id,
        institution_id=class_.institution_id,
        **class_.dimensions.as_fields(),
        lessons=tuple(
            LessonListed(
                begins_at=lesson.begins.astimezone(UTC),
                ends_at=lesson.ends.astimezone(UTC),
                kind=lesson.kind,
                hours=lesson.hours,
                teacher_id=lesson.teacher_id,
                teacher=teachers[lesson.teacher_id],
                site_id=lesson.site_id,
                room=lesson.room,
                omitted=omitted,
            )
            for lesson, omitted in sorted(lessons, key=lambda each: _order(each[0]))
        ),
    )


def _order(lesson: Lesson) -> tuple[Any, ...]:
    return (*lesson.slot, *lesson.place)


def _require_within(place: int, lesson: Lesson, class_: TrainingClass) -> None:
    if not class_.starts_on <= lesson.day <= class_.ends_on:
        first, last = class_.starts_on.isoformat(), class_.ends_on.isoformat()
        raise LessonOutsideClass(pointer=f"/lessons/{place}/begins_at", starts_on=first, ends_on=last)
    if business_day(lesson.ends) != lesson.day:
        raise LessonOverMidnight(pointer=f"/lessons/{place}/ends_at", day=lesson.day.isoformat())
    if lesson.hours * _HOUR > lesson.ends - lesson.begins:
        raise LessonTooShort(pointer=f"/lessons/{place}/hours", hours=lesson.hours)


def _slots(lessons: Sequence[Lesson]) -> dict[Slot, list[int]]:
    """The places of the lessons that are given at the same time, in the order of time."""
    slots: defaultdict[Slot, list[int]] = defaultdict(list)
    for place, lesson in enumerate(lessons):
        slots[lesson.slot].append(place)
    return dict(sorted(slots.items()))


def _require_apart(slot: Slot, lessons: Sequence[tuple[int, Lesson]]) -> None:
    begins = slot.begins.astimezone(BUSINESS_ZONE).isoformat()
    teachers: set[UUID] = set()
    rooms: set[tuple[UUID, str]] = set()
    for place, lesson in lessons:
        if lesson.teacher_id in teachers:
            raise TeacherInTwoPlaces(pointer=f"/lessons/{place}/teacher", begins_at=begins)
        if lesson.place in rooms:
            raise RoomTaken(pointer=f"/lessons/{place}/room", begins_at=begins)
        if lesson.hours != lessons[0][1].hours:
            raise LessonsMeet(pointer=f"/lessons/{place}/hours", begins_at=begins)
        teachers.add(lesson.teacher_id)
        rooms.add(lesson.place)


def _require_no_meeting(slots: Mapping[Slot, Sequence[int]]) -> None:
    for slot, following in pairwise(slots):
        if following.begins < slot.ends:
            begins = following.begins.astimezone(BUSINESS_ZONE).isoformat()
            raise LessonsMeet(pointer=f"/lessons/{slots[following][0]}/begins_at", begins_at=begins)


def _require_days(hours: Mapping[date, int], days: Iterable[date], *, policy: Policy) -> None:
    for day in sorted(days):
        if hours[day] > policy.attendance_day_hours_max:
            raise TooManyLessonHours(
                pointer="/lessons", day=day.isoformat(), hours=hours[day], hours_max=policy.attendance_day_hours_max
            )


def _hours_by_day(lessons: Sequence[Lesson], slots: Mapping[Slot, Sequence[int]]) -> dict[date, int]:
    hours: defaultdict[date, int] = defaultdict(int)
    for places in slots.values():
        lesson = lessons[places[0]]
        hours[lesson.day] += lesson.hours
    return dict(hours)
