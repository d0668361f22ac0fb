"""The timetable of a class over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from services.registry.classes.usecases import visible_class
from services.registry.timetable import store
from services.registry.timetable.routes.sites import RoomName
from services.registry.timetable.rules.faults import LessonEndsBeforeStart
from services.registry.timetable.rules.lessons import LESSON_HOURS_MAX, Lesson, Timetable
from services.registry.timetable.usecases import planning
from services.registry.timetable.usecases.judging import LESSONS_MAX, PlannedLesson
from shared.auth import CurrentCaller
from shared.contracts.registry.timetables import LessonKind
from shared.forms import Instant, LocalId, Reason, Strict
from shared.web import Connection, Now, router

routes = router("classes")


class LessonRequest(Strict):
    begins_at: Instant
    ends_at: Instant
    kind: LessonKind
    hours: Annotated[int, Field(ge=1, le=LESSON_HOURS_MAX, strict=True, description="Class hours of 45 minutes")]
    teacher: LocalId = Field(description="Your local_id of the teacher")
    site: LocalId | None = Field(default=None, description="Your local_id of the site; the class's if left out")
    room: RoomName


Lessons = Annotated[list[LessonRequest], Field(min_length=1, max_length=LESSONS_MAX)]


class TimetableRequest(Strict):
    """All lessons of the class. Groups of the class that are taught at the same time have a lesson each."""

    lessons: Lessons
    reason: Reason | None = None


class OmissionRequest(Strict):
    """Lessons that were not held, in no group of the class, by the moments at which they should have begun."""

    begins_at: Annotated[list[Instant], Field(min_length=1, max_length=LESSONS_MAX)]
    reason: Reason


class LessonAnswer(BaseModel):
    begins_at: datetime
    ends_at: datetime
    kind: LessonKind
    hours: int
    teacher_id: UUID
    site_id: UUID
    room: str

    @classmethod
    def of(cls, lesson: Lesson) -> LessonAnswer:
        values = lesson._asdict()
        # Lessons that were just planned have the offset of the request, stored ones have none.
        begins_at, ends_at = (values.pop(name).astimezone(UTC) for name in ("begins", "ends"))
        return cls(begins_at=begins_at, ends_at=ends_at, **values)


class TimetableAnswer(BaseModel):
    """In the order of time; lessons that were not held stand apart."""

    lessons: list[LessonAnswer]
    omitted: list[LessonAnswer]

    @classmethod
    def of(cls, timetable: Timetable) -> TimetableAnswer:
        return cls(
            lessons=[LessonAnswer.of(lesson) for lesson in timetable.lessons],
            omitted=[LessonAnswer.of(lesson) for lesson in timetable.omitted],
        )


def planned(lessons: Sequence[LessonRequest]) -> list[PlannedLesson]:
    """What is asked for. Raises LessonEndsBeforeStart."""
    for place, lesson in enumerate(lessons):
        if lesson.ends_at <= lesson.begins_at:
            raise LessonEndsBeforeStart(pointer=f"/lessons/{place}/ends_at")
    return [
        PlannedLesson(
            begins=lesson.begins_at,
            ends=lesson.ends_at,
            **lesson.model_dump(include={"kind", "hours", "teacher", "site", "room"}),
        )
        for lesson in lessons
    ]


@routes.put("/classes/{class_id}/timetable")
async def put_timetable(
    class_id: UUID, asked: TimetableRequest, request: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> TimetableAnswer:
    """Plan the lessons of a class. After its approval a change needs a reason, before what it touches."""
    lessons, persons = planned(asked.lessons), request.app.state.persons
    return TimetableAnswer.of(
        await planning.put(connection, class_id, lessons, reason=asked.reason, persons=persons, caller=caller, at=at)
    )


@routes.post("/classes/{class_id}/omission")
async def record_omission(
    class_id: UUID, request: OmissionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> TimetableAnswer:
    """Report lessons that have begun as not held; others can then be planned that make up their hours."""
    return TimetableAnswer.of(
        await planning.omit(connection, class_id, request.begins_at, reason=request.reason, caller=caller, at=at)
    )


@routes.get("/classes/{class_id}/timetable")
async def get_timetable(class_id: UUID, connection: Connection, caller: CurrentCaller) -> TimetableAnswer:
    """For those who may read the class."""
    await visible_class(connection, class_id, caller)
    return TimetableAnswer.of(await store.of_class(connection, class_id))
