"""Engagements of teachers over HTTP: the teachers of an institution, with their projects and qualifications."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field, StringConstraints

from services.registry.directory.usecases.institutions import load_for_writing
from services.registry.particulars.rules import Phone
from services.registry.teachers.routes.teachers import QualificationAnswer
from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.rules.teachers import Teacher
from services.registry.teachers.store import engagements as store
from services.registry.teachers.store import teachers as teacher_store
from services.registry.teachers.usecases import engagements as usecases
from services.registry.teachers.usecases.engagements import NewTeacher, Paper, TeacherStatements
from shared.auth import CurrentCaller
from shared.edge.lanes import lookup
from shared.forms import ENCRYPTED, PLAIN, VISIBLE, Day, LocalId, PersonName, Reason, Strict
from shared.kernel.identity import DocumentKind
from shared.kernel.periods import Period
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Particulars, Persons
from shared.web import Connection, CurrentPersons, Now, router

routes = router("teachers")

Project = Annotated[str, Field(pattern=r"^[A-Z0-9-]{2,32}$", examples=["4-10-01-05-L4"]), PLAIN]


class QualificationRequest(Strict):
    """A qualification certificate of the teacher. Its number is encrypted on arrival and only shown masked."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100), PLAIN]
    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), VISIBLE, ENCRYPTED]
    first_on: Day
    last_on: Day | None = None

    def paper(self) -> Paper:
        """Raises PeriodEndsBeforeStart."""
        return Paper(self.name, self.number, Period(self.first_on, self.last_on))


Projects = Annotated[list[Project], Field(max_length=100, description="Codes of GET /v1/projects")]
Qualifications = Annotated[list[QualificationRequest], Field(max_length=50)]


class TeacherRequest(Strict):
    """Both days are inclusive; an engagement without `last_on` is open-ended."""

    local_id: LocalId
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), ENCRYPTED]
    name: PersonName
    phone: Phone | None = None
    full_time: Annotated[bool, Field(strict=True)]
    first_on: Day
    last_on: Day | None = None
    projects: Projects = Field(default_factory=list)
    qualifications: Qualifications = Field(default_factory=list)

    def teacher(self) -> NewTeacher:
        """Raises PeriodEndsBeforeStart."""
        return NewTeacher(
            local_id=self.local_id,
            particulars=Particulars(self.document_kind, self.document_number, self.name, self.phone),
            full_time=self.full_time,
            engaged=Period(self.first_on, self.last_on),
            projects=self.projects,
            qualifications=[each.paper() for each in self.qualifications],
        )


class EngagementEndingRequest(Strict):
    last_on: Annotated[Day, Field(description="The last day on which the teacher is engaged")]


class EngagementReinstatementRequest(Strict):
    reason: Reason


class EngagementCorrectionRequest(Strict):
    """Corrected statements of your institution about the teacher; fields that are left out stay unchanged.

    `projects` and `qualifications` are complete lists: a qualification that is missing is withdrawn.
    """

    full_time: Annotated[bool, Field(strict=True)] | None = None
    projects: Projects | None = None
    qualifications: Qualifications | None = None
    reason: Reason

    def statements(self) -> TeacherStatements:
        """Raises PeriodEndsBeforeStart."""
        papers = None if self.qualifications is None else [each.paper() for each in self.qualifications]
        return TeacherStatements(self.full_time, self.projects, papers)


class TeacherAnswer(BaseModel):
    """A teacher engaged by an institution, with what counts there; name and numbers are masked."""

    engagement_id: UUID
    teacher_id: UUID
    institution_id: UUID
    local_id: str
    name: str
    document_kind: Literal["resident_id", "residence_permit", "foreign_permanent_resident"]
    document_number: str
    full_time: bool
    first_on: date
    last_on: date | None
    projects: list[str]
    qualifications: list[QualificationAnswer]

    @classmethod
    def of(cls, engagement: Engagement, teacher: Teacher, persons: Persons) -> TeacherAnswer:
        shown = persons.shown(teacher_store.particulars(teacher))
        return cls.model_validate(
            shown
            | {name: getattr(engagement, name) for name in ("teacher_id", "institution_id", "local_id", "full_time")}
            | {
                "engagement_id": engagement.id,
                "first_on": engagement.engaged.first,
                "last_on": engagement.engaged.last,
                "projects": teacher.projects_at(engagement.institution_id),
                "qualifications": [
                    QualificationAnswer.of(each, persons) for each in teacher.papers_at(engagement.institution_id)
                ],
            }
        )


@routes.post("/institutions/{institution_id}/teachers", status_code=201)
@lookup
async def engage_teacher(
    institution_id: UUID,
    asked: TeacherRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> TeacherAnswer:
    """Engage a teacher. A repeat returns the existing engagement; new qualifications and projects are added."""
    engagement, teacher = await usecases.engage(
        connection, institution_id, asked.teacher(), persons=persons, caller=caller, at=at
    )
    return TeacherAnswer.of(engagement, teacher, persons)


@routes.get("/institutions/{institution_id}/teachers")
async def list_institution_teachers(
    institution_id: UUID,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[TeacherAnswer]:
    """Past, current and future teachers of the institution, for itself and for officers of its region or above."""
    await load_for_writing(connection, institution_id, caller=caller)
    rows = await store.page(connection, institution_id, after=after(cursor), limit=size)
    teachers = await teacher_store.by_ids(connection, {row.teacher_id for row in rows})
    answers = [TeacherAnswer.of(row, teachers[row.teacher_id], persons) for row in rows]
    return Page(rows=answers, next=next_cursor(rows, size))


@routes.post("/engagements/{engagement_id}/ending")
async def end_engagement(
    engagement_id: UUID,
    ending: EngagementEndingRequest,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> TeacherAnswer:
    """End an engagement. Lessons after that day must be assigned to other teachers first."""
    engagement, teacher = await usecases.end(connection, engagement_id, last_on=ending.last_on, caller=caller, at=at)
    return TeacherAnswer.of(engagement, teacher, request.app.state.persons)


@routes.post("/engagements/{engagement_id}/reinstatement")
async def reinstate_engagement(
    engagement_id: UUID,
    asked: EngagementReinstatementRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> TeacherAnswer:
    """Take back the latest ending of an engagement that was a mistake, as an officer of the region or above."""
    engagement, teacher = await usecases.reinstate(connection, engagement_id, reason=asked.reason, caller=caller, at=at)
    return TeacherAnswer.of(engagement, teacher, persons)


@routes.post("/engagements/{engagement_id}/correction")
async def correct_engagement(
    engagement_id: UUID,
    asked: EngagementCorrectionRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> TeacherAnswer:
    """Correct statements about a teacher, as the institution that made them or an officer of its region or above."""
    engagement, teacher = await usecases.correct(
        connection, engagement_id, asked.statements(), reason=asked.reason, persons=persons, caller=caller, at=at
    )
    return TeacherAnswer.of(engagement, teacher, persons)
