"""Changes of a timetable: from when on it affects people, which lessons are settled, which were not held."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from services.registry.classes.rules.classes import TrainingClass
from services.registry.timetable.rules.faults import LessonToCome
from services.registry.timetable.rules.lessons import Lesson
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.periods import BUSINESS_ZONE
from shared.kernel.refusals import NotFound

_APPROVED: Final = (ClassStatus.APPROVED, ClassStatus.RUNNING)


def is_approved(class_: TrainingClass) -> bool:
    """Whether changes of its lessons need a reason and notice; before approval, the institution plans freely."""
    return class_.status in _APPROVED


def settled(lessons: Iterable[Lesson], class_: TrainingClass, *, at: datetime) -> frozenset[Lesson]:
    """The stored `lessons` of an approved class that have started: they can no longer change.

    Rooms, people and policy are judged for new and coming lessons only; what was right once stays as it was.
    """
    return frozenset(each for each in lessons if each.begins < at) if is_approved(class_) else frozenset()


def touched_from(before: Collection[Lesson], after: Collection[Lesson]) -> datetime | None:
    """The first moment at which the time or place of the class changes; None if neither does.

    Another teacher in the same room at the same time needs no notice.
    """
    places = [{(*lesson.slot, *lesson.place) for lesson in lessons} for lessons in (before, after)]
    return min((each[0] for each in places[0] ^ places[1]), default=None)


def changed_from(before: Collection[Lesson], after: Collection[Lesson]) -> datetime | None:
    """When the first lesson begins that differs in any way; None if all are the same."""
    return min((lesson.begins for lesson in {*before} ^ {*after}), default=None)


def omit(
    lessons: Collection[Lesson], begins: Iterable[datetime], *, known: Collection[datetime] = (), at: datetime
) -> list[Lesson]:
    """The class's `lessons` that began at these moments, in all its groups: they were not held.

    Moments that are `known` are skipped. Raises NotFound, LessonToCome.
    """
    found, told = [], {*known}
    for place, moment in enumerate(begins):
        if moment in told:
            continue
        fallen = [each for each in lessons if each.begins == moment]
        shown = moment.astimezone(BUSINESS_ZONE).isoformat()
        if not fallen:
            raise NotFound(pointer=f"/begins_at/{place}", what="lesson", id=shown)
        if moment >= at:
            raise LessonToCome(pointer=f"/begins_at/{place}", begins_at=shown)
        found += fallen
        told.add(moment)
    return found
