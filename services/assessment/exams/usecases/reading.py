"""Read sessions and candidates: whoever sees one in a list may read it alone, and nobody else."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store import bodies as body_store
from services.assessment.exams.rules import notices as rules
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.history import Posting, SessionStep, Withdrawal
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.store import candidates as candidate_store
from services.assessment.exams.store import duties as duty_store
from services.assessment.exams.store import sessions as store
from services.assessment.sight.rules import Sight
from services.assessment.sight.usecases import sight
from services.assessment.supervision import usecases as supervision
from services.assessment.supervision.rules.kinds import KINDS
from services.assessment.trainings import store as trainings
from shared.contracts.assessment import SessionStatus
from shared.kernel.awards import Award
from shared.kernel.callers import Caller
from shared.kernel.outcomes import RowWarning


async def sessions(
    connection: AsyncConnection,
    *,
    region: str | None,
    class_id: UUID | None,
    status: SessionStatus | None,
    award: Award | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[ExamSession]:
    """Sessions that the caller sees.

    Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    seen = await sight(connection, caller, region=region)
    return await store.page(connection, seen, class_id=class_id, status=status, award=award, after=after, limit=limit)


async def session(connection: AsyncConnection, session_id: UUID, *, caller: Caller) -> ExamSession:
    """Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion."""
    return await _session(connection, session_id, await sight(connection, caller))


async def history(
    connection: AsyncConnection, session_id: UUID, *, caller: Caller
) -> tuple[list[SessionStep], list[Withdrawal], list[Posting]]:
    """The steps of a session, the candidates who were taken out of its roster, and who posted its results.

    Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion.
    """
    await session(connection, session_id, caller=caller)
    return (
        await duty_store.steps(connection, session_id),
        await candidate_store.withdrawals(connection, session_id),
        await candidate_store.postings(connection, session_id),
    )


async def notices(connection: AsyncConnection, session: ExamSession) -> list[RowWarning]:
    """What stands out in a session that the caller sees."""
    body = await body_store.load(connection, session.body_id)
    trainer = None if session.class_id is None else await trainings.credit_code_of(connection, session.class_id)
    plans = await trainings.exam_plans(
        connection, class_id=session.class_id, body_code=body.credit_code, day=session.held_on
    )
    return rules.notices(session, body_code=body.credit_code, trainer_code=trainer, plans=plans)


async def signs(connection: AsyncConnection, session_id: UUID, *, caller: Caller) -> list[RowWarning]:
    """The signs of a session that the caller sees, worked out from what is recorded now.

    Raises NotYetReceived, NotFound, ForeignRegion.
    """
    await session(connection, session_id, caller=caller)
    return [
        RowWarning(each.kind.value, words.check, words.title_en, words.title_zh, each.facts)
        for each in await supervision.seen(connection, session_id)
        for words in (KINDS[each.kind],)
    ]


async def candidates(
    connection: AsyncConnection, session_id: UUID, *, caller: Caller, after: UUID, limit: int
) -> list[Candidate]:
    """Candidates of a session that the caller sees; an institution sees its own trainees among them.

    Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion.
    """
    seen = await sight(connection, caller)
    await _session(connection, session_id, seen)
    if seen.institutions is None:
        return await candidate_store.page(connection, session_id, after=after, limit=limit)
    return await candidate_store.page_of_trainees(connection, session_id, seen.institutions, after=after, limit=limit)


async def candidate(connection: AsyncConnection, candidate_id: UUID, *, caller: Caller) -> Candidate:
    """Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion."""
    seen = await sight(connection, caller)
    found = await candidate_store.load(connection, candidate_id)
    if seen.institutions is None:
        await _session(connection, found.session_id, seen)
    elif not await candidate_store.is_trainee(connection, candidate_id, seen.institutions):
        raise seen.refusal
    return found


async def _session(connection: AsyncConnection, session_id: UUID, seen: Sight) -> ExamSession:
    found = await store.load(connection, session_id)
    if not await store.is_in_sight(connection, session_id, seen):
        raise seen.refusal
    return found
