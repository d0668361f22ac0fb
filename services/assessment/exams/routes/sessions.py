"""Exam sessions: filing, approval, candidates, sealing, results, publicity, conclusion."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.assessment.exams.routes.schemas import MaskedCandidateAnswer
from services.assessment.exams.routes.session_schemas import (
    CancellationRequest,
    ConclusionAnswer,
    IssuanceAnswer,
    NoticedSessionAnswer,
    PostingAnswer,
    SessionAnswer,
    SessionChangeRequest,
    SessionHistoryAnswer,
    SessionReasonRequest,
    SessionRequest,
    SessionStepAnswer,
    WithdrawalAnswer,
)
from services.assessment.exams.usecases import candidates, filing, reading, results
from services.assessment.exams.usecases import sessions as usecases
from services.assessment.exams.usecases.candidate_forms import CANDIDATE_ROW, CandidateRowRequest
from services.assessment.exams.usecases.forms import RESULT_ROW, ResultRowRequest
from services.assessment.persons import store as person_store
from shared.auth import CurrentCaller
from shared.awards import AskedAward
from shared.batches import BatchAnswer, answer
from shared.contracts.assessment import SessionStatus
from shared.entries import ErrorEntry, warning_entry
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.posted import DryRun, PostedRows, posting
from shared.rows import parse_posted
from shared.web import Connection, CurrentPersons, Now, router

routes = router("sessions")


@routes.post("/sessions", status_code=201)
async def file_session(
    request: SessionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> NoticedSessionAnswer:
    """File an exam session within your body's scope. The same filing again returns the existing session.

    Days of 2026 and later are filed ahead, with place, rooms, times, examiners and supervisors, and an officer approves
    them: the county for ranks up to 4, the prefecture for 5 and 6 (`GET /session-rules`).
    """
    session = await filing.file(connection, request.filing(), caller=caller, at=at)
    return NoticedSessionAnswer.with_notices(session, await reading.notices(connection, session))


@routes.get("/sessions")
async def list_sessions(
    connection: Connection,
    caller: CurrentCaller,
    award: AskedAward,
    status: SessionStatus | None = None,
    class_id: UUID | None = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[SessionAnswer]:
    """Exam sessions. A body sees its own, an institution those of its classes and trainees.

    Officers see those that are held in their region or below, or by a body from there.
    """
    rows = await reading.sessions(
        connection,
        region=region,
        class_id=class_id,
        status=status,
        award=award,
        caller=caller,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[SessionAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/sessions/{session_id}")
async def get_session(session_id: UUID, connection: Connection, caller: CurrentCaller) -> NoticedSessionAnswer:
    session = await reading.session(connection, session_id, caller=caller)
    return NoticedSessionAnswer.with_notices(session, await reading.notices(connection, session))


@routes.get("/sessions/{session_id}/history")
async def get_session_history(session_id: UUID, connection: Connection, caller: CurrentCaller) -> SessionHistoryAnswer:
    """Who did what with a session, when and why; who posted its results; and who was taken out of its roster."""
    steps, withdrawals, postings = await reading.history(connection, session_id, caller=caller)
    return SessionHistoryAnswer(
        postings=[PostingAnswer.model_validate(each) for each in postings],
        steps=[SessionStepAnswer.model_validate(each) for each in steps],
        withdrawn_candidates=[WithdrawalAnswer.model_validate(each) for each in withdrawals],
    )


@routes.get("/sessions/{session_id}/signs")
async def list_session_signs(session_id: UUID, connection: Connection, caller: CurrentCaller) -> list[ErrorEntry]:
    """What a supervisor should look at: identical marks, all passed, too many at once, a burst after the filing.

    Worked out from what is recorded now; nothing follows from it by itself.
    """
    found = await reading.signs(connection, session_id, caller=caller)
    return [ErrorEntry.model_validate(warning_entry(each)) for each in found]


@routes.post("/sessions/{session_id}/approval")
async def approve_session(session_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> SessionAnswer:
    """Approve a session before its day, as the authority for its award at its place."""
    return SessionAnswer.of(await usecases.approve(connection, session_id, caller=caller, at=at))


@routes.post("/sessions/{session_id}/return")
async def return_session(
    session_id: UUID, request: SessionReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> SessionAnswer:
    """Send a session back to its body before its day, with what has to be corrected."""
    return SessionAnswer.of(await usecases.return_(connection, session_id, reason=request.reason, caller=caller, at=at))


@routes.post("/sessions/{session_id}/refiling")
async def refile_session(
    session_id: UUID, request: SessionChangeRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> SessionAnswer:
    """File a returned session again, with the whole plan. A day that stays needs no further working days."""
    session = await usecases.refile(connection, session_id, request.plan(), reason=request.reason, caller=caller, at=at)
    return SessionAnswer.of(session)


@routes.post("/sessions/{session_id}/move")
async def move_session(
    session_id: UUID, request: SessionChangeRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> SessionAnswer:
    """Give a session without marks another day, place, rooms or examiners, with the whole plan.

    It is approved again. The roster stays; a seal is broken and stays in the history.
    """
    session = await usecases.move(connection, session_id, request.plan(), reason=request.reason, caller=caller, at=at)
    return SessionAnswer.of(session)


@routes.post("/sessions/{session_id}/sealing")
async def seal_session(session_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> SessionAnswer:
    """Close the roster before the day of the exam. Its digest is kept, so that any later change would show."""
    return SessionAnswer.of(await usecases.seal(connection, session_id, caller=caller, at=at))


@routes.post("/sessions/{session_id}/publication")
async def publish_session(session_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> SessionAnswer:
    """Make the results public for some working days. Afterwards the session can be concluded."""
    return SessionAnswer.of(await usecases.publish(connection, session_id, caller=caller, at=at))


@routes.post("/sessions/{session_id}/withholding")
async def withhold_session(
    session_id: UUID, request: SessionReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> SessionAnswer:
    """Take a publication back, as an officer: results are missing or were published by mistake."""
    return SessionAnswer.of(
        await usecases.withhold(connection, session_id, reason=request.reason, caller=caller, at=at)
    )


@routes.post("/sessions/{session_id}/conclusion")
async def conclude_session(
    session_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> ConclusionAnswer:
    """Make the results final, and issue certificates to the candidates who passed.

    Who posted results of the session, or had one corrected, does not conclude it.
    """
    concluded = await usecases.conclude(connection, session_id, persons=persons, caller=caller, at=at)
    return ConclusionAnswer.of_conclusion(concluded)


@routes.post("/sessions/{session_id}/certificates")
async def issue_owed_certificates(
    session_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> IssuanceAnswer:
    """Issue certificates that were held at the conclusion: by an appeal or a question about the name that is answered
    by now, or because two persons had been merged by mistake.
    """
    return IssuanceAnswer.of(await usecases.issue_owed(connection, session_id, persons=persons, caller=caller, at=at))


@routes.post("/sessions/{session_id}/cancellation")
async def cancel_session(
    session_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    request: CancellationRequest | None = None,
) -> SessionAnswer:
    """Cancel a session that has no marks."""
    reason = None if request is None else request.reason
    return SessionAnswer.of(await usecases.cancel(connection, session_id, reason=reason, caller=caller, at=at))


@routes.post("/sessions/{session_id}/reinstatement")
async def reinstate_session(
    session_id: UUID, request: SessionReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> SessionAnswer:
    """Take a cancellation back: the session is filed again with its roster, and approved again."""
    return SessionAnswer.of(
        await usecases.reinstate(connection, session_id, reason=request.reason, caller=caller, at=at)
    )


@routes.post(
    "/sessions/{session_id}/candidates", response_model=BatchAnswer, openapi_extra=posting(CandidateRowRequest)
)
async def add_candidates(
    session_id: UUID,
    posted: PostedRows,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    dry_run: DryRun,
) -> Response:
    """Add up to 1,000 candidates. Each row has its own outcome: accepted, repeated or refused with reasons.

    From a spreadsheet, and for several sessions: `POST /v1/candidate-files`.
    """
    parsed, refused = parse_posted(CANDIDATE_ROW, posted)
    rows = [row.row(place) for place, row in parsed]
    outcomes = await candidates.add(
        connection, session_id, rows, persons=persons, caller=caller, at=at, dry_run=dry_run
    )
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.get("/sessions/{session_id}/candidates")
async def list_candidates(
    session_id: UUID,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[MaskedCandidateAnswer]:
    """The session's candidates and results, masked. An institution sees those whom it trained for the exam."""
    rows = await reading.candidates(connection, session_id, caller=caller, after=after(cursor), limit=size)
    sealed = await person_store.sealed(connection, [row.person for row in rows])
    shown = [MaskedCandidateAnswer.of(row, **persons.shown(sealed[row.person])) for row in rows]
    return Page(rows=shown, next=next_cursor(rows, size))


@routes.post("/sessions/{session_id}/results", response_model=BatchAnswer, openapi_extra=posting(ResultRowRequest))
async def record_results(
    session_id: UUID, posted: PostedRows, connection: Connection, caller: CurrentCaller, at: Now, dry_run: DryRun
) -> Response:
    """Post the results of up to 1,000 candidates, from the day of the exam until they are public or final.

    Whole results, or single parts as they are held. The same again is a repeat; a difference is refused, and takes a
    correction. More at once, and of several sessions: `POST /v1/result-files`.
    """
    parsed, refused = parse_posted(RESULT_ROW, posted)
    rows = [row.row(place) for place, row in parsed]
    outcomes = await results.record(connection, session_id, rows, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)
