"""The flags of a timetable: lessons at night, on holidays or in unsuitable rooms, borrowed teachers and sites."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.directory.rules.sites import RoomKind
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.policy import Policy
from services.registry.timetable.rules.lessons import Lesson, Rooms, Staff
from shared.contracts.registry.timetables import LessonKind
from shared.kernel.periods import BUSINESS_ZONE


def at_odd_times(lessons: Iterable[Lesson], class_: TrainingClass, *, policy: Policy) -> Iterator[Observation]:
    """Lessons at night, once for a day (C20)."""
    earliest, latest = policy.attendance_day_starts, policy.attendance_day_ends
    for lesson in lessons:
        begins, ends = lesson.begins.astimezone(BUSINESS_ZONE), lesson.ends.astimezone(BUSINESS_ZONE)
        if begins.time() < earliest or ends.time() > latest or ends.date() != begins.date():
            facts = {"begins_at": begins.isoformat(), "ends_at": ends.isoformat()}
            yield see_class(FlagKind.LESSON_AT_ODD_TIME, class_, f"{lesson.day}", facts=facts)


def on_holidays(lessons: Iterable[Lesson], class_: TrainingClass, holidays: Collection[date]) -> Iterator[Observation]:
    """Lessons on public holidays (C20)."""
    for lesson in lessons:
        if lesson.day in holidays:
            yield see_class(
                FlagKind.LESSON_ON_A_HOLIDAY, class_, f"{lesson.day}", facts={"day": lesson.day.isoformat()}
            )


def in_wrong_rooms(lessons: Iterable[Lesson], class_: TrainingClass, rooms: Rooms) -> Iterator[Observation]:
    """Rooms listed for theory in which practice is planned (C18): perhaps they lack what practice needs."""
    for lesson in lessons:
        if lesson.kind is LessonKind.PRACTICE and rooms[lesson.place].kind is RoomKind.THEORY:
            facts = {"site": str(lesson.site_id), "room": lesson.room}
            yield see_class(FlagKind.PRACTICE_IN_THEORY_ROOM, class_, f"{lesson.site_id}/{lesson.room}", facts=facts)


def borrowed_teachers(lessons: Iterable[Lesson], class_: TrainingClass, staff: Staff) -> Iterator[Observation]:
    """Teachers who work full time for another institution: perhaps it is that one's class (C24)."""
    for lesson in lessons:
        if staff.belongs_elsewhere(class_.institution_id, lesson.teacher_id, lesson.day):
            facts = {"teacher": str(lesson.teacher_id), "day": lesson.day.isoformat()}
            yield see_class(FlagKind.BORROWED_TEACHER, class_, str(lesson.teacher_id), facts=facts)


def borrowed_sites(shared_sites: Mapping[UUID, Collection[UUID]], class_: TrainingClass) -> Iterator[Observation]:
    """Sites of the timetable that other institutions list as theirs, with these: perhaps it is their class (C24)."""
    for site_id, others in shared_sites.items():
        facts = {"site": str(site_id), "institutions": sorted(map(str, others))}
        yield see_class(FlagKind.BORROWED_SITE, class_, str(site_id), facts=facts)
