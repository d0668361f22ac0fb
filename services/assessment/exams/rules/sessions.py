"""An exam session, from filing to conclusion."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

import orjson

from services.assessment.certificates.rules.certificates import Occasion
from services.assessment.chain.rules import Entry, LinkKind, digest
from services.assessment.exams.rules import states
from services.assessment.exams.rules.filing import require_class, require_examined
from services.assessment.exams.rules.sittings import Sitting, require_seats
from services.assessment.exams.rules.states import (
    BEFORE_SEALING,
    NoCandidates,
    NotApproved,
    NotConcluded,
    NotPublished,
    NotSealed,
    ResultsMissing,
    ResultsPublished,
    ResultsStand,
    RosterSealed,
    SessionClosed,
    SessionVerb,
    StillPublic,
    TooEarly,
    require_before,
)
from services.assessment.session_rules.rules import Figures
from services.assessment.trainings.rules import RegistryClass
from shared.contracts.assessment import (
    CertificateWay,
    SessionApproved,
    SessionCancelled,
    SessionConcluded,
    SessionFiled,
    SessionMoved,
    SessionPublished,
    SessionRefiled,
    SessionReinstated,
    SessionReturned,
    SessionSealed,
    SessionState,
    SessionStatus,
    SessionWithheld,
)
from shared.contracts.dimensions import award_fields
from shared.kernel.awards import Award
from shared.kernel.moves import move
from shared.kernel.working_days import WorkingDays

F = TypeVar("F", bound=SessionState)

_CLOSED = (SessionStatus.CONCLUDED, SessionStatus.CANCELLED)


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
    place: str | None = None
    sittings: tuple[Sitting, ...] = ()
    supervisors: tuple[UUID, ...] = ()
    """Ids of the quality supervisors, as they were named."""
    roster_digest: str | None = None
    """The digest of the roster while it is sealed: see `roster_digest`."""
    public_until: date | None = None
    """The last day of the publicity; None before the results are public, and where the rules ask for none."""

    @property
    def link(self) -> Entry:
        """The entry of the chain for its filing: what of it never changes."""
        said = (self.id, self.body_id, self.local_id, self.occupation, int(self.award))
        return Entry(LinkKind.SESSION_FILED, f"sessions/{self.id}", digest(said))

    @property
    def sealing_link(self) -> Entry:
        """The entry of the chain for its sealing: the digest of its roster."""
        assert self.roster_digest is not None, "a sealed session has one"
        return Entry(LinkKind.ROSTER_SEALED, f"sessions/{self.id}", bytes.fromhex(self.roster_digest))

    @property
    def occasion(self) -> Occasion:
        """The particulars of the session for its certificates."""
        return Occasion(
            session_id=self.id,
            conferral_id=None,
            way=CertificateWay.EXAM,
            body_id=self.body_id,
            class_id=self.class_id,
            region=self.region,
            reporting_region=self.reporting_region,
            occupation=self.occupation,
            award=self.award,
            plan_year=self.plan_year or self.held_on.year,
        )

    def require_accepting_candidates(self, figures: Figures, *, today: date) -> None:
        """Check that the roster can change. Raises SessionClosed, RosterSealed, ExamDayReached."""
        if self.status in _CLOSED:
            raise SessionClosed(state=self.status.value)
        if self.status not in BEFORE_SEALING:
            raise RosterSealed(state=self.status.value)
        if figures.is_ahead:
            require_before(self.held_on, today=today)

    def require_accepting_results(self, figures: Figures, *, today: date) -> None:
        """Check that results can be recorded.

        Raises SessionClosed, ResultsPublished, TooEarly, NotApproved, NotSealed.
        """
        if self.status in _CLOSED:
            raise SessionClosed(state=self.status.value)
        if self.status is SessionStatus.PUBLISHED:
            raise ResultsPublished(state=self.status.value)
        self.require_ready(figures, today=today)

    def require_ready(self, figures: Figures, *, today: date) -> None:
        """Check that the exam was held as the rules ask. Raises TooEarly, NotApproved, NotSealed."""
        if today < self.held_on:
            raise TooEarly(possible_from=self.held_on.isoformat())
        waits = self.status in (SessionStatus.FILED, SessionStatus.RETURNED)
        if waits and (figures.filing_approval_required or self.status is SessionStatus.RETURNED):
            raise NotApproved(state=self.status.value)
        if figures.roster_sealing_required and self.status in BEFORE_SEALING:
            raise NotSealed(state=self.status.value)

    def require_concluded(self) -> None:
        """Raises NotConcluded."""
        if self.status is not SessionStatus.CONCLUDED:
            raise NotConcluded(state=self.status.value)

    def same_filing(self, other: ExamSession) -> bool:
        """Whether `other` repeats the filing of this session, in any state."""
        names = ("id", "plan_year", "status", "filed_by", "version", "roster_digest", "public_until")
        return replace(self, **{name: getattr(other, name) for name in names}) == other

    def plan(self) -> dict[str, object]:
        """Its day, place, sittings and supervisors as JSON values, as its history keeps them."""
        return {
            "held_on": self.held_on.isoformat(),
            "region": self.region,
            "place": self.place,
            "sittings": [sitting_json(each) for each in self.sittings],
            "supervisors": [str(each) for each in self.supervisors],
        }


class RosterLine(NamedTuple):
    """A candidate of a sealed roster: the body's own id, and the person key."""

    local_id: str
    person: UUID


