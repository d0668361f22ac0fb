"""Requests and answers about exams on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.eligibility import Admission, EvidenceKind, HeldCertificate, HeldPaper
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.rules.sittings import Sitting
from services.assessment.exams.store.candidates import ReplacedResult
from services.assessment.exams.usecases.admission import Stated
from services.assessment.exams.usecases.filing import Filing, SessionPlan
from services.assessment.exams.usecases.sessions import Certification, Conclusion
from services.assessment.standards.rules import Part
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward, GivenLevel
from shared.contracts.assessment import SessionStatus
from shared.dated_rules.answers import GroundAnswer
from shared.entries import ErrorEntry, warning_entry
from shared.form_errors import form_error
from shared.forms import ENCRYPTED, PLAIN, Day, Instant, LocalId, PersonName, Reason, Strict
from shared.kernel.awards import award_named
from shared.kernel.identity import DocumentKind
from shared.kernel.outcomes import RowWarning


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


class SittingForm(Strict):
    """One part in one room. `examiners` are the ids of their entries with your body."""

    part: Part
    room: Annotated[str, Field(min_length=1, max_length=64, examples=["101"]), PLAIN]
    begins_at: Instant
    ends_at: Instant
    seats: Annotated[int, Field(ge=1, le=1000)]
    examiners: Annotated[list[UUID], Field(max_length=50)]

    def sitting(self) -> Sitting:
        begins_at, ends_at = self.begins_at.astimezone(UTC), self.ends_at.astimezone(UTC)
        return Sitting(self.part, self.room, begins_at, ends_at, self.seats, tuple(self.examiners))


class SessionPlanForm(Strict):
    """When and where a session is held, and by whom. `GET /session-rules` says what is needed by when."""

    region: Annotated[str, Field(max_length=16, examples=["410102"], description="Where the session is held"), PLAIN]
    held_on: Day
    place: Annotated[str, Field(min_length=2, max_length=200, description="The address"), PLAIN] | None = None
    sittings: Annotated[tuple[SittingForm, ...], Field(max_length=200)] = ()
    supervisors: Annotated[
        tuple[UUID, ...], Field(max_length=20, description="Ids of quality supervisors registered with your body")
    ] = ()

    def plan(self) -> SessionPlan:
        return SessionPlan(
            self.region,
            self.held_on,
            self.place,
            tuple(each.sitting() for each in self.sittings),
            tuple(self.supervisors),
        )


class SessionChangeRequest(SessionPlanForm):
    """The whole plan as it is to be, and why it changes."""

    reason: Reason


class SessionReasonRequest(Strict):
    reason: Reason


class CancellationRequest(Strict):
    """A session that was filed ahead is cancelled with a reason."""

    reason: Reason | None = None


class SessionRequest(SessionPlanForm):
    local_id: LocalId
    class_id: UUID | None = Field(default=None, description="The class of the registry whose trainees are examined")
    programme: Annotated[str, Field(max_length=16, examples=["S02-1"]), PLAIN] = Field(
        description="The programme of certificates, unless the candidate's enrolment in the class names another one"
    )
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None

    def filing(self) -> Filing:
        return Filing(
            local_id=self.local_id,
            class_id=self.class_id,
            programme=self.programme,
            occupation=self.occupation,
            award=award_named(award=self.award, level=self.level),
            plan=self.plan(),
        )


class PresentedCertificateForm(Strict):
    """A certificate of the same or a related occupation that the candidate has shown you."""

    level: GivenLevel
    number: Annotated[str, Field(min_length=8, max_length=32, pattern=r"^[A-Z0-9]+$"), ENCRYPTED]
    issued_on: Day

    def certificate(self) -> HeldCertificate:
        return HeldCertificate(award_named(award=None, level=self.level), self.issued_on, self.number, False)


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


class SittingAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    part: Part
    room: str
    begins_at: datetime
    ends_at: datetime
    seats: int
    examiners: list[UUID]


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
    place: str | None
    sittings: list[SittingAnswer]
    supervisors: list[UUID]
    roster_digest: str | None = Field(description="SHA-256 of the roster while it is sealed")
    public_until: date | None = Field(description="The last day of the publicity; the conclusion follows after it")

    @classmethod
    def of(cls, session: ExamSession) -> SessionAnswer:
        values = {name: getattr(session, name) for name in SessionAnswer.model_fields if name not in _WORKED_OUT}
        sittings = [SittingAnswer.model_validate(each) for each in session.sittings]
        return SessionAnswer(**values | session.award.codes | {"sittings": sittings})


_WORKED_OUT = ("level", "sittings")


class NoticedSessionAnswer(SessionAnswer):
    """A session, with what an officer should look at: its class, and who trained it."""

    notices: list[ErrorEntry]

    @classmethod
    def with_notices(cls, session: ExamSession, notices: Sequence[RowWarning]) -> NoticedSessionAnswer:
        entries = [ErrorEntry.model_validate(warning_entry(each)) for each in notices]
        return cls(**SessionAnswer.of(session).model_dump(), notices=entries)


class SessionStepAnswer(BaseModel):
    """Who did what with the session, when, why, and by which rows of the session rules."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: str
    by: str
    at: datetime
    reason: str | None
    rules: list[str]
    content: dict[str, Any] = Field(description="What the step set")


class WithdrawalAnswer(BaseModel):
    """A candidate who was taken out of the roster."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    session_id: UUID
    local_id: str
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


class SessionHistoryAnswer(BaseModel):
    steps: list[SessionStepAnswer]
    withdrawn_candidates: list[WithdrawalAnswer]


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
