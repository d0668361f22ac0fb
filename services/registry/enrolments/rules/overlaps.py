"""Overlaps: a person is in at most one class at a time, across all institutions (C04).

Classes with timetables overlap where their lessons do: an evening and a weekend class do not. A class without a
timetable takes its days as a whole. The database's function `classes_meet` says the same, for every writer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict

LessonTimes = Mapping[UUID, Sequence[tuple[datetime, datetime]]]
"""Beginnings and ends of the lessons of each class with a timetable; a class without one is not in it."""
NO_LESSONS: Final[LessonTimes] = MappingProxyType({})


class OverlappingClass(Conflict):
    """Facts: `first_on`, `last_on`, the days in the other class; its `local_id` if that class is the caller's own."""

    slug = "overlapping-class"
    title_en = "This person is in another class at the same time."
    title_zh = "该人员在同一时间已参加其他培训班，时间重叠。"
    cure_en = (
        "Choose a class that does not overlap the one from {first_on} to {last_on}, or end the other training first. "
        "Where both classes have timetables, only lessons at the same time overlap."
    )
    cure_zh = (
        "请选择不与 {first_on} 至 {last_on} 的培训重叠的班级，或先为其办理另一培训的退学、休学。"
        "双方均有课程表的，仅以上课时间是否重叠为准。"
    )
    check = "C04"


class ClassDays(NamedTuple):
    """The days of a training in a class, both included; there are none if the last is before the first."""

    class_id: UUID
    from_on: date
    until_on: date


class OccupiedDays(NamedTuple):
    """The days that an enrolment occupies, both included; there are none if the last is before the first.

    `is_seated`: the enrolment was neither withdrawn nor transferred.
    """

    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    person: UUID
    local_id: str
    from_on: date
    until_on: date
    is_seated: bool = True

    @property
    def days(self) -> ClassDays:
        return ClassDays(self.class_id, self.from_on, self.until_on)


def overlaps(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """Whether two spans of days, both ends included, have a common day; a span that ends before it starts has none."""
    return one[0] <= one[1] and other[0] <= other[1] and one[0] <= other[1] and other[0] <= one[1]


def meet(one: ClassDays, other: ClassDays, lessons: LessonTimes = NO_LESSONS) -> bool:
    """Whether a person would be in both classes at the same time on these days.

    That is so on a common day, unless these are two classes with timetables and no lessons at the same time. In one and
    the same class, days always count. Source: domain rules §4.6 C04.
    """
    if not overlaps((one.from_on, one.until_on), (other.from_on, other.until_on)):
        return False
    if one.class_id == other.class_id or one.class_id not in lessons or other.class_id not in lessons:
        return True
    first, last = max(one.from_on, other.from_on), min(one.until_on, other.until_on)
    taught = sorted(
        (begins, ends, each.class_id)
        for each in (one, other)
        for begins, ends in lessons[each.class_id]
        if first <= business_day(begins) <= last
    )
    latest: dict[UUID, datetime] = {}
    for begins, ends, class_id in taught:
        if any(begins < until for of_class, until in latest.items() if of_class != class_id):
            return True
        latest[class_id] = max(ends, latest.get(class_id, ends))
    return False


def meeting(
    wanted: Iterable[OccupiedDays], taken: Iterable[OccupiedDays], lessons: LessonTimes = NO_LESSONS
) -> list[OccupiedDays]:
    """Those of the trainings `wanted` that meet another one, in `taken`, of the same person."""
    of_person = defaultdict[UUID, list[OccupiedDays]](list)
    for other in taken:
        of_person[other.person].append(other)
    return [
        each
        for each in wanted
        if any(
            other.enrolment_id != each.enrolment_id and meet(each.days, other.days, lessons)
            for other in of_person[each.person]
        )
    ]


def require_free(
    taken: Iterable[OccupiedDays], wanted: ClassDays, *, institution_id: UUID, lessons: LessonTimes = NO_LESSONS
) -> None:
    """Raises OverlappingClass if any of the trainings `taken` meets the one that is `wanted`."""
    for each in taken:
        if meet(each.days, wanted, lessons):
            raise overlap_with(each, institution_id=institution_id)


def overlap_with(taken: OccupiedDays, *, institution_id: UUID, pointer: str | None = None) -> OverlappingClass:
    """The refusal for `institution_id` of an overlap with `taken`; of other institutions it shows the days only."""
    facts = {"first_on": taken.from_on.isoformat(), "last_on": taken.until_on.isoformat()}
    if taken.institution_id == institution_id:
        facts["local_id"] = taken.local_id
    return OverlappingClass(pointer=pointer, **facts)
