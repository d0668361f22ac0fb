"""Record the results of a session; correct single ones, as one person proposes and another confirms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.usecases.standing import require_may_examine
from services.assessment.certificates import store as certificate_store
from services.assessment.chain import usecases as chain
from services.assessment.chain.rules import LinkKind
from services.assessment.exams.rules import results as rules
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.history import Posting
from services.assessment.exams.rules.resits import follow
from services.assessment.exams.rules.results import CertificateStands, Correction, ResultRow, SessionUnknown
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.rules.states import FINAL
from services.assessment.exams.store import candidates as store
from services.assessment.exams.store import sessions as session_store
from services.assessment.exams.usecases.filing import session_rule
from services.assessment.exams.usecases.sessions import certify, own
from services.assessment.pass_rules.rules import PassRule
from services.assessment.plan import usecases as plans
from services.assessment.session_rules.rules import Figures
from services.assessment.standards.usecases import rule_of
from shared.backbone import outbox
from shared.contracts.assessment import SessionStatus
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal
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
    ground = Ground(connection)
    await ground.require_accepting(session, at=at)
    by_session = {session_id: (session, rows)}
    return await _record(connection, by_session, ground, by=caller.person, at=at, dry_run=dry_run)


async def record_named(
    connection: AsyncConnection,
    body_id: UUID,
    rows: Sequence[NamedRow],
    *,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
    memory: Memory | None = None,
) -> list[RowOutcome]:
    """An outcome for each of `rows`, which name sessions of the body. A session that takes no results refuses its rows.

    `memory` has what earlier rows of a dry run would have recorded. Raises ForeignOrganisation.
    """
    caller.require_organisation(body_id)
    named = {row.session for row in rows}
    sessions = await session_store.by_local_ids(connection, body_id, named, lock=not dry_run)
    ground, refused = Ground(connection), dict[str, Refusal]()
    for local_id, session in sessions.items():
        try:
            await ground.require_accepting(session, at=at)
        except Refusal as refusal:
            refusal.pointer = "/session_local_id"
            refused[local_id] = refusal
    by_session = defaultdict[str, list[ResultRow]](list)
    outcomes = list[RowOutcome]()
    for local_id, row in rows:
        known = refused.get(local_id) if local_id in sessions else SessionUnknown(pointer="/session_local_id")
        if known is None:
            by_session[local_id].append(row)
        else:
            outcomes.append(RowOutcome(row.row, "refused", row.local_id, refusal=known))
    found = {sessions[name].id: (sessions[name], of_session) for name, of_session in by_session.items()}
    by = caller.person
    recorded = await _record(connection, found, ground, by=by, at=at, dry_run=dry_run, memory=memory)
    return [*outcomes, *recorded]


class NamedRow(NamedTuple):
    """A row with the local_id of its session."""

    session: str
    row: ResultRow


@dataclass
class Memory:
    """Candidates as the earlier chunks of a dry run would have left them."""

    kept: dict[tuple[UUID, str], Candidate] = field(default_factory=dict)
    noted: dict[tuple[UUID, str], Candidate] = field(default_factory=dict)

    def keep(self) -> None:
        self.kept |= self.noted
        self.noted = {}


class Ground:
    """What decides about the sessions of some rows, looked up once for each day and place."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._figures = dict[tuple[date, str], Figures]()
        self._rules = dict[tuple[date, str, str, Award], PassRule]()
        self._standing = set[tuple[UUID, date]]()

    async def require_accepting(self, session: ExamSession, *, at: datetime) -> None:
        """Raises SessionClosed, ResultsPublished, TooEarly, NotApproved, NotSealed, BodyStopped."""
        place = (session.held_on, session.region)
        if place not in self._figures:
            self._figures[place] = (await session_rule(self._connection, session)).figures
        session.require_accepting_results(self._figures[place], today=business_day(at))
        if (session.body_id, session.held_on) not in self._standing:
            await require_may_examine(self._connection, session.body_id, day=session.held_on)
            self._standing.add((session.body_id, session.held_on))

    async def rule_of(self, session: ExamSession) -> PassRule:
        about = (session.held_on, session.region, session.occupation, session.award)
        if about not in self._rules:
            self._rules[about] = await rule_of_exam(self._connection, session)
        return self._rules[about]


async def _record(
    connection: AsyncConnection,
    by_session: Mapping[UUID, tuple[ExamSession, Sequence[ResultRow]]],
    ground: Ground,
    *,
    by: str,
    at: datetime,
    dry_run: bool,
    memory: Memory | None = None,
) -> list[RowOutcome]:
    named = {(session.id, row.local_id) for session, rows in by_session.values() for row in rows}
    candidates = await store.by_local_ids(connection, named)
    if memory is not None:
        candidates |= {name: each for name, each in memory.kept.items() if name in candidates}
    outcomes, found = list[RowOutcome](), list[tuple[ExamSession, Sequence[ResultRow], list[rules.Recorded]]]()
    # In one order always, as their chains are locked one after the other.
    for session, rows in (by_session[each] for each in sorted(by_session)):
        known = {row.local_id: each for row in rows if (each := candidates.get((session.id, row.local_id))) is not None}
        recorded, decided = rules.decide(rows, session, known, rule=await ground.rule_of(session), at=at)
        outcomes += decided
        found.append((session, rows, recorded))
    if memory is not None:
        memory.noted = {(each.session_id, each.local_id): each for _, _, recorded in found for each, _ in recorded}
    if not dry_run:
        await _store(connection, [each for each in found if each[2]], by=by, at=at)
    return outcomes


