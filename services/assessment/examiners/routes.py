"""Examiners and quality supervisors over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.assessment.examiners import store, usecases
from services.assessment.examiners.rules import Examiner, ExaminerKind, ExaminerStatus, Qualification
from services.assessment.persons import store as person_store
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward, GivenLevel
from shared.forms import ENCRYPTED, PLAIN, Day, LocalId, PersonName, Reason, Strict
from shared.kernel.awards import award_named
from shared.kernel.identity import DocumentKind
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Particulars, Persons
from shared.web import Connection, CurrentPersons, Now, router

routes = router("examiners")


class QualificationForm(Strict):
    """An occupation up to an award; a level covers those below it. Without `last_on` it is open-ended."""

    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None
    certificate: Annotated[
        str,
        Field(min_length=1, max_length=64, description="The number of the certificate", examples=["KP-0001"]),
        PLAIN,
    ]
    first_on: Day
    last_on: Day | None = None

    def qualification(self) -> Qualification:
        return Qualification(
            parse_occupation(self.occupation),
            award_named(award=self.award, level=self.level),
            self.certificate,
            self.first_on,
            self.last_on,
        )


_Qualifications = Annotated[tuple[QualificationForm, ...], Field(max_length=100)]


class ExaminerRequest(Strict):
    """The number is encrypted on arrival and only shown masked."""

    local_id: LocalId
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), ENCRYPTED]
    name: PersonName
    kind: ExaminerKind = ExaminerKind.EXAMINER
    card: Annotated[str, Field(max_length=32, description="The number of the card", examples=["A0000123"]), PLAIN] | (
        None
    ) = None
    first_on: Annotated[Day | None, Field(description="Default: today")] = None
    last_on: Day | None = None
    qualifications: _Qualifications = ()

    def registration(self) -> usecases.Registration:
        return usecases.Registration(
            local_id=self.local_id,
            particulars=Particulars(self.document_kind, self.document_number, self.name),
            kind=self.kind,
            card=self.card,
            first_on=self.first_on,
            last_on=self.last_on,
            qualifications=[each.qualification() for each in self.qualifications],
        )


class QualificationsRequest(Strict):
    """All qualifications; those that are not named no longer hold."""

    qualifications: _Qualifications
    reason: Reason


class ExaminerEndingRequest(Strict):
    last_on: Annotated[Day | None, Field(description="Default: today")] = None
    reason: Reason


class ExaminerReasonRequest(Strict):
    reason: Reason


class QualificationAnswer(BaseModel):
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    certificate: str
    first_on: date
    last_on: date | None

    @classmethod
    def of(cls, qualification: Qualification) -> QualificationAnswer:
        names = ("occupation", "certificate", "first_on", "last_on")
        return cls(**{name: getattr(qualification, name) for name in names} | qualification.award.codes)


class ExaminerAnswer(BaseModel):
    """An examiner with masked personal data."""

    id: UUID
    body_id: UUID
    local_id: str
    name: str
    document_kind: DocumentKind
    document_number: str
    kind: ExaminerKind
    card: str | None
    first_on: date
    last_on: date | None
    status: ExaminerStatus
    qualifications: list[QualificationAnswer]
    version: int


class ExaminerStepAnswer(BaseModel):
    version: int
    verb: str
    by: str
    at: datetime
    reason: str | None
    content: dict[str, Any] = Field(description="The former values that the step replaced")


class ExaminerHistoryAnswer(ExaminerAnswer):
    history: list[ExaminerStepAnswer]


async def _shown(connection: Connection, persons: Persons, rows: list[Examiner]) -> list[dict[str, Any]]:
    sealed = await person_store.sealed(connection, [row.person for row in rows])
    own = [name for name in ExaminerAnswer.model_fields if name not in ("name", "document_kind", "document_number")]
    return [
        {name: getattr(row, name) for name in own}
        | {"qualifications": [QualificationAnswer.of(each) for each in row.qualifications]}
        | persons.shown(sealed[row.person])
        for row in rows
    ]


async def _answer(connection: Connection, persons: Persons, examiner: Examiner) -> ExaminerAnswer:
    (values,) = await _shown(connection, persons, [examiner])
    return ExaminerAnswer(**values)


@routes.post("/examiners", status_code=201)
async def register_examiner(
    request: ExaminerRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> ExaminerAnswer:
    """Register a person who examines or supervises for your body. The same again returns the existing entry."""
    entry = await usecases.register(connection, request.registration(), persons=persons, caller=caller, at=at)
    return await _answer(connection, persons, entry)


@routes.get("/examiners")
async def list_examiners(
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    body_id: UUID | None = None,
    region: Annotated[str | None, Query(max_length=16, description="Bodies of this region and below")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ExaminerAnswer]:
    """Examiners and supervisors, masked. A body sees its own, officers those of bodies in their region and below."""
    scope = await plans.scope(connection, caller, region=region)
    rows = await store.page(connection, scope, body_id=body_id, after=after(cursor), limit=size)
    shown = [ExaminerAnswer(**values) for values in await _shown(connection, persons, rows)]
    return Page(rows=shown, next=next_cursor(rows, size))


@routes.get("/examiners/{examiner_id}")
async def get_examiner(
    examiner_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> ExaminerHistoryAnswer:
    """An examiner, masked, with the history of the entry."""
    examiner = await usecases.load(connection, examiner_id, caller=caller)
    (values,) = await _shown(connection, persons, [examiner])
    steps = [ExaminerStepAnswer.model_validate(vars(each)) for each in await store.steps(connection, examiner_id)]
    return ExaminerHistoryAnswer(**values, history=steps)


@routes.put("/examiners/{examiner_id}/qualifications")
async def qualify_examiner(
    examiner_id: UUID,
    request: QualificationsRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ExaminerAnswer:
    """Replace what an examiner may examine. Sessions that are sealed keep the examiners that they have."""
    qualifications = [each.qualification() for each in request.qualifications]
    entry = await usecases.qualify(connection, examiner_id, qualifications, reason=request.reason, caller=caller, at=at)
    return await _answer(connection, persons, entry)


@routes.post("/examiners/{examiner_id}/ending")
async def end_examiner(
    examiner_id: UUID,
    request: ExaminerEndingRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ExaminerAnswer:
    """End an entry: from the day after `last_on` on, the person is assigned to no session of your body."""
    entry = await usecases.end(
        connection,
        examiner_id,
        last_on=request.last_on or business_day(at),
        reason=request.reason,
        caller=caller,
        at=at,
    )
    return await _answer(connection, persons, entry)


@routes.post("/examiners/{examiner_id}/reinstatement")
async def reinstate_examiner(
    examiner_id: UUID,
    request: ExaminerReasonRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ExaminerAnswer:
    """Take an ending back: the entry holds to its former last day."""
    entry = await usecases.reinstate(connection, examiner_id, reason=request.reason, caller=caller, at=at)
    return await _answer(connection, persons, entry)


@routes.post("/examiners/{examiner_id}/suspension")
async def suspend_examiner(
    examiner_id: UUID,
    request: ExaminerReasonRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ExaminerAnswer:
    """Suspend an examiner of a body of your region. A session with them cannot be sealed until it has another one."""
    entry = await usecases.suspend(connection, examiner_id, reason=request.reason, caller=caller, at=at)
    return await _answer(connection, persons, entry)


@routes.post("/examiners/{examiner_id}/resumption")
async def resume_examiner(
    examiner_id: UUID,
    request: ExaminerReasonRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ExaminerAnswer:
    """Take a suspension back."""
    entry = await usecases.resume(connection, examiner_id, reason=request.reason, caller=caller, at=at)
    return await _answer(connection, persons, entry)
