"""File, withdraw, answer and reopen appeals against results."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.appeals import rules, store
from services.assessment.appeals.rules import Appeal, AppealStep, AppealVerb, ResultNotGiven
from services.assessment.exams.rules.results import Correction
from services.assessment.exams.store import candidates as candidate_store
from services.assessment.exams.store import sessions as session_store
from services.assessment.exams.usecases import results
from services.assessment.persons.usecases import require_own
from services.assessment.plan import usecases as plans
from services.assessment.supervision.usecases import thresholds
from shared.contracts.assessment import SessionStatus
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day


async def file(connection: AsyncConnection, candidate_id: UUID, *, ground: str, caller: Caller, at: datetime) -> Appeal:
    """Appeal against a result as its candidate; while one is open, that one is returned.

    Raises NotFound, ForeignPerson, ResultNotPublished, ResultAppealTooLate.
    """
    candidate = await candidate_store.load(connection, candidate_id, lock=True)
    await require_own(connection, caller, candidate.person)
    session = await session_store.load(connection, candidate.session_id)
    known = await store.open_of(connection, candidate_id)
    if known is not None:
        return known
    today = business_day(at)
    days = await thresholds(connection, region=session.region, day=today)
    is_public = session.status in (SessionStatus.PUBLISHED, SessionStatus.CONCLUDED)
    public_at = await store.public_at(connection, session.id) if is_public else None
    public_on = None if public_at is None else business_day(public_at)
    last_on = None if public_on is None else public_on + timedelta(days=days.appeal_file_days)
    rules.require_in_time(public_on, last_on=last_on, today=today)
    appeal = Appeal(
        id=new_id(),
        candidate_id=candidate_id,
        session_id=session.id,
        body_id=session.body_id,
        region=session.region,
        reporting_region=session.reporting_region,
        ground=ground,
        filed_at=at,
        answer_by=today + timedelta(days=days.appeal_answer_days),
    )
    await store.add(connection, appeal)
    return appeal


async def history(connection: AsyncConnection, appeal_id: UUID, *, caller: Caller) -> list[AppealStep]:
    """What became of an appeal, for its candidate, the body, and the officers of the region.

    Raises NotFound, ForeignPerson, ForeignOrganisation, ForeignRegion.
    """
    appeal = await store.load(connection, appeal_id)
    if caller.role is Role.HOLDER:
        await require_own(connection, caller, (await candidate_store.load(connection, appeal.candidate_id)).person)
    else:
        (await plans.scope(connection, caller)).require(appeal, owner=appeal.body_id)
    return await store.steps(connection, appeal_id)


async def withdraw(connection: AsyncConnection, appeal_id: UUID, *, caller: Caller, at: datetime) -> Appeal:
    """Take an open appeal back, as its candidate. Raises NotFound, ForeignPerson, IllegalMove."""
    before = await store.load(connection, appeal_id, lock=True)
    await require_own(connection, caller, (await candidate_store.load(connection, before.candidate_id)).person)
    after = rules.withdraw(before)
    return await _save(connection, after, AppealVerb.WITHDRAW, reason=None, caller=caller, at=at)


async def answer(
    connection: AsyncConnection,
    appeal_id: UUID,
    verb: AppealVerb,
    *,
    reason: str,
    correction: Correction | None,
    caller: Caller,
    at: datetime,
) -> Appeal:
    """Accept or reject an open appeal, as a person of its body who posted no results of the session.

    An accepted one proposes the `correction`, as any other. Raises NotFound, ForeignOrganisation, IllegalMove,
    MarkerAnswers, ResultNotGiven, and the refusals of a correction.
    """
    # The session is locked before its candidates and what is about them, as everywhere.
    session = await session_store.load(connection, (await store.load(connection, appeal_id)).session_id, lock=True)
    caller.require_organisation(session.body_id)
    before = await store.load(connection, appeal_id, lock=True)
    if (verb is AppealVerb.ACCEPT) != (correction is not None):
        raise ResultNotGiven(pointer="/result")
    has_marked = await candidate_store.has_posted(connection, session.id, caller.person)
    said = {"by": caller.person, "has_marked": has_marked, "reason": reason, "at": at}
    after = rules.answer(before, verb, proposal_id=None, **said)  # type: ignore[arg-type]
    if correction is not None:
        proposal = await results.propose(
            connection, before.candidate_id, correction, reason=reason, caller=caller, at=at
        )
        after = rules.answer(before, verb, proposal_id=proposal.id, **said)  # type: ignore[arg-type]
    return await _save(connection, after, verb, reason=reason, caller=caller, at=at)


async def reopen(connection: AsyncConnection, appeal_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Appeal:
    """Open an answered appeal again, as an officer of its region or above; it is answered again, by a new day.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    before = await store.load(connection, appeal_id, lock=True)
    if not (await plans.scope(connection, caller)).reach.handles(before):
        raise ForeignRegion
    after = rules.reopen(before, answer_by=await _answer_by(connection, before, today=business_day(at)))
    return await _save(connection, after, AppealVerb.REOPEN, reason=reason, caller=caller, at=at)


async def _answer_by(connection: AsyncConnection, appeal: Appeal, *, today: date) -> date:
    days = (await thresholds(connection, region=appeal.region, day=today)).appeal_answer_days
    return today + timedelta(days=days)


async def _save(
    connection: AsyncConnection, after: Appeal, verb: AppealVerb, *, reason: str | None, caller: Caller, at: datetime
) -> Appeal:
    await store.save(connection, after, AppealStep(after.id, after.version, verb, caller.person, at, reason))
    return after
