"""Requests and answers about exam sessions on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.exams.rules.holds import HoldCause
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.rules.sittings import Sitting
from services.assessment.exams.usecases.filing import Filing, SessionPlan
from services.assessment.exams.usecases.sessions import Certification, Conclusion
from services.assessment.standards.rules import Part
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward, GivenLevel
from shared.contracts.assessment import SessionStatus
from shared.entries import ErrorEntry, warning_entry
from shared.forms import PLAIN, Day, Instant, LocalId, Reason, Strict
from shared.kernel.awards import award_named
from shared.kernel.outcomes import RowWarning


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


class PostingAnswer(BaseModel):
    """Who set results of the session, by a posting or a correction that was confirmed. They do not conclude it."""

    model_config = ConfigDict(from_attributes=True)

    posted_by: str
    posted_at: datetime
    results: int = Field(description="Candidates whose result was set")


class SessionHistoryAnswer(BaseModel):
    postings: list[PostingAnswer]
    steps: list[SessionStepAnswer]
    withdrawn_candidates: list[WithdrawalAnswer]


class HoldAnswer(BaseModel):
    """A certificate that is not issued yet, and the appeal or question about the name (`id`) that it waits for."""

    model_config = ConfigDict(from_attributes=True)

    candidate_id: UUID
    local_id: str
    cause: HoldCause
    id: UUID


class ConclusionAnswer(SessionAnswer):
    """Counts of the concluded session. `certificates` + `already_certified` + those who are `held` = `passed`."""

    candidates: int
    passed: int
    failed: int
    absent: int
    certificates: int
    already_certified: list[str] = Field(
        description="local_ids of candidates who passed but already hold a valid certificate of this kind"
    )
    held: list[HoldAnswer] = Field(
        description="What has to be answered first; then `POST /v1/sessions/{session_id}/certificates` issues the rest"
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
            held=[HoldAnswer.model_validate(each) for each in certification.held],
        )


class IssuanceAnswer(BaseModel):
    """Certificates issued after the conclusion."""

    certificates: int
    already_certified: list[str] = Field(
        description="local_ids of candidates who still hold a valid certificate of this kind"
    )
    held: list[HoldAnswer] = Field(description="Certificates that still wait for an answer")

    @classmethod
    def of(cls, certification: Certification) -> IssuanceAnswer:
        left_out = [candidate.local_id for candidate in certification.already_certified]
        held = [HoldAnswer.model_validate(each) for each in certification.held]
        return cls(certificates=len(certification.certificates), already_certified=left_out, held=held)
