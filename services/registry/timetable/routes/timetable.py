"""The timetable of a class over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from services.registry.classes.usecases import visible_class
from services.registry.timetable import store
from services.registry.timetable.routes.sites import RoomName
from services.registry.timetable.rules.faults import LessonEndsBeforeStart
from services.registry.timetable.rules.lessons import LESSON_HOURS_MAX, Lesson, LessonKind
from services.registry.timetable.usecases import planning
from services.registry.timetable.usecases.judging import LESSONS_MAX, PlannedLesson
from shared.auth import CurrentCaller
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
    model_config = ConfigDict(from_attributes=True)

    begins_at: datetime = Field(validation_alias="begins")
    ends_at: datetime = Field(validation_alias="ends")
    kind: LessonKind
    hours: int
    teacher_id: UUID
    site_id: UUID
    room: str


class TimetableAnswer(BaseModel):
    """In the order of time; lessons that were not held stand apart."""

    lessons: list[LessonAnswer]
    omitted: list[LessonAnswer]

    @classmethod
    def of(cls, lessons: Iterable[Lesson], omitted: Iterable[Lesson]) -> TimetableAnswer:
        return cls(
            lessons=[LessonAnswer.model_validate(lesson) for lesson in lessons],
            omitted=[LessonAnswer.model_validate(lesson) for lesson in omitted],
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
    await planning.put(connection, class_id, lessons, reason=asked.reason, persons=persons, caller=caller, at=at)
    return await _answer(connection, class_id)


@routes.post("/classes/{class_id}/omission")
async def record_omission(
    class_id: UUID, request: OmissionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> TimetableAnswer:
    """Say of lessons that have begun that they were not held; others can then be planned that make up their hours."""
    await planning.omit(connection, class_id, request.begins_at, reason=request.reason, caller=caller, at=at)
    return await _answer(connection, class_id)


@routes.get("/classes/{class_id}/timetable")
async def get_timetable(class_id: UUID, connection: Connection, caller: CurrentCaller) -> TimetableAnswer:
    """For those who may read the class."""
    await visible_class(connection, class_id, caller)
    return await _answer(connection, class_id)


async def _answer(connection: Connection, class_id: UUID) -> TimetableAnswer:
    lessons = await store.of_class(connection, class_id)
    return TimetableAnswer.of(lessons, await store.of_class(connection, class_id, omitted=True))
