"""An exam session, from filing to conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.assessment.bodies.rules.scope import require_certificate
from services.assessment.certificates.rules.certificates import Examination
from services.assessment.chain.rules import Entry, LinkKind, digest
from services.assessment.trainings.rules import RegistryClass
from shared.contracts.assessment import SessionCancelled, SessionConcluded, SessionFiled, SessionState, SessionStatus
from shared.contracts.dimensions import award_fields
from shared.kernel.awards import Award
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid

F = TypeVar("F", bound=SessionState)


class SessionVerb(StrEnum):
    CONCLUDE = "conclude"
    CANCEL = "cancel"


MOVES: Final[Mapping[SessionStatus, Mapping[SessionVerb, SessionStatus]]] = {
    SessionStatus.FILED: {
        SessionVerb.CONCLUDE: SessionStatus.CONCLUDED,
        SessionVerb.CANCEL: SessionStatus.CANCELLED,
    },
    SessionStatus.CONCLUDED: {},
    SessionStatus.CANCELLED: {},
}

WHY_FINAL: Final = {
    SessionStatus.CONCLUDED: (
        "Single results are corrected after the conclusion, and certificates follow: who passes by the correction gets "
        "one, and a wrong one is revoked."
    ),
    SessionStatus.CANCELLED: (
        "Only a session without marks can be cancelled, so nothing is lost: file it again under another local_id."
    ),
}


class ApprenticesAreNotExamined(Invalid):
    slug = "apprentices-are-not-examined"
    title_en = "Employers designate apprentices themselves: this level has no exam and no certificate."
    title_zh = "学徒工由用人单位自主确定，不参加考试，不核发证书。"
    cure_en = "Choose a level from L2 to L6."
    cure_zh = "考试等级应为 L2 至 L6。"


class AppointedNotExamined(Invalid):
    slug = "appointed-not-examined"
    title_en = "Special-grade and chief technicians are appointed after a review; there is no exam."
    title_zh = "特级技师、首席技师实行评聘结合，不通过考试取得。"
    cure_en = "Choose a level from L2 to L6. Filed enterprises appoint at the two highest levels, under the province."
    cure_zh = "考试等级应为 L2 至 L6；特级、首席技师由备案企业按规定评聘，由省级主管部门管理。"


class ClassDiffers(Invalid):
    """Facts: `occupation`, `award` of the class, and `level` (None for an award without one)."""

    slug = "class-differs"
    title_en = "The class trains for a different occupation or award."
    title_zh = "该班培训的职业或等级（证书种类）与本场考试不一致。"
    cure_en = "Use the occupation and award of the class ({occupation}, {award}), or leave class_id out."
    cure_zh = "请按该班的职业和等级（{occupation}，{award}）组织考试，或不填 class_id。"


class ClassWasCancelled(Conflict):
    slug = "class-was-cancelled"
    title_en = "The class was cancelled, so no session can be filed for it."
    title_zh = "该班已取消。"
    cure_en = "Leave class_id out if the candidates did not train in a class."
    cure_zh = "如考生未参加培训班，请不填 class_id。"


class TooEarly(Conflict):
    """Facts: `possible_from`."""

    slug = "session-too-early"
    title_en = "The session has not been held yet."
    title_zh = "考试尚未举行。"
    cure_en = "Post results and conclude the session on {possible_from} or later."
    cure_zh = "自 {possible_from} 起方可登记成绩、结束考试。"


class SessionClosed(Conflict):
    """Facts: `state`."""

    slug = "session-closed"
    title_en = "The session is already concluded or cancelled."
    title_zh = "该场考试已结束或已取消。"
    cure_en = "Post candidates and results before the conclusion; after it, results can only be corrected."
    cure_zh = "考生与成绩应在结束前提交；结束后只能更正成绩。"


class NotConcluded(Conflict):
    """Facts: `state`."""

    slug = "session-not-concluded"
    title_en = "The session has not been concluded yet."
    title_zh = "该场考试尚未结束。"
    cure_en = "Conclude the session; this issues its certificates."
    cure_zh = "请先结束考试，证书随之核发。"


class ResultsMissing(Conflict):
    """Facts: `without_result`, the number of candidates that have neither marks nor an absence."""

    slug = "results-missing"
    title_en = "Some candidates have no result yet."
    title_zh = "仍有考生未登记成绩。"
    cure_en = "Post the marks of every candidate, or absent: true for an absence; then conclude the session."
    cure_zh = "请先登记每名考生的成绩，缺考者填写 absent: true，再结束考试。"
    reference = "POST /v1/sessions/…/results"


class NoCandidates(Conflict):
    slug = "no-candidates"
    title_en = "The session has no candidates."
    title_zh = "该场考试没有考生。"
    cure_en = "Post the candidates, or cancel the session."
    cure_zh = "请提交考生名单，或取消该场考试。"


class ResultsStand(Conflict):
    """Facts: `with_marks`."""

    slug = "results-stand"
    title_en = "The session has results, so it cannot be cancelled."
    title_zh = "该场考试已有成绩，不能取消。"
    cure_en = "Correct wrong results, then conclude the session."
    cure_zh = "请更正有误的成绩后结束考试。"


class Summary(NamedTuple):
    """Numbers of a session's candidates: all, with marks, passed, absent, and without a result."""

    candidates: int
    with_marks: int
    passed: int
    absent: int
    without_result: int


