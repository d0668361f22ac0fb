"""Take a session from filing to conclusion: approve or return it, seal, publish, conclude; and the ways back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.scope import authority_for
from services.assessment.bodies.usecases import standing
from services.assessment.bodies.usecases.filing import decides
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.certificates.usecases import issuing as certificates
from services.assessment.chain import usecases as chain
from services.assessment.chain.rules import LinkKind
from services.assessment.exams.rules import sessions as rules
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.filing import CancellationReasonMissing, HigherAuthorityApproves
from services.assessment.exams.rules.holds import Hold
from services.assessment.exams.rules.results import PosterConcludes
from services.assessment.exams.rules.sessions import ExamSession, Summary
from services.assessment.exams.rules.states import SessionVerb
from services.assessment.exams.store import candidates as candidate_store
from services.assessment.exams.store import duties as duty_store
from services.assessment.exams.store import holds as hold_store
from services.assessment.exams.store import sessions as store
from services.assessment.exams.usecases import filing, resits
from services.assessment.exams.usecases.filing import SessionPlan, keep, session_rule
from services.assessment.plan import usecases as plans
from services.assessment.session_rules.rules import SessionRule
from services.assessment.supervision import usecases as supervision
from shared.contracts.assessment import SessionState
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day
from shared.persons import Persons


class Certification(NamedTuple):
    """New certificates, the candidates who passed but already hold a valid one of this occupation and award, and what
    holds the certificates of others.
    """

    certificates: list[Certificate]
    already_certified: list[Candidate]
    held: list[Hold]


class Conclusion(NamedTuple):
    """A concluded session, its candidates counted, and their certificates."""

    session: ExamSession
    summary: Summary
    certification: Certification


async def approve(connection: AsyncConnection, session_id: UUID, *, caller: Caller, at: datetime) -> ExamSession:
    """Approve a session, as the authority for its award at its place.

    Raises NotFound, ForeignRegion, HigherAuthorityApproves, IllegalMove, ExamDayReached.
    """
    before = await _of_region(connection, session_id, caller)
    rule = await session_rule(connection, before)
    after, fact = rules.approve(before, rule.figures, today=business_day(at), at=at)
    return await _step(connection, after, SessionVerb.APPROVE, fact, rule, caller=caller, at=at)


async def return_(
    connection: AsyncConnection, session_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> ExamSession:
    """Send a session back to its body, as the authority for its award at its place.

    Raises NotFound, ForeignRegion, HigherAuthorityApproves, IllegalMove, ExamDayReached.
    """
    before = await _of_region(connection, session_id, caller)
    rule = await session_rule(connection, before)
    after, fact = rules.return_(before, rule.figures, today=business_day(at), at=at)
    return await _step(connection, after, SessionVerb.RETURN, fact, rule, reason=reason, caller=caller, at=at)


async def refile(
    connection: AsyncConnection, session_id: UUID, plan: SessionPlan, *, reason: str, caller: Caller, at: datetime
) -> ExamSession:
    """File a returned session of the caller's body again. Raises what filing raises, NotFound, IllegalMove."""
    before = await own(connection, session_id, caller)
    return await filing.refile(connection, before, plan, reason=reason, caller=caller, at=at)


async def move(
    connection: AsyncConnection, session_id: UUID, plan: SessionPlan, *, reason: str, caller: Caller, at: datetime
) -> ExamSession:
    """Give a session of the caller's body another day, place, rooms or examiners. Raises what filing raises."""
    before = await own(connection, session_id, caller)
    return await filing.move(connection, before, plan, reason=reason, caller=caller, at=at)


