"""Conversion of credits over HTTP: the rules of schools, their uses, and taking one back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.credits import usecases
from services.assessment.credits.rules import CreditRow, CreditUse, Direction
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, GivenAward
from shared.dated_rules.answers import ProvenanceAnswer
from shared.dated_rules.routes import add_rule_routes
from shared.dated_rules.rules import Provenance
from shared.edge.lanes import lookup
from shared.forms import ENCRYPTED, PLAIN, VISIBLE, Day, Name, PersonName, Reason, Strict
from shared.kernel.awards import Award
from shared.kernel.identity import DocumentKind
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import Period
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Particulars
from shared.web import Connection, CurrentPersons, Now, router

rule_routes = router("credit_rules")
routes = router("credit_uses")

_Occupation = Annotated[str, Field(max_length=20, examples=["4-10-01-05"]), PLAIN]


class CreditRuleRequest(Strict):
    """A course of a school: what a certificate of the award counts as, or what counts towards the award."""

    direction: Direction
    school_id: UUID
    occupation: _Occupation
    award: GivenAward
    course: Name
    credits: Annotated[float, Field(gt=0, le=100, multiple_of=0.5, examples=[2.5])]
    first_on: Day
    last_on: Day | None = None
    status: Annotated[str, Field(pattern="^(assumption|sourced)$")] = "sourced"
    source: Annotated[str, Field(min_length=2, max_length=500, description="The school's document"), PLAIN]
    reason: Reason | None = None

    def row(self, *, by: str, at: datetime) -> CreditRow:
        """The proposal of the person `by`. Raises UnknownAward, MalformedOccupation, PeriodEndsBeforeStart."""
        return CreditRow(
            id=str(new_id()),
            direction=self.direction,
            school_id=self.school_id,
            occupation=parse_occupation(self.occupation),
            award=Award.from_code(self.award),
            course=self.course,
            tenths=round(self.credits * 10),
            validity=Period(self.first_on, self.last_on),
            status=self.status,
            source=self.source,
            provenance=Provenance(by, at, self.reason),
        )


class CreditRuleAnswer(BaseModel):
    """`credits` 0: from its first day on this course is not converted."""

    id: str
    direction: Direction
    school_id: UUID
    occupation: str
    award: AnsweredAward
    course: str
    credits: float
    first_on: date
    last_on: date | None
    status: str
    source: str
    provenance: ProvenanceAnswer

    @classmethod
    def of(cls, row: CreditRow) -> Self:
        names = ("id", "direction", "school_id", "occupation", "course", "first_on", "last_on", "status", "source")
        given = {name: getattr(row, name) for name in names}
        return cls(**given, award=row.award.code, credits=row.tenths / 10, provenance=ProvenanceAnswer.of(row))


class CertificateUseRequest(Strict):
    """What stands on the certificate that the school has seen. The name is compared, and not kept."""

    number: Annotated[str, Field(max_length=40, examples=["S000041000123253000042"]), PLAIN]
    name: Annotated[PersonName, VISIBLE]


class CourseUseRequest(Strict):
    """A student and the courses that they have passed."""

    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), ENCRYPTED]
    name: Annotated[PersonName, VISIBLE]
    occupation: _Occupation
    award: GivenAward
    courses: Annotated[tuple[Name, ...], Field(min_length=1, max_length=50)]


class WithdrawalOfUseRequest(Strict):
    reason: Reason


class CourseAnswer(BaseModel):
    course: str
    credits: float
    rule: str = Field(description="The row that says so")


class CreditUseAnswer(BaseModel):
    id: UUID
    direction: Direction
    school_id: UUID
    certificate_id: UUID | None
    occupation: str
    award: AnsweredAward
    courses: list[CourseAnswer]
    credits: float
    used_by: str
    used_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    version: int

    @classmethod
    def of(cls, use: CreditUse) -> Self:
        names = set(CreditUseAnswer.model_fields) - {"award", "courses", "credits"}
        courses = [CourseAnswer(course=each.course, credits=each.tenths / 10, rule=each.rule) for each in use.courses]
        total = sum(each.tenths for each in use.courses) / 10
        given = {name: getattr(use, name) for name in names}
        return cls(**given, award=use.award.code, courses=courses, credits=total)


add_rule_routes(
    rule_routes,
    usecases.CREDIT_RULES,
    "/credit-rules",
    name="credit_rule",
    request=CreditRuleRequest,
    answer=CreditRuleAnswer,
    about=(
        "Which courses of a school a certificate counts as, and which count towards an award: every row ever entered, "
        "or what decided on a day as it was known at a time."
    ),
)


@routes.post("/credit-uses/of-certificates", status_code=201)
@lookup
async def use_certificate(
    request: CertificateUseRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> CreditUseAnswer:
    """Count a valid certificate as courses of your school, once. What does not fit has one answer."""
    use = await usecases.use_certificate(
        connection, request.number, request.name, persons=persons, caller=caller, at=at
    )
    return CreditUseAnswer.of(use)


@routes.post("/credit-uses/of-courses", status_code=201)
async def use_courses(
    request: CourseUseRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> CreditUseAnswer:
    """Count courses of your school that a student has passed towards an award, once.

    Its id is the reference under which an assessment body names it as evidence of a process assessment.
    """
    use = await usecases.use_courses(
        connection,
        Particulars(request.document_kind, request.document_number, request.name),
        request.courses,
        occupation=request.occupation,
        award=Award.from_code(request.award),
        persons=persons,
        caller=caller,
        at=at,
    )
    return CreditUseAnswer.of(use)


@routes.get("/credit-uses")
async def list_credit_uses(
    connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[CreditUseAnswer]:
    """Uses of your school; the province sees all."""
    rows = await usecases.page(connection, caller=caller, after=after(cursor), limit=size)
    return Page(rows=[CreditUseAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/credit-uses/{use_id}/withdrawal")
async def withdraw_credit_use(
    use_id: UUID, request: WithdrawalOfUseRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> CreditUseAnswer:
    """Take a use back that was a mistake: it stays on record, and the same can be used again."""
    return CreditUseAnswer.of(await usecases.withdraw(connection, use_id, reason=request.reason, caller=caller, at=at))