@dataclass(frozen=True)
class ExamSession:
    id: UUID
    body_id: UUID
    local_id: str
    class_id: UUID | None
    programme: str
    """The programme of its certificates, unless the holder's enrolment in the class names another one."""
    region: str
    reporting_region: str
    outside_territory: bool
    """Held outside the body's own reporting region, so that both authorities supervise. Source: domain rules §3.7."""
    occupation: str
    award: Award
    held_on: date
    status: SessionStatus
    filed_by: str
    version: int
    plan_year: int | None = None
    """The year whose plan the programme belongs to: that of the class's first day, without a class that of the exam.
    None in records from before plans had years."""

    @property
    def link(self) -> Entry:
        """The entry of the chain for its filing: what of it never changes."""
        said = (self.id, self.body_id, self.local_id, self.occupation, int(self.award))
        return Entry(LinkKind.SESSION_FILED, f"sessions/{self.id}", digest(said))

    @property
    def examination(self) -> Examination:
        """The particulars of the session for its certificates."""
        return Examination(
            session_id=self.id,
            body_id=self.body_id,
            class_id=self.class_id,
            region=self.region,
            reporting_region=self.reporting_region,
            occupation=self.occupation,
            award=self.award,
            plan_year=self.plan_year or self.held_on.year,
        )

    def require_open(self, *, today: date | None = None) -> None:
        """Raises SessionClosed unless the session is filed; with `today`, TooEarly before the day of the exam."""
        if self.status is not SessionStatus.FILED:
            raise SessionClosed(state=self.status.value)
        if today is not None and today < self.held_on:
            raise TooEarly(possible_from=self.held_on.isoformat())

    def require_concluded(self) -> None:
        """Raises NotConcluded."""
        if self.status is not SessionStatus.CONCLUDED:
            raise NotConcluded(state=self.status.value)

    def same_filing(self, other: ExamSession) -> bool:
        """Whether `other` repeats the filing of this session, in any state."""
        unlike = {name: getattr(other, name) for name in ("id", "plan_year", "status", "filed_by", "version")}
        return replace(self, **unlike) == other


def require_examined(award: Award) -> None:
    """Raises ApprenticesAreNotExamined, AppointedNotExamined, ShownOtherwise. Source: domain rules §3.1, §4.2."""
    if award is Award.APPRENTICE:
        raise ApprenticesAreNotExamined(pointer="/level")
    if award in (Award.SPECIAL_GRADE_TECHNICIAN, Award.CHIEF_TECHNICIAN):
        raise AppointedNotExamined(pointer="/level")
    require_certificate(award, pointer="/award")


def file(session: ExamSession, class_: RegistryClass | None, *, at: datetime) -> SessionFiled:
    """The fact that a new `session` (filed, version 1) was filed, for the trainees of `class_` if there is one.

    Raises ApprenticesAreNotExamined, AppointedNotExamined, ShownOtherwise, ClassDiffers, ClassWasCancelled.
    """
    require_examined(session.award)
    if class_ is not None:
        if (class_.occupation, class_.award) != (session.occupation, session.award):
            raise ClassDiffers(pointer="/class_id", occupation=class_.occupation, **class_.award.codes)
        if class_.cancelled:
            raise ClassWasCancelled(pointer="/class_id")
    return _fact(SessionFiled, session, at=at)


def conclude(
    session: ExamSession, summary: Summary, *, today: date, at: datetime
) -> tuple[ExamSession, SessionConcluded]:
    """Make the results final. Raises IllegalMove, TooEarly, NoCandidates, ResultsMissing."""
    after = _moved(session, SessionVerb.CONCLUDE)
    session.require_open(today=today)
    if summary.candidates == 0:
        raise NoCandidates
    if summary.without_result:
        raise ResultsMissing(without_result=summary.without_result)
    return after, _fact(SessionConcluded, after, at=at)


def cancel(session: ExamSession, summary: Summary, *, at: datetime) -> tuple[ExamSession, SessionCancelled]:
    """Cancel a session that has no marks. Raises IllegalMove, ResultsStand."""
    after = _moved(session, SessionVerb.CANCEL)
    if summary.with_marks:
        raise ResultsStand(with_marks=summary.with_marks)
    return after, _fact(SessionCancelled, after, at=at)


def _moved(session: ExamSession, verb: SessionVerb) -> ExamSession:
    return replace(session, status=move(MOVES, session.status, verb), version=session.version + 1)


def _fact(fact: type[F], session: ExamSession, *, at: datetime) -> F:
    return fact(
        subject=f"sessions/{session.id}",
        version=session.version,
        at=at,
        session_id=session.id,
        body_id=session.body_id,
        class_id=session.class_id,
        programme=session.programme,
        region=session.region,
        reporting_region=session.reporting_region,
        occupation=session.occupation,
        **award_fields(session.award),
        held_on=session.held_on,
        status=session.status,
    )
