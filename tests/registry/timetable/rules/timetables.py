"""Lessons, rooms and teachers for the rules of timetables, right in every field that a test does not name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.registry.directory.rules.sites import Room, RoomKind
from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.rules.teachers import Assignment, Qualification, Teacher
from services.registry.timetable.rules.lessons import Lesson, Staff
from shared.contracts.registry.timetables import LessonKind
from shared.kernel.periods import Period
from tests.registry.builders import policy

SITE, ANN, BEN = UUID(int=50), UUID(int=60), UUID(int=61)
ROOMS = {
    (SITE, "101"): Room(RoomKind.THEORY, 60),
    (SITE, "102"): Room(RoomKind.THEORY, 20),
    (SITE, "shop"): Room(RoomKind.PRACTICE, 60),
    (SITE, "yard"): Room(RoomKind.PRACTICE, 60),
}
FIRST = datetime(2025, 3, 1, 0, 30, tzinfo=UTC)
"""Half past eight in Shanghai."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RULES = policy(date(2025, 3, 1))


def lesson(day: int = 0, **changes: Any) -> Lesson:
    begins = FIRST + day * DAY
    return Lesson(begins, begins + 5 * HOUR, LessonKind.THEORY, 6, ANN, SITE, "101")._replace(**changes)


PLAN = [lesson(day) for day in range(10)]
"""Sixty hours, as many as the class has."""


def staff(*, paper: Period | None = None, projects: tuple[str, ...] = ("P",), **engaged: Period) -> Staff:
    """Ann, with a paper held for that period, engaged at `own` and full time at `other`, as far as these are given.

    Her own institution says all that is said of her.
    """
    institutions = {"own": UUID(int=2), "other": UUID(int=3)}
    own = institutions["own"]
    papers = () if paper is None else (Qualification(UUID(int=1), own, "二级", UUID(int=2), b"", paper),)
    assignments = frozenset(Assignment(own, project) for project in projects)
    engagements = [
        Engagement(UUID(int=9), ANN, institutions[name], "J1", name == "other", days) for name, days in engaged.items()
    ]
    ann = Teacher(ANN, UUID(int=4), "resident_id", b"", own, assignments, papers, 1)
    return Staff({ANN: ann}, {ANN: engagements})