async def seal(connection: AsyncConnection, session_id: UUID, *, caller: Caller, at: datetime) -> ExamSession:
    """Close the roster, and keep its digest.

    Raises NotFound, ForeignOrganisation, BodyStopped, IllegalMove, NotApproved, ExamDayReached, NoCandidates,
    SeatsTooFew, CandidatesElsewhere, CandidatesBarred, and the refusals of examiners who may no longer examine.
    """
    before = await own(connection, session_id, caller)
    await standing.require_may_examine(connection, before.body_id, day=before.held_on)
    rule, roster = await session_rule(connection, before), await candidate_store.roster(connection, session_id)
    after, fact = rules.seal(before, roster, rule.figures, today=business_day(at), at=at)
    # What was right on filing may have changed since: timetables, suspensions, qualifications.
    await filing.require_plan(connection, before, rule)
    await filing.require_candidates_free(connection, before)
    await resits.require_none_barred(connection, before, roster)
    content = {"roster_digest": after.roster_digest, "candidates": len(roster)}
    await chain.append(connection, session_id, [after.sealing_link], body_id=after.body_id, at=at)
    return await _step(connection, after, SessionVerb.SEAL, fact, rule, content=content, caller=caller, at=at)


async def publish(connection: AsyncConnection, session_id: UUID, *, caller: Caller, at: datetime) -> ExamSession:
    """Make the results public for the working days that the rules ask for.

    Raises NotFound, ForeignOrganisation, BodyStopped, IllegalMove, TooEarly, NotApproved, NotSealed, NoCandidates,
    ResultsMissing, CalendarUnset.
    """
    before = await own(connection, session_id, caller)
    await standing.require_may_examine(connection, before.body_id, day=before.held_on)
    rule, summary = await session_rule(connection, before), await store.summary(connection, session_id)
    calendar = await plans.working_days(connection)
    after, fact = rules.publish(before, summary, rule.figures, calendar, today=business_day(at), at=at)
    content = {"public_until": None if after.public_until is None else after.public_until.isoformat()}
    await supervision.have_looked_at(connection, session_id, at=at)
    return await _step(connection, after, SessionVerb.PUBLISH, fact, rule, content=content, caller=caller, at=at)


