"""What assessment's answers look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.api.schemas import ScopeItemForm
from services.assessment.domain.bodies import Body, BodyKind
from services.assessment.domain.candidates import Candidate
from services.assessment.domain.certificates import Certificate
from services.assessment.domain.marks import Marks
from services.assessment.domain.sessions import ExamSession
from services.assessment.store.candidates import ReplacedResult
from services.assessment.store.certificates import Verified
from services.assessment.usecases.certificates import Issued
from services.assessment.usecases.sessions import Conclusion
from shared.contracts.assessment import CertificateStatus, SessionStatus
from shared.kernel.identity import DocumentKind


class BodyAnswer(BaseModel):
    id: UUID
    credit_code: str
    name: str
    kind: BodyKind
    region: str
    reporting_region: str
    number_prefix: str
    scope: list[ScopeItemForm]
    version: int

    @classmethod
    def of(cls, body: Body) -> BodyAnswer:
        scope = [ScopeItemForm(occupation=entry.occupation, level=entry.level.code) for entry in body.scope]
        return cls(**{name: getattr(body, name) for name in cls.model_fields} | {"scope": scope})


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
    level: str
    held_on: date
    status: SessionStatus
    version: int

    @classmethod
    def of(cls, session: ExamSession) -> SessionAnswer:
        values = {name: getattr(session, name) for name in SessionAnswer.model_fields}
        return SessionAnswer(**values | {"level": session.level.code})


class ConclusionAnswer(SessionAnswer):
    """The concluded session, counted. `certificates` + `already_certified` = `passed`."""

    candidates: int
    passed: int
    failed: int
    absent: int
    certificates: int
    already_certified: list[str] = Field(
        description="local_ids of those who passed but hold a valid certificate of this occupation and level already"
    )

    @classmethod
    def of_conclusion(cls, conclusion: Conclusion) -> ConclusionAnswer:
        summary, issued = conclusion.summary, conclusion.issued
        return cls(
            **SessionAnswer.of(conclusion.session).model_dump(),
            candidates=summary.candidates,
            passed=summary.passed,
            failed=summary.with_marks - summary.passed,
            absent=summary.absent,
            certificates=len(issued.certificates),
            already_certified=[candidate.local_id for candidate in issued.already_certified],
        )


class IssuedAnswer(BaseModel):
    """What was issued after a conclusion."""

    certificates: int
    already_certified: list[str] = Field(description="local_ids of those who still hold a certificate of this kind")

    @classmethod
    def of(cls, issued: Issued) -> IssuedAnswer:
        left_out = [candidate.local_id for candidate in issued.already_certified]
        return cls(certificates=len(issued.certificates), already_certified=left_out)


class MarksAnswer(BaseModel):
    theory: float
    skills: float
    review: float | None

    @classmethod
    def of(cls, marks: Marks | None) -> MarksAnswer | None:
        if marks is None:
            return None
        review = None if marks.review is None else marks.review / 10
        return cls(theory=marks.theory / 10, skills=marks.skills / 10, review=review)


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


class ShownCandidateAnswer(CandidateAnswer):
    """With what may be shown of the person: the name's first place, the number's first six and last four."""

    name: str
    document_kind: DocumentKind
    document_number: str


class ReplacedAnswer(BaseModel):
    """A result that a correction replaced."""

    version: int
    absent: bool
    marks: MarksAnswer | None
    reason: str
    replaced_at: datetime

    @classmethod
    def of(cls, replaced: ReplacedResult) -> ReplacedAnswer:
        return cls(**replaced._asdict() | {"marks": MarksAnswer.of(replaced.marks)})


class CandidateHistoryAnswer(ShownCandidateAnswer):
    replaced: list[ReplacedAnswer]


class CorrectionAnswer(CandidateAnswer):
    certificate_id: UUID | None = Field(description="The certificate that the correction led to")
    already_certified: bool = Field(description="Passes now, but holds a valid certificate of this kind already")


class CertificateAnswer(BaseModel):
    id: UUID
    number: str
    body_id: UUID
    session_id: UUID
    candidate_id: UUID
    class_id: UUID | None
    programme: str
    region: str
    reporting_region: str
    occupation: str
    level: str
    issued_on: date
    status: CertificateStatus
    version: int

    @classmethod
    def of(cls, certificate: Certificate, **more: Any) -> Self:
        values = {name: getattr(certificate, name) for name in CertificateAnswer.model_fields}
        return cls(**values | {"level": certificate.level.code} | more)


class HeldCertificateAnswer(CertificateAnswer):
    """With the holder's name, masked."""

    name: str


class VerificationAnswer(BaseModel):
    """What anybody may know of a certificate whose number they hold: nothing of its holder."""

    number: str
    status: CertificateStatus
    occupation: str
    level: str
    level_name_zh: str
    level_name_en: str
    issued_on: date
    body_name: str

    @classmethod
    def of(cls, verified: Verified) -> VerificationAnswer:
        level = verified.level
        words = {"level": level.code, "level_name_zh": level.name_zh, "level_name_en": level.name_en}
        return cls(**verified._asdict() | words)
