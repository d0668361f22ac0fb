"""What a session needs next, from whom, and from which day on: what its steps ask for, said beforehand.

A step may still be refused for what only its own use case looks at, such as timetables, sanctions or flags.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple, assert_never

from services.assessment.exams.rules.sessions import ExamSession, Summary
from services.assessment.session_rules.rules import Figures
from shared.contracts.assessment import SessionStatus

_ONE_DAY = timedelta(days=1)


class SessionTask(StrEnum):
    APPROVE = "approve"
    """The authority approves the session or returns it, before its day."""
    REFILE = "refile"
    MOVE = "move"
    """Its day came before it was ready: it takes another day."""
    ADD_CANDIDATES = "add_candidates"
    SEAL = "seal"
    EXAMINE = "examine"
    RECORD_RESULTS = "record_results"
    PUBLISH = "publish"
    CONCLUDE = "conclude"
    FOLLOW_UP = "follow_up"
    """Certificates are issued; single results are corrected."""


class SessionNeed(StrEnum):
    """What a step lacks."""

    CORRECTION = "correction"
    CANDIDATES = "candidates"
    EXAM_DAY = "exam_day"
    RESULTS = "results"
    PUBLICITY_OVER = "publicity_over"
    ANOTHER_PERSON = "another_person"
    """Whoever looks has posted results, and does not conclude the session."""


class NextTask(NamedTuple):
    """`on` is the day from which the task is possible, or before which it is due; None where there is none."""

    task: SessionTask
    on: date | None
    needs: tuple[SessionNeed, ...] = ()


def next_task(
    session: ExamSession, summary: Summary, figures: Figures, *, has_posted: bool, today: date
) -> NextTask | None:
    """What `session` needs next; None for a cancelled one. `has_posted`: whoever looks has posted results of it."""
    match session.status:
        case SessionStatus.RETURNED:
            return NextTask(SessionTask.REFILE, session.held_on, (SessionNeed.CORRECTION,))
        case SessionStatus.FILED if figures.filing_approval_required:
            return _before_its_day(SessionTask.APPROVE, session, figures, today=today)
        case SessionStatus.FILED | SessionStatus.APPROVED if not summary.candidates:
            return _before_its_day(SessionTask.ADD_CANDIDATES, session, figures, SessionNeed.CANDIDATES, today=today)
        case SessionStatus.FILED | SessionStatus.APPROVED if figures.roster_sealing_required:
            return _before_its_day(SessionTask.SEAL, session, figures, today=today)
        case SessionStatus.FILED | SessionStatus.APPROVED | SessionStatus.SEALED:
            return _after_the_exam(session, summary, figures, has_posted=has_posted, today=today)
        case SessionStatus.PUBLISHED:
            return _conclusion(session, has_posted=has_posted, today=today)
        case SessionStatus.CONCLUDED:
            return NextTask(SessionTask.FOLLOW_UP, None)
        case SessionStatus.CANCELLED:
            return None
        case unknown:
            assert_never(unknown)


def _before_its_day(
    task: SessionTask, session: ExamSession, figures: Figures, *needs: SessionNeed, today: date
) -> NextTask:
    if figures.is_ahead and today >= session.held_on:
        return NextTask(SessionTask.MOVE, None)
    return NextTask(task, session.held_on if figures.is_ahead else None, needs)


def _after_the_exam(
    session: ExamSession, summary: Summary, figures: Figures, *, has_posted: bool, today: date
) -> NextTask:
    if today < session.held_on:
        return NextTask(SessionTask.EXAMINE, session.held_on, (SessionNeed.EXAM_DAY,))
    if summary.without_result:
        return NextTask(SessionTask.RECORD_RESULTS, None, (SessionNeed.RESULTS,))
    if figures.publicity_working_days:
        return NextTask(SessionTask.PUBLISH, None)
    return _conclusion(session, has_posted=has_posted, today=today)


def _conclusion(session: ExamSession, *, has_posted: bool, today: date) -> NextTask:
    is_public = session.public_until is not None and today <= session.public_until
    needs = {SessionNeed.PUBLICITY_OVER: is_public, SessionNeed.ANOTHER_PERSON: has_posted}
    on = None if session.public_until is None else session.public_until + _ONE_DAY
    return NextTask(SessionTask.CONCLUDE, on, tuple(need for need, is_missing in needs.items() if is_missing))
