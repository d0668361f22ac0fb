"""The teacher pool over HTTP: lists for officers, corrections of names, verification of qualifications."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict

from services.registry.plan.usecases import visibility
from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.rules.teachers import Qualification, Teacher
from services.registry.teachers.store import engagements as engagement_store
from services.registry.teachers.store import teachers as store
from services.registry.teachers.usecases import teachers as usecases
from shared.auth import CurrentCaller
from shared.forms import PersonName, Reason, Strict
from shared.kernel.identity import DocumentKind, masked
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
from shared.web import Connection, CurrentPersons, Now, router

routes = router("teachers")

CORRECTIONS_MAX = 500
Region = Annotated[str | None, Query(max_length=16, description="This region and the regions below it")]


class NameRequest(Strict):
    """The name on the teacher's document."""

    name: PersonName
    reason: Reason


class QualificationAnswer(BaseModel):
    """Entered by `institution_id`; it counts there, and everywhere once an officer has verified it."""

    id: UUID
    institution_id: UUID
    name: str
    number: str
    first_on: date
    last_on: date | None
    verified: bool

    @classmethod
    def of(cls, paper: Qualification, persons: Persons) -> QualificationAnswer:
        return cls(
            id=paper.id,
            institution_id=paper.institution_id,
            name=paper.name,
            number=masked(persons.unseal(paper.sealed, owner=paper.id).decode()),
            first_on=paper.held.first,
            last_on=paper.held.last,
            verified=paper.verified_by is not None,
        )


class NameAnswer(BaseModel):
    """Name and number are masked."""

    teacher_id: UUID
    name: str
    document_kind: DocumentKind
    document_number: str

    @classmethod
    def of(cls, teacher: Teacher, persons: Persons) -> NameAnswer:
        shown = persons.shown(store.particulars(teacher))
        return cls.model_validate(shown | {"teacher_id": teacher.id})


class PooledTeacherAnswer(NameAnswer):
    """A teacher with the statements of all institutions; name and numbers are masked."""

    projects: list[str]
    qualifications: list[QualificationAnswer]

    @classmethod
    def of(cls, teacher: Teacher, persons: Persons) -> PooledTeacherAnswer:
        papers = [QualificationAnswer.of(each, persons) for each in teacher.qualifications]
        named = vars(NameAnswer.of(teacher, persons))
        return cls(**named, projects=list(teacher.projects), qualifications=papers)


class EngagementAnswer(BaseModel):
    engagement_id: UUID
    institution_id: UUID
    local_id: str
    full_time: bool
    first_on: date
    last_on: date | None
    projects: list[str]

    @classmethod
    def of(cls, engagement: Engagement, teacher: Teacher) -> EngagementAnswer:
        return cls(
            engagement_id=engagement.id,
            institution_id=engagement.institution_id,
            local_id=engagement.local_id,
            full_time=engagement.full_time,
            first_on=engagement.engaged.first,
            last_on=engagement.engaged.last,
            projects=list(teacher.projects_at(engagement.institution_id)),
        )


class TeacherCorrectionAnswer(BaseModel):
    """`engagement_id` is null for a correction of the name."""

    model_config = ConfigDict(from_attributes=True)

    engagement_id: UUID | None
    change: dict[str, object]
    reason: str
    corrected_by: str
    corrected_at: datetime


class TeacherHistoryAnswer(BaseModel):
    """A teacher with every engagement, at any institution, and every correction."""

    teacher: PooledTeacherAnswer
    engagements: list[EngagementAnswer]
    corrections: list[TeacherCorrectionAnswer]


@routes.get("/teachers")
async def list_teachers(
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    institution_id: UUID | None = None,
    project: Annotated[str | None, Query(max_length=32, description="Code of a project they may teach")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[PooledTeacherAnswer]:
    """Past, current and future teachers of the institutions in an officer's region.

    With `project`, only those who may teach it according to one of these institutions.
    """
    far = await visibility.reach(connection, caller, region)
    rows = await store.page(
        connection, far, institution_id=institution_id, project=project, after=after(cursor), limit=size
    )
    return Page(rows=[PooledTeacherAnswer.of(row, persons) for row in rows], next=next_cursor(rows, size))


@routes.get("/teachers/{teacher_id}")
async def get_teacher(
    teacher_id: UUID, request: Request, connection: Connection, caller: CurrentCaller
) -> TeacherHistoryAnswer:
    """For officers of a region in which the teacher is or was engaged, or above."""
    teacher = await usecases.visible(connection, teacher_id, caller=caller)
    corrections = await store.corrections(connection, teacher_id, limit=CORRECTIONS_MAX)
    return TeacherHistoryAnswer(
        teacher=PooledTeacherAnswer.of(teacher, request.app.state.persons),
        engagements=[
            EngagementAnswer.of(each, teacher) for each in await engagement_store.of_teachers(connection, [teacher_id])
        ],
        corrections=[TeacherCorrectionAnswer.model_validate(each) for each in corrections],
    )


@routes.post("/teachers/{teacher_id}/correction")
async def correct_teacher_name(
    teacher_id: UUID,
    asked: NameRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> NameAnswer:
    """Correct a teacher's name, as the institution that gave it or an officer of a region where they are engaged."""
    teacher = await usecases.rename(
        connection, teacher_id, asked.name, reason=asked.reason, persons=persons, caller=caller, at=at
    )
    return NameAnswer.of(teacher, persons)


@routes.post("/qualifications/{qualification_id}/verification")
async def verify_qualification(
    qualification_id: UUID, request: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> PooledTeacherAnswer:
    """Confirm as an officer that you saw the original certificate: it then counts at every institution."""
    teacher = await usecases.verify(connection, qualification_id, caller=caller, at=at)
    return PooledTeacherAnswer.of(teacher, request.app.state.persons)