def roster_digest(session: ExamSession, roster: Iterable[RosterLine]) -> str:
    """SHA-256, in hexadecimal, of who is to be examined for what, when and where.

    Of JSON with sorted keys and no spaces; candidates stand in the order of their local_ids. Whoever has the roster
    can compute it again.
    """
    content = {
        "session": str(session.id),
        "body": str(session.body_id),
        "occupation": session.occupation,
        "award": session.award.code,
        **session.plan(),
        "candidates": [[each.local_id, str(each.person)] for each in sorted(roster)],
    }
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def sitting_json(sitting: Sitting) -> dict[str, object]:
    """A sitting as JSON values, in which it is stored and enters a digest."""
    return {
        **asdict(sitting),
        "part": sitting.part.value,
        "begins_at": sitting.begins_at.isoformat(),
        "ends_at": sitting.ends_at.isoformat(),
        "examiners": [str(each) for each in sitting.examiners],
    }


def file(session: ExamSession, class_: RegistryClass | None, *, at: datetime) -> SessionFiled:
    """The fact that a new `session` (filed, version 1) was filed, for the trainees of `class_` if there is one.

    Raises ApprenticesAreNotExamined, AppointedNotExamined, ShownOtherwise, ClassDiffers, ClassWasCancelled.
    """
    require_examined(session.award)
    if class_ is not None:
        require_class(class_, occupation=session.occupation, award=session.award)
    return _fact(SessionFiled, session, at=at)


def return_(
    session: ExamSession, figures: Figures, *, today: date, at: datetime
) -> tuple[ExamSession, SessionReturned]:
    """Send a session back to its body, before its day. Raises IllegalMove, ExamDayReached."""
    after = _moved(session, SessionVerb.RETURN)
    _require_ahead(session, figures, today=today)
    return after, _fact(SessionReturned, after, at=at)


def approve(
    session: ExamSession, figures: Figures, *, today: date, at: datetime
) -> tuple[ExamSession, SessionApproved]:
    """Approve a session before its day. Raises IllegalMove, ExamDayReached."""
    after = _moved(session, SessionVerb.APPROVE)
    _require_ahead(session, figures, today=today)
    return after, _fact(SessionApproved, after, at=at)


def refile(before: ExamSession, planned: ExamSession, *, at: datetime) -> tuple[ExamSession, SessionRefiled]:
    """File a returned session again, as `planned`. Raises IllegalMove."""
    after = replace(replaced(_moved(before, SessionVerb.REFILE), planned), roster_digest=None)
    return after, _fact(SessionRefiled, after, at=at)


def move_to(
    before: ExamSession, planned: ExamSession, summary: Summary, *, at: datetime
) -> tuple[ExamSession, SessionMoved]:
    """Give a session without marks another day, place, rooms or examiners: those of `planned`. A seal is broken.

    Raises IllegalMove, ResultsStand.
    """
    after = replace(replaced(_moved(before, SessionVerb.MOVE), planned), roster_digest=None)
    if summary.with_marks:
        raise ResultsStand(with_marks=summary.with_marks)
    return after, _fact(SessionMoved, after, at=at)