async def _store(
    connection: AsyncConnection,
    found: Sequence[tuple[ExamSession, Sequence[ResultRow], list[rules.Recorded]]],
    *,
    by: str,
    at: datetime,
) -> None:
    recorded = [each for _, _, of_session in found for each in of_session]
    await store.save_all(connection, [candidate for candidate, _ in recorded])
    await outbox.record(connection, *(fact for _, fact in recorded if fact is not None))
    postings = [Posting(new_id(), session.id, by, at, len(of_session)) for session, _, of_session in found]
    await store.keep_postings(connection, postings)
    for session, rows, _ in found:
        posted = rules.posted(session.id, rows)
        await chain.append(connection, session.id, [posted], body_id=session.body_id, at=at)


async def propose(
    connection: AsyncConnection,
    candidate_id: UUID,
    correction: Correction,
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose another result for a candidate of the caller's body.

    Raises NotFound, ForeignOrganisation, AlreadyProposed, and the refusals of rules.correct.
    """
    session = await own(connection, (await store.load(connection, candidate_id)).session_id, caller)
    before = await store.load(connection, candidate_id)
    certificate = await certificate_store.valid_of_candidate(connection, candidate_id)
    rule = await rule_of_exam(connection, session)
    rules.correct(before, session, correction, rule=rule, certificate=certificate, at=at)
    proposal = Proposal(
        id=new_id(),
        kind=rules.KIND,
        subject=f"{_SUBJECT}{candidate_id}",
        organisation=session.body_id,
        region=session.region,
        reporting_region=session.reporting_region,
        content=correction.content,
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def correct(
    connection: AsyncConnection, proposal: Proposal, *, persons: Persons, caller: Caller, at: datetime
) -> Candidate:
    """Give a candidate the result of a proposal that is being confirmed.

    The caller is an officer of the session's region or above, or, before the publication, of its body. A candidate of a
    concluded session who now passes gets a certificate. Later candidacies that rest on a part of this one are decided
    again. Raises WrongRole, NotYetReceived, ForeignOrganisation, ForeignRegion, NumberExhausted, and the refusals of
    rules.correct.
    """
    candidate_id = UUID(proposal.subject.removeprefix(_SUBJECT))
    # The session is locked before the candidate, as everywhere.
    session = await _concerned(connection, (await store.load(connection, candidate_id)).session_id, caller)
    return await apply(
        connection,
        session,
        candidate_id,
        Correction.of_content(proposal.content),
        proposal,
        persons=persons,
        by=caller.person,
        at=at,
    )


async def apply(
    connection: AsyncConnection,
    session: ExamSession,
    candidate_id: UUID,
    correction: Correction,
    proposal: Proposal,
    *,
    persons: Persons,
    by: str,
    at: datetime,
) -> Candidate:
    """Correct the result of a candidate of the locked session, as `by`, who confirms the `proposal`."""
    before = await store.load(connection, candidate_id, lock=True)
    certificate = await certificate_store.valid_of_candidate(connection, candidate_id)
    rule = await rule_of_exam(connection, session)
    recorded = rules.correct(before, session, correction, rule=rule, certificate=certificate, at=at)
    after = recorded[0]
    await store.keep_postings(connection, [Posting(new_id(), session.id, proposal.proposed_by, at, 1)])
    await _replace(
        connection,
        session,
        before,
        recorded,
        reason=proposal.reason,
        persons=persons,
        by=by,
        at=at,
        confirmed=proposal.id,
    )
    parts = rules.parts_held(session.award, rule)
    for each in await store.later(connection, candidate_id):
        followed = follow(each, after, parts)
        if followed != each:
            await _follow(connection, each, followed, reason=proposal.reason, persons=persons, by=by, at=at)
    return after


async def _follow(
    connection: AsyncConnection,
    before: Candidate,
    followed: Candidate,
    *,
    reason: str,
    persons: Persons,
    by: str,
    at: datetime,
) -> None:
    """Decide a later candidacy again, of which a kept part was corrected. Raises CertificateStands."""
    session = await session_store.load(connection, before.session_id, lock=True)
    rule = await rule_of_exam(connection, session)
    parts = rules.parts_held(session.award, rule)
    if not before.has_result:
        await store.save_all(connection, [followed])
        return
    recorded = rules.settle(followed, session, parts, rule=rule, at=at)
    certificate = await certificate_store.valid_of_candidate(connection, before.id)
    if certificate is not None and not recorded[0].passed:
        raise CertificateStands(certificate_id=str(certificate))
    await _replace(connection, session, before, recorded, reason=reason, persons=persons, by=by, at=at)


async def _replace(
    connection: AsyncConnection,
    session: ExamSession,
    before: Candidate,
    recorded: rules.Recorded,
    *,
    reason: str,
    persons: Persons,
    by: str,
    at: datetime,
    confirmed: UUID | None = None,
) -> None:
    """Store a result in the place of the one before, with all that follows from it."""
    after, fact = recorded
    await store.keep_replaced(connection, before, reason=reason, by=by, at=at)
    await store.save_all(connection, [after])
    if fact is not None:
        await outbox.record(connection, fact)
    if session.status is SessionStatus.CONCLUDED:
        await chain.append_results(connection, LinkKind.RESULT_CORRECTED, session.id, body_id=session.body_id, at=at)
        if after.passed and not before.passed:
            await certify(connection, session, [after], persons=persons, by=by, at=at, confirmed=confirmed)


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


async def rule_of_exam(connection: AsyncConnection, session: ExamSession) -> PassRule:
    """What the exam needs to be passed, and how long its parts are kept."""
    return await rule_of(
        connection,
        occupation=session.occupation,
        award=session.award,
        day=session.held_on,
        region=session.region,
    )
