"""Changes of a timetable: what it touches from when on, which lessons are settled, which were not held."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from services.registry.classes.rules.classes import TrainingClass
from services.registry.timetable.rules.faults import LessonToCome
from services.registry.timetable.rules.lessons import Lesson
from shared.contracts.registry import ClassStatus
from shared.kernel.periods import BUSINESS_ZONE
from shared.kernel.refusals import NotFound

_APPROVED: Final = (ClassStatus.APPROVED, ClassStatus.RUNNING)


def is_approved(class_: TrainingClass) -> bool:
    """Whether its lessons are planned with reasons and in time; before, the institution plans freely."""
    return class_.status in _APPROVED


def settled(lessons: Iterable[Lesson], class_: TrainingClass, *, at: datetime) -> frozenset[Lesson]:
    """Those of the `lessons` stored that have begun in an approved class: nothing can change them any more.

    Rooms, people and policy are judged for what is new or still to come; what was right once stays as it was.
    """
    return frozenset(each for each in lessons if each.begins < at) if is_approved(class_) else frozenset()


def touched_from(before: Collection[Lesson], after: Collection[Lesson]) -> datetime | None:
    """The first moment at which the class would be at another time or place; None if it would not.

    Another teacher in the same room at the same time touches nothing that people have to be told in time.
    """
    places = [{(*lesson.slot, *lesson.place) for lesson in lessons} for lessons in (before, after)]
    return min((each[0] for each in places[0] ^ places[1]), default=None)


def changed_from(before: Collection[Lesson], after: Collection[Lesson]) -> datetime | None:
    """When the first lesson begins that is another in any way; None if all are the same."""
    return min((lesson.begins for lesson in {*before} ^ {*after}), default=None)


def omit(
    lessons: Collection[Lesson], begins: Iterable[datetime], *, known: Collection[datetime] = (), at: datetime
) -> list[Lesson]:
    """Those of the class's `lessons` that began at these moments and were not held, whichever group they were for.

    Of those at moments that are `known` nobody has to be told again. Raises NotFound, LessonToCome.
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
