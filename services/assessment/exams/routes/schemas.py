"""Requests and answers about exams on the wire."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, model_validator

from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.store.candidates import ReplacedResult
from services.assessment.exams.usecases.sessions import Certification, Conclusion, Filing
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward, GivenLevel
from shared.contracts.assessment import SessionStatus
from shared.dated_rules.answers import GroundAnswer
from shared.form_errors import form_error
from shared.forms import ENCRYPTED, PLAIN, Day, LocalId, PersonName, Reason, Strict
from shared.kernel.awards import award_named
from shared.kernel.identity import DocumentKind


def _not_a_truth(value: object) -> object:
    if isinstance(value, bool):
        raise form_error("value_error", "A mark is a number", "分数应为数字。")
    return value


Mark = Annotated[
    Decimal,
    BeforeValidator(_not_a_truth),
    Field(ge=0, le=100, decimal_places=1, description="Points out of 100, with one decimal place at most"),
    # Digits as text are accepted as well; the description shows what to send.
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.1, "examples": [88.5]}),
]


class SessionRequest(Strict):
    local_id: LocalId
    class_id: UUID | None = Field(default=None, description="The class of the registry whose trainees are examined")
    programme: Annotated[str, Field(max_length=16, examples=["S02-1"]), PLAIN] = Field(
        description="The programme of certificates, unless the candidate's enrolment in the class names another one"
    )
    region: Annotated[str, Field(max_length=16, examples=["410102"], description="Where the session is held"), PLAIN]
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None
    held_on: Day

    def filing(self) -> Filing:
        award = award_named(award=self.award, level=self.level)
        return Filing(**self.model_dump(exclude={"award", "level"}), award=award)


class CandidateRowRequest(Strict):
    """One candidate. Spacing in the number is ignored; it is encrypted on arrival and only shown masked."""

    local_id: LocalId
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), ENCRYPTED]
    name: PersonName


class ResultRowRequest(Strict):
    """The marks of one candidate, or `absent: true` without marks."""

    local_id: LocalId
    theory: Mark | None = None
    skills: Mark | None = None
    review: Mark | None = Field(default=None, description="The comprehensive review: technicians (L5, L6) only")
    absent: bool = False

    @model_validator(mode="after")
    def _either(self) -> ResultRowRequest:
        has_marks = self.theory is not None and self.skills is not None
        has_some = any(mark is not None for mark in (self.theory, self.skills, self.review))
        if self.absent and has_some:
            raise form_error("value_error", "An absent candidate has no marks", "缺考的考生不能填写分数。")
        if not self.absent and not has_marks:
            raise form_error(
                "value_error",
                "Enter theory and skills, or absent: true",
                "请填写 theory 和 skills，缺考的填写 absent: true。",
            )
        return self

    def marks(self) -> Marks | None:
        if self.theory is None or self.skills is None:
            return None
        return marks_of(self.theory, self.skills, self.review)


class CorrectionRequest(Strict):
    theory: Mark
    skills: Mark
    review: Mark | None = None
    reason: Reason

    def marks(self) -> Marks:
        return marks_of(self.theory, self.skills, self.review)


def marks_of(theory: Decimal, skills: Decimal, review: Decimal | None) -> Marks:
    """Points in tenths, as they are stored."""
    return Marks(int(theory * 10), int(skills * 10), None if review is None else int(review * 10))


class SessionAnswer(BaseModel):
    id: UUID
    body_id: UUID
    local_id: str
    class_id: UUID | None
    programme: str
    region: str
    reporting_region: str
    outside_territory: bool = Field(description="Held outside the body's own reporting region: both supervise")
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    held_on: date
    status: SessionStatus
    version: int

    @classmethod
    def of(cls, session: ExamSession) -> SessionAnswer:
        values = {name: getattr(session, name) for name in SessionAnswer.model_fields if name != "level"}
        return SessionAnswer(**values | session.award.codes)


class ConclusionAnswer(SessionAnswer):
    """Counts of the concluded session. `certificates` + `already_certified` = `passed`."""

    candidates: int
    passed: int
    failed: int
    absent: int
    certificates: int
    already_certified: list[str] = Field(
        description="local_ids of candidates who passed but already hold a valid certificate of this kind"
    )

    @classmethod
    def of_conclusion(cls, conclusion: Conclusion) -> ConclusionAnswer:
        summary, certification = conclusion.summary, conclusion.certification
        return cls(
            **SessionAnswer.of(conclusion.session).model_dump(),
            candidates=summary.candidates,
            passed=summary.passed,
            failed=summary.with_marks - summary.passed,
            absent=summary.absent,
            certificates=len(certification.certificates),
            already_certified=[candidate.local_id for candidate in certification.already_certified],
        )


class IssuanceAnswer(BaseModel):
    """Certificates issued after the conclusion."""

    certificates: int
    already_certified: list[str] = Field(
        description="local_ids of candidates who still hold a valid certificate of this kind"
    )

    @classmethod
    def of(cls, certification: Certification) -> IssuanceAnswer:
        left_out = [candidate.local_id for candidate in certification.already_certified]
        return cls(certificates=len(certification.certificates), already_certified=left_out)


class MarksAnswer(BaseModel):
    theory: float
    skills: float
    review: float | None

    @classmethod
    def of(cls, marks: Marks | None) -> MarksAnswer | None:
        if marks is None:
            return None
        return cls.model_validate(marks.points)


class CandidateAnswer(BaseModel):
    id: UUID
    session_id: UUID
    local_id: str
    programme: str
    absent: bool
    marks: MarksAnswer | None
    passed: bool | None
    version: int = Field(description="Of the result: 0 while there are no marks")

    @classmethod
    def of(cls, candidate: Candidate, **more: Any) -> Self:
        values = {name: getattr(candidate, name) for name in CandidateAnswer.model_fields}
        return cls(**values | {"marks": MarksAnswer.of(candidate.marks)} | more)


class MaskedCandidateAnswer(CandidateAnswer):
    """A candidate with masked personal data: the name's first character, the number's first six and last four."""

    name: str
    document_kind: DocumentKind
    document_number: str


class ReplacedResultAnswer(BaseModel):
    """A result that a correction replaced."""

    version: int
    absent: bool
    marks: MarksAnswer | None
    pass_rule: str | None
    reason: str
    replaced_at: datetime

    @classmethod
    def of(cls, replaced: ReplacedResult) -> ReplacedResultAnswer:
        return cls(**replaced._asdict() | {"marks": MarksAnswer.of(replaced.marks)})


class CandidateHistoryAnswer(MaskedCandidateAnswer):
    ground: GroundAnswer | None = Field(description="The row of the pass rule that the result was decided by")
    replaced: list[ReplacedResultAnswer]