async def withhold(
    connection: AsyncConnection, session_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> ExamSession:
    """Take a publication back, as the authority for its award at its place.

    Raises NotFound, ForeignRegion, HigherAuthorityApproves, IllegalMove.
    """
    before = await _of_region(connection, session_id, caller)
    rule = await session_rule(connection, before)
    after, fact = rules.withhold(before, at=at)
    return await _step(connection, after, SessionVerb.WITHHOLD, fact, rule, reason=reason, caller=caller, at=at)


async def conclude(
    connection: AsyncConnection, session_id: UUID, *, persons: Persons, caller: Caller, at: datetime
) -> Conclusion:
    """Make the results final, and issue a certificate to every candidate who passed and does not hold one yet.

    Raises NotFound, ForeignOrganisation, BodyStopped, SessionHeld, PosterConcludes, IllegalMove, TooEarly, NotApproved,
    NotSealed, NoCandidates, ResultsMissing, NotPublished, StillPublic, NumberExhausted.
    """
    before = await own(connection, session_id, caller)
    await standing.require_may_examine(connection, before.body_id, day=before.held_on)
    await supervision.require_not_held(connection, session_id)
    rule, summary = await session_rule(connection, before), await store.summary(connection, session_id)
    after, fact = rules.conclude(before, summary, rule.figures, today=business_day(at), at=at)
    if await candidate_store.has_posted(connection, session_id, caller.person):
        raise PosterConcludes
    await _step(connection, after, SessionVerb.CONCLUDE, fact, rule, caller=caller, at=at)
    await supervision.have_looked_at(connection, session_id, at=at)
    await chain.append_results(connection, LinkKind.SESSION_CONCLUDED, session_id, body_id=after.body_id, at=at)
    passed = await candidate_store.passed(connection, session_id)
    certification = await certify(connection, after, passed, persons=persons, by=caller.person, at=at)
    return Conclusion(after, summary, certification)


async def issue_owed(
    connection: AsyncConnection, session_id: UUID, *, persons: Persons, caller: Caller, at: datetime
) -> Certification:
    """Issue certificates to candidates who passed a concluded session without getting one; usually there are none.

    A candidate is left out whose merged key holds a certificate; if the merge is undone, the certificate becomes due.
    So does one that an appeal or a question about the name has held, once that is answered.

    Raises NotFound, ForeignOrganisation, NotConcluded, NumberExhausted.
    """
    session = await own(connection, session_id, caller)
    session.require_concluded()
    await supervision.require_not_held(connection, session_id)
    passed = await candidate_store.passed_without_certificate(connection, session_id)
    return await certify(connection, session, passed, persons=persons, by=caller.person, at=at)


async def certify(
    connection: AsyncConnection,
    session: ExamSession,
    passed: Sequence[Candidate],
    *,
    persons: Persons,
    by: str,
    at: datetime,
    confirmed: UUID | None = None,
) -> Certification:
    """Issue certificates to the candidates who `passed` and whom nothing holds, apart from the proposal that is being
    `confirmed`. Raises NumberExhausted.
    """
    held = await hold_store.of(connection, passed, confirmed=confirmed)
    waiting = {each.candidate_id for each in held}
    recipients = [candidate.recipient for candidate in passed if candidate.id not in waiting]
    issuance = await certificates.issue(connection, session.occasion, recipients, persons=persons, by=by, at=at)
    left_out = {recipient.candidate_id for recipient in issuance.already_certified}
    return Certification(issuance.certificates, [candidate for candidate in passed if candidate.id in left_out], held)


async def cancel(
    connection: AsyncConnection, session_id: UUID, *, reason: str | None, caller: Caller, at: datetime
) -> ExamSession:
    """Cancel a session; its examiners are free.

    Raises NotFound, ForeignOrganisation, IllegalMove, ResultsStand, CancellationReasonMissing.
    """
    before = await own(connection, session_id, caller)
    rule = await session_rule(connection, before)
    after, fact = rules.cancel(before, await store.summary(connection, session_id), at=at)
    if reason is None and rule.figures.is_ahead:
        raise CancellationReasonMissing(pointer="/reason")
    await duty_store.replace(connection, session_id, [])
    return await _step(connection, after, SessionVerb.CANCEL, fact, rule, reason=reason, caller=caller, at=at)


async def reinstate(
    connection: AsyncConnection, session_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> ExamSession:
    """Take a cancellation back, before the day of the exam where the rules ask for filing ahead.

    Raises NotFound, ForeignOrganisation, IllegalMove, ExamDayReached, BodyStopped, CandidatesElsewhere, and the
    refusals of examiners who are taken by now.
    """
    before = await own(connection, session_id, caller)
    await standing.require_may_examine(connection, before.body_id, day=before.held_on)
    rule = await session_rule(connection, before)
    after, fact = rules.reinstate(before, rule.figures, today=business_day(at), at=at)
    await filing.require_candidates_free(connection, after)
    await duty_store.replace(connection, session_id, await filing.require_plan(connection, after, rule))
    return await _step(connection, after, SessionVerb.REINSTATE, fact, rule, reason=reason, caller=caller, at=at)


async def own(connection: AsyncConnection, session_id: UUID, caller: Caller, *, lock: bool = True) -> ExamSession:
    """The session, for its body. Every change of a session or its candidates takes this lock first.

    Raises NotFound, ForeignOrganisation.
    """
    session = await store.load(connection, session_id, lock=lock)
    caller.require_organisation(session.body_id)
    return session


async def _of_region(connection: AsyncConnection, session_id: UUID, caller: Caller) -> ExamSession:
    session = await store.load(connection, session_id, lock=True)
    plan = await plans.load(connection)
    caller.require_region(plan.region_and_above(session.region, on=caller.today))
    if not decides(plan, session, session.award, caller=caller):
        raise HigherAuthorityApproves(authority=authority_for(session.award).value, **session.award.codes)
    return session


async def _step(
    connection: AsyncConnection,
    after: ExamSession,
    verb: SessionVerb,
    fact: SessionState,
    rule: SessionRule,
    *,
    caller: Caller,
    at: datetime,
    reason: str | None = None,
    content: Mapping[str, object] | None = None,
) -> ExamSession:
    await store.save(connection, after)
    await keep(connection, after, verb, fact, rule=rule, caller=caller, at=at, reason=reason, content=content)
    return after
