"""What happens to teachers of the pool over HTTP: merged entries, departures, and the way back from both."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.teachers.rules.departures import DepartureKind
from services.registry.teachers.rules.merges import TeacherMerge, TeacherMergeStatus
from services.registry.teachers.store import merges as merge_store
from services.registry.teachers.usecases import departures, merges
from services.registry.teachers.usecases.teachers import visible
from shared.auth import CurrentCaller
from shared.forms import Day, Reason, Strict
from shared.web import Connection, Now, router

routes = router("teachers")


class TeacherMergeRequest(Strict):
    into_id: Annotated[UUID, Field(description="The entry of the same person that stays")]
    reason: Reason


class TeacherStepRequest(Strict):
    reason: Reason


class TeacherMergeAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    teacher_id: UUID
    into_id: UUID
    proposed_by: str
    status: TeacherMergeStatus
    version: int


class TeacherMergeEventAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: str
    done_by: str
    done_at: datetime
    said: str


class TeacherMergeInFull(TeacherMergeAnswer):
    history: list[TeacherMergeEventAnswer]


class TeacherMergesAnswer(BaseModel):
    rows: list[TeacherMergeInFull]


class DepartureRequest(Strict):
    kind: DepartureKind
    last_on: Annotated[Day, Field(description="The last day on which the teacher taught, today at the latest")]
    reason: Reason


class DepartureAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    teacher_id: UUID
    kind: DepartureKind
    last_on: date
    reason: str
    recorded_by: str
    recorded_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    undoing_reason: str | None
    version: int


class LessonsLeftAnswer(BaseModel):
    class_id: UUID
    lessons: int


class DepartureReportAnswer(DepartureAnswer):
    """`lessons_left`: classes with lessons of the teacher after the last day, which are flagged."""

    engagements_ended: int
    lessons_left: list[LessonsLeftAnswer]


@routes.post("/teachers/{teacher_id}/merges", status_code=201, response_model=TeacherMergeAnswer)
async def propose_teacher_merge(
    teacher_id: UUID, asked: TeacherMergeRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> TeacherMerge:
    """Propose that two entries of the pool are one person. Nothing happens until another officer confirms it."""
    return await merges.propose(connection, teacher_id, asked.into_id, reason=asked.reason, caller=caller, at=at)


@routes.get("/teachers/{teacher_id}/merges")
async def list_teacher_merges(teacher_id: UUID, connection: Connection, caller: CurrentCaller) -> TeacherMergesAnswer:
    """The merges of a teacher into another entry, or of others into theirs, with their steps."""
    await visible(connection, teacher_id, caller=caller)
    rows: list[TeacherMergeInFull] = []
    for merge in await merge_store.of_teacher(connection, teacher_id, standing=False):
        events = await merge_store.events(connection, merge.id)
        history = [TeacherMergeEventAnswer.model_validate(each) for each in events]
        rows.append(TeacherMergeInFull(**dict(TeacherMergeAnswer.model_validate(merge)), history=history))
    return TeacherMergesAnswer(rows=rows)


@routes.post("/teacher-merges/{teacher_merge_id}/confirmation", response_model=TeacherMergeAnswer)
async def confirm_teacher_merge(
    teacher_merge_id: UUID, asked: TeacherStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> TeacherMerge:
    """Merge them, as another officer than the one who proposed it."""
    return await merges.confirm(connection, teacher_merge_id, reason=asked.reason, caller=caller, at=at)


@routes.post("/teacher-merges/{teacher_merge_id}/withdrawal", response_model=TeacherMergeAnswer)
async def withdraw_teacher_merge(
    teacher_merge_id: UUID, asked: TeacherStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> TeacherMerge:
    """Take a proposal back that is not confirmed yet."""
    return await merges.withdraw(connection, teacher_merge_id, reason=asked.reason, caller=caller, at=at)


@routes.post("/teacher-merges/{teacher_merge_id}/undoing", response_model=TeacherMergeAnswer)
async def undo_teacher_merge(
    teacher_merge_id: UUID, asked: TeacherStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> TeacherMerge:
    """Separate two entries that were merged by mistake."""
    return await merges.undo(connection, teacher_merge_id, reason=asked.reason, caller=caller, at=at)


@routes.post("/teachers/{teacher_id}/departures", status_code=201)
async def record_teacher_departure(
    teacher_id: UUID, asked: DepartureRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> DepartureReportAnswer:
    """Record that a teacher has died or left: every engagement ends on that day, at any institution.

    Lessons after it stay planned until others are assigned; their classes are flagged.
    """
    found = await departures.record(connection, teacher_id, **asked.model_dump(), caller=caller, at=at)
    left = [LessonsLeftAnswer(class_id=class_id, lessons=count) for class_id, count in found.lessons_left.items()]
    shown = DepartureAnswer.model_validate(found.departure)
    return DepartureReportAnswer(**dict(shown), engagements_ended=len(found.departure.ended), lessons_left=left)


@routes.post("/departures/{departure_id}/undoing")
async def undo_teacher_departure(
    departure_id: UUID, asked: TeacherStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> DepartureAnswer:
    """Take a departure back: the engagements that it ended get their last days back."""
    after = await departures.undo(connection, departure_id, reason=asked.reason, caller=caller, at=at)
    return DepartureAnswer.model_validate(after)
