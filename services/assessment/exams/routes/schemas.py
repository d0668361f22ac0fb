"""Requests and answers about candidates and results on the wire."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, model_validator

from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.eligibility import Admission, EvidenceKind, HeldCertificate, HeldPaper
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.store.candidates import ReplacedResult
from services.assessment.exams.usecases.admission import Stated
from shared.awards import GivenLevel
from shared.dated_rules.answers import GroundAnswer
from shared.form_errors import form_error
from shared.forms import ENCRYPTED, Day, LocalId, PersonName, Reason, Strict
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


class PresentedCertificateForm(Strict):
    """A certificate of the same or a related occupation that the candidate has shown you."""

    level: GivenLevel
    occupation: Annotated[
        str | None,
        Field(
            max_length=10, pattern=r"^\d-\d{2}-\d{2}-\d{2}$", description="A related one; default: that of the session"
        ),
    ] = None
    number: Annotated[str, Field(min_length=8, max_length=32, pattern=r"^[A-Z0-9]+$"), ENCRYPTED]
    issued_on: Day

    def certificate(self) -> HeldCertificate:
        award = award_named(award=None, level=self.level)
        return HeldCertificate(award, self.issued_on, self.number, False, self.occupation)


class PaperForm(Strict):
    """A diploma or title that the candidate has shown you. Without `issued_on`: a student in the final year."""

    kind: EvidenceKind
    issued_on: Day | None = None


class CandidateRowRequest(Strict):
    """One candidate. Spacing in the number is ignored; it is encrypted on arrival and only shown masked.

    The evidence is what the routes of the standard ask for (`GET /standards`). Certificates that were issued here count
    without being named.
    """

    local_id: LocalId
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), ENCRYPTED]
    name: PersonName
    years_of_work: Annotated[
        int | None, Field(ge=0, le=80, description="In this or a related occupation, all in all")
    ] = None
    certificates: Annotated[tuple[PresentedCertificateForm, ...], Field(max_length=10)] = ()
    papers: Annotated[tuple[PaperForm, ...], Field(max_length=10)] = ()

    def stated(self) -> Stated:
        return Stated(
            self.years_of_work,
            tuple(each.certificate() for each in self.certificates),
            tuple(HeldPaper(each.kind, each.issued_on) for each in self.papers),
        )


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


class AdmissionAnswer(BaseModel):
    """The route of the standard by which the candidate was admitted. Of presented numbers the end is shown."""

    route: str
    standard: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, admission: Admission) -> AdmissionAnswer:
        facts = dict(admission.facts)
        certificate = facts.get("certificate")
        if isinstance(certificate, dict):
            facts["certificate"] = certificate | {"number": f"…{str(certificate['number'])[-4:]}"}
        return cls(route=admission.route, standard=admission.standard, facts=facts)


class CandidateHistoryAnswer(MaskedCandidateAnswer):
    admission: AdmissionAnswer | None
    ground: GroundAnswer | None = Field(description="The row of the pass rule that the result was decided by")
    replaced: list[ReplacedResultAnswer]
