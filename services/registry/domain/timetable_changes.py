"""Changes of a timetable: from when on a class is touched by one, and which lessons are settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from services.registry.domain.classes import TrainingClass
from services.registry.domain.timetable import Lesson
from shared.contracts.registry import ClassStatus

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
