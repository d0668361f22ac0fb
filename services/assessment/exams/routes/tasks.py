"""What sessions need next, and the classes that a body may examine, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.exams.routes.session_schemas import SessionAnswer
from services.assessment.exams.rules.next_steps import SessionNeed, SessionTask
from services.assessment.exams.usecases import tasks
from services.assessment.exams.usecases.tasks import SessionInHand
from services.assessment.trainings.rules import ExaminableClass
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.assessment import SessionStatus
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("sessions")


class SessionInHandAnswer(SessionAnswer):
    """A session with its candidates counted and what it needs next. `next_task` is null for a cancelled one."""

    candidates: int
    passed: int
    absent: int
    without_result: int
    next_task: SessionTask | None
    next_on: date | None = Field(
        description="The day from which the task is possible; before the exam, the day before which it is due"
    )
    needs: list[SessionNeed]

    @classmethod
    def of_hand(cls, found: SessionInHand) -> Self:
        counts = ("candidates", "passed", "absent", "without_result")
        task = found.next_task
        return cls(
            **SessionAnswer.of(found.session).model_dump(),
            **{name: getattr(found.summary, name) for name in counts},
            next_task=task and task.task,
            next_on=task and task.on,
            needs=list(task.needs) if task else [],
        )


class ExaminableClassAnswer(BaseModel):
    """A class for whose trainees a session can be filed; names are null where the registry has not told them."""

    id: UUID
    institution_name: str | None
    local_id: str | None
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    starts_on: date | None

    @classmethod
    def of(cls, class_: ExaminableClass) -> Self:
        return cls(**class_._asdict() | class_.award.codes)


@routes.get("/session-tasks")
async def list_session_tasks(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    status: SessionStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[SessionInHandAnswer]:
    """Sessions with what each needs next: a body sees its own, officers those that they supervise."""
    rows = await tasks.in_hand(connection, status=status, caller=caller, after=after(cursor), limit=size, at=at)
    next_ = next_cursor([row.session for row in rows], size)
    return Page(rows=[SessionInHandAnswer.of_hand(row) for row in rows], next=next_)


@routes.get("/examinable-classes")
async def list_examinable_classes(
    connection: Connection, caller: CurrentCaller, at: Now, cursor: Cursor = None, size: PageSize = 100
) -> Page[ExaminableClassAnswer]:
    """The classes of your region for the occupations that you may examine, without their trainees."""
    rows = await tasks.examinable_classes(connection, caller=caller, after=after(cursor), limit=size, at=at)
    return Page(rows=[ExaminableClassAnswer.of(row) for row in rows], next=next_cursor(rows, size))