def seal(
    session: ExamSession, roster: Iterable[RosterLine], figures: Figures, *, today: date, at: datetime
) -> tuple[ExamSession, SessionSealed]:
    """Close the roster, before the day of the exam.

    Raises IllegalMove, NotApproved, ExamDayReached, NoCandidates, SeatsTooFew.
    """
    after, roster = _moved(session, SessionVerb.SEAL), list(roster)
    if session.status is SessionStatus.FILED and figures.filing_approval_required:
        raise NotApproved(state=session.status.value)
    _require_ahead(session, figures, today=today)
    if not roster:
        raise NoCandidates
    require_seats(session.sittings, candidates=len(roster))
    after = replace(after, roster_digest=roster_digest(session, roster))
    return after, _fact(SessionSealed, after, at=at)


def publish(
    session: ExamSession, summary: Summary, figures: Figures, calendar: WorkingDays, *, today: date, at: datetime
) -> tuple[ExamSession, SessionPublished]:
    """Make the results public from `today` on, for the working days that the rules ask for.

    Raises IllegalMove, TooEarly, NotApproved, NotSealed, NoCandidates, ResultsMissing, CalendarUnset.
    """
    after = _moved(session, SessionVerb.PUBLISH)
    session.require_ready(figures, today=today)
    _require_results(summary)
    after = replace(after, public_until=calendar.after(today, figures.publicity_working_days))
    return after, _fact(SessionPublished, after, at=at)


def withhold(session: ExamSession, *, at: datetime) -> tuple[ExamSession, SessionWithheld]:
    """Take a publication back. Raises IllegalMove."""
    after = replace(_moved(session, SessionVerb.WITHHOLD), public_until=None)
    return after, _fact(SessionWithheld, after, at=at)


def conclude(
    session: ExamSession, summary: Summary, figures: Figures, *, today: date, at: datetime
) -> tuple[ExamSession, SessionConcluded]:
    """Make the results final.

    Raises IllegalMove, TooEarly, NotApproved, NotSealed, NoCandidates, ResultsMissing, NotPublished, StillPublic.
    """
    after = _moved(session, SessionVerb.CONCLUDE)
    session.require_ready(figures, today=today)
    _require_results(summary)
    if session.public_until is None and figures.publicity_working_days:
        raise NotPublished(working_days=figures.publicity_working_days)
    if session.public_until is not None and today <= session.public_until:
        raise StillPublic(public_until=session.public_until.isoformat())
    return after, _fact(SessionConcluded, after, at=at)


def cancel(session: ExamSession, summary: Summary, *, at: datetime) -> tuple[ExamSession, SessionCancelled]:
    """Cancel a session that has no marks. Raises IllegalMove, ResultsStand."""
    after = _moved(session, SessionVerb.CANCEL)
    if summary.with_marks:
        raise ResultsStand(with_marks=summary.with_marks)
    return after, _fact(SessionCancelled, after, at=at)


def reinstate(
    session: ExamSession, figures: Figures, *, today: date, at: datetime
) -> tuple[ExamSession, SessionReinstated]:
    """Take a cancellation back: the session is filed again with its roster. Raises IllegalMove, ExamDayReached."""
    after = replace(_moved(session, SessionVerb.REINSTATE), roster_digest=None)
    _require_ahead(session, figures, today=today)
    return after, _fact(SessionReinstated, after, at=at)


def _require_ahead(session: ExamSession, figures: Figures, *, today: date) -> None:
    if figures.is_ahead:
        require_before(session.held_on, today=today)


def _require_results(summary: Summary) -> None:
    if summary.candidates == 0:
        raise NoCandidates
    if summary.without_result:
        raise ResultsMissing(without_result=summary.without_result)


def replaced(before: ExamSession, planned: ExamSession) -> ExamSession:
    """The session with the day, place, sittings and supervisors of `planned`."""
    names = (
        "held_on", "region", "reporting_region", "outside_territory", "place", "sittings", "supervisors", "plan_year",
    )  # fmt: skip
    return replace(before, **{name: getattr(planned, name) for name in names})


def _moved(session: ExamSession, verb: SessionVerb) -> ExamSession:
    return replace(session, status=move(states.MOVES, session.status, verb), version=session.version + 1)


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
        roster_digest=session.roster_digest,
        public_until=session.public_until,
    )
