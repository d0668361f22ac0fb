"""Record the results of a session; correct single ones, as one person proposes and another confirms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.usecases.standing import require_may_examine
from services.assessment.certificates import store as certificate_store
from services.assessment.chain import usecases as chain
from services.assessment.chain.rules import LinkKind
from services.assessment.exams.rules import results as rules
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.results import ResultRow
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.rules.states import FINAL
from services.assessment.exams.store import candidates as store
from services.assessment.exams.store import sessions as session_store
from services.assessment.exams.usecases.filing import session_rule
from services.assessment.exams.usecases.sessions import certify, own
from services.assessment.pass_rules.rules import PassRule
from services.assessment.plan import usecases as plans
from services.assessment.standards.usecases import rule_of
from shared.backbone import outbox
from shared.contracts.assessment import SessionStatus
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome
from shared.kernel.periods import business_day
from shared.persons import Persons
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_SUBJECT: Final = "candidates/"


async def record(
    connection: AsyncConnection,
    session_id: UUID,
    rows: Sequence[ResultRow],
    *,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """An outcome for each of `rows`: accepted, repeated or refused. A dry run decides, stores and locks nothing.

    Raises NotFound, ForeignOrganisation, SessionClosed, ResultsPublished, TooEarly, NotApproved, NotSealed,
    BodyStopped: then nothing was stored.
    """
    session = await own(connection, session_id, caller, lock=not dry_run)
    figures = (await session_rule(connection, session)).figures
    session.require_accepting_results(figures, today=business_day(at))
    await require_may_examine(connection, session.body_id, day=session.held_on)
    local_ids = {row.local_id for row in rows}
    candidates = await store.by_local_ids(connection, session_id, local_ids, lock=not dry_run)
    rule = await _rule_of(connection, session)
    recorded, outcomes = rules.decide(rows, session, candidates, rule=rule, at=at)
    if not dry_run:
        await store.save_all(connection, [candidate for candidate, _ in recorded])
        await outbox.record(connection, *(fact for _, fact in recorded if fact is not None))
        if recorded:
            posted = rules.posted(session_id, rows)
            await chain.append(connection, session_id, [posted], body_id=session.body_id, at=at)
    return outcomes


async def propose(
    connection: AsyncConnection, candidate_id: UUID, marks: Marks, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose other marks for a candidate of the caller's body.

    Raises NotFound, ForeignOrganisation, AlreadyProposed, and the refusals of rules.correct.
    """
    session = await own(connection, (await store.load(connection, candidate_id)).session_id, caller)
    before = await store.load(connection, candidate_id)
    certificate = await certificate_store.valid_of_candidate(connection, candidate_id)
    rule = await _rule_of(connection, session)
    rules.correct(before, session, marks, rule=rule, certificate=certificate, at=at)
    proposal = Proposal(
        id=new_id(),
        kind=rules.KIND,
        subject=f"{_SUBJECT}{candidate_id}",
        organisation=session.body_id,
        region=session.region,
        reporting_region=session.reporting_region,
        content=marks.points,
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def correct(
    connection: AsyncConnection, proposal: Proposal, *, persons: Persons, caller: Caller, at: datetime
) -> Candidate:
    """Give a candidate the marks of a proposal that is being confirmed.

    The caller is an officer of the session's region or above, or, before the publication, of its body. A candidate of a
    concluded session who now passes gets a certificate. Raises WrongRole, NotYetReceived, ForeignOrganisation,
    ForeignRegion, NumberExhausted, and the refusals of rules.correct.
    """
    candidate_id, marks = UUID(proposal.subject.removeprefix(_SUBJECT)), Marks.of_points(proposal.content)
    # The session is locked before the candidate, as everywhere.
    session = await _concerned(connection, (await store.load(connection, candidate_id)).session_id, caller)
    before = await store.load(connection, candidate_id, lock=True)
    certificate = await certificate_store.valid_of_candidate(connection, candidate_id)
    rule = await _rule_of(connection, session)
    after, fact = rules.correct(before, session, marks, rule=rule, certificate=certificate, at=at)
    await store.keep_replaced(connection, before, reason=proposal.reason, by=caller.person, at=at)
    await store.save_all(connection, [after])
    await outbox.record(connection, fact)
    if session.status is SessionStatus.CONCLUDED:
        await chain.append_results(connection, LinkKind.RESULT_CORRECTED, session.id, body_id=session.body_id, at=at)
    if after.passed and not before.passed and session.status is SessionStatus.CONCLUDED:
        await certify(connection, session, [after], persons=persons, by=caller.person, at=at)
    return after


async def _concerned(connection: AsyncConnection, session_id: UUID, caller: Caller) -> ExamSession:
    """The session, locked, for those who confirm corrections of its results."""
    session = await session_store.load(connection, session_id, lock=True)
    if session.status not in FINAL and caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(session.body_id)
        return session
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    if not (await plans.scope(connection, caller)).reach.handles(session):
        raise ForeignRegion
    return session


async def _rule_of(connection: AsyncConnection, session: ExamSession) -> PassRule:
    return await rule_of(
        connection,
        occupation=session.occupation,
        award=session.award,
        day=session.held_on,
        region=session.region,
    )
