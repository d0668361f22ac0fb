"""Answers about candidates and results on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.eligibility import Admission
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.store.candidates import ReplacedResult
from shared.dated_rules.answers import GroundAnswer
from shared.kernel.identity import DocumentKind


class MarksAnswer(BaseModel):
    """Points by part; null for a part without a mark."""

    theory: float | None
    skills: float | None
    review: float | None

    @classmethod
    def of(cls, marks: Marks | None) -> MarksAnswer | None:
        if marks is None:
            return None
        return cls.model_validate(marks.points)


class KeptPartAnswer(BaseModel):
    """A part that was passed in an earlier exam. `stands` is false if its mark was corrected since to one that fails.

    Its mark is that of the earlier candidacy.
    """

    part: str
    candidate_id: UUID
    until: date
    stands: bool


class CandidateAnswer(BaseModel):
    id: UUID
    session_id: UUID
    local_id: str
    programme: str
    absent: bool
    marks: MarksAnswer | None
    passed: bool | None
    version: int = Field(description="Of the result: 0 while it is not complete")
    absent_from: list[str] = Field(description="Parts that the candidate missed who sat others")
    cheated: bool
    note: str | None = Field(description="What was found, of a candidate who cheated")
    previous_id: UUID | None = Field(description="The candidacy before, for the same occupation and award")
    kept: list[KeptPartAnswer] = Field(description="Parts of earlier exams that count here")

    @classmethod
    def of(cls, candidate: Candidate, **more: Any) -> Self:
        same = ("id", "session_id", "local_id", "programme", "absent", "passed", "version", "cheated", "note")
        kept = [
            KeptPartAnswer(part=part, candidate_id=each.candidate_id, until=each.until, stands=each.stands)
            for part, each in candidate.kept.items()
        ]
        return cls(
            **{name: getattr(candidate, name) for name in same},
            marks=MarksAnswer.of(candidate.marks),
            absent_from=list(candidate.missed),
            previous_id=candidate.previous,
            kept=kept,
            **more,
        )


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
    absent_from: list[str]
    cheated: bool
    note: str | None
    pass_rule: str | None
    reason: str
    replaced_at: datetime

    @classmethod
    def of(cls, replaced: ReplacedResult) -> ReplacedResultAnswer:
        shown = {name: value for name, value in replaced._asdict().items() if name != "missed"}
        return cls(**shown | {"marks": MarksAnswer.of(replaced.marks), "absent_from": list(replaced.missed)})


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
