"""File, conclude and cancel an exam session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.rules.territory import require_territory
from services.assessment.bodies.store import bodies as body_store
from services.assessment.bodies.store import territory as territory_store
from services.assessment.bodies.usecases import standing
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.certificates.usecases import issuing as certificates
from services.assessment.chain import usecases as chain
from services.assessment.chain.rules import LinkKind
from services.assessment.exams.rules import sessions as rules
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.sessions import ExamSession, Summary
from services.assessment.exams.store import candidates as candidate_store
from services.assessment.exams.store import sessions as store
from services.assessment.pass_rules.usecases import territory_matters
from services.assessment.plan import usecases as plans
from services.assessment.trainings import store as trainings
from services.assessment.trainings.rules import RegistryClass
from shared.backbone import outbox
from shared.contracts.assessment import SessionStatus
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignOrganisation
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken, NotYetReceived
from shared.plan import Plan


@dataclass(frozen=True)
class Filing:
    """What a body states about a session when it files it."""

    local_id: str
    class_id: UUID | None
    programme: str
    region: str
    occupation: str
    award: Award
    held_on: date


class Certification(NamedTuple):
    """New certificates, and the candidates who passed but already hold a valid one of this occupation and award."""

    certificates: list[Certificate]
    already_certified: list[Candidate]


class Conclusion(NamedTuple):
    """A concluded session, its candidates counted, and their certificates."""

    session: ExamSession
    summary: Summary
    certification: Certification


async def file(connection: AsyncConnection, filing: Filing, *, caller: Caller, at: datetime) -> ExamSession:
    """A new session of the caller's body; a repeat under the same local_id returns the existing one.

    Raises NotFound, NotYetReceived, OutsideScope, BodyStopped, OutsideTerritory, LocalIdTaken, and the refusals of
    rules.file, programme, region and occupation.
    """
    if caller.organisation is None:
        raise ForeignOrganisation
    body = await body_store.hold(connection, caller.organisation)
    class_ = None if filing.class_id is None else await trainings.find_class(connection, filing.class_id)
    session = _new(filing, body, class_, await plans.load(connection), by=caller.person)
    known = await store.find_by_local_id(connection, body.id, filing.local_id)
    if known is not None:
        # Not checked again: the body's scope, the class and the plan may have changed since.
        if not known.same_filing(session):
            raise LocalIdTaken(pointer="/local_id")
        return known
    rules.require_examined(session.award)
    await standing.require_may_file(
        connection, body, occupation=session.occupation, award=session.award, day=session.held_on
    )
    if session.outside_territory and await territory_matters(connection, day=session.held_on, region=session.region):
        require_territory(await territory_store.of(connection, body.id), session.reporting_region, day=session.held_on)
    if filing.class_id is not None and class_ is None:
        raise NotYetReceived(pointer="/class_id", what="class")
    fact = rules.file(session, class_, at=at)
    await store.add(connection, session)
    await outbox.record(connection, fact)
    await chain.append(connection, session.id, [session.link], body_id=body.id, at=at, anchored=True)
    return session


def _new(filing: Filing, body: Body, class_: RegistryClass | None, plan: Plan, *, by: str) -> ExamSession:
    planned_on = filing.held_on if class_ is None or class_.starts_on is None else class_.starts_on
    reporting_region = plan.reporting_region(filing.region, on=filing.held_on)
    return ExamSession(
        id=new_id(),
        body_id=body.id,
        local_id=filing.local_id,
        class_id=filing.class_id,
        programme=plan.primary_programme(filing.programme, on=planned_on),
        region=filing.region,
        reporting_region=reporting_region,
        outside_territory=reporting_region != plan.regions[body.region].on(filing.held_on).reporting_region,
        occupation=parse_occupation(filing.occupation),
        award=filing.award,
        held_on=filing.held_on,
        plan_year=planned_on.year,
        status=SessionStatus.FILED,
        filed_by=by,
        version=1,
    )


async def conclude(connection: AsyncConnection, session_id: UUID, *, caller: Caller, at: datetime) -> Conclusion:
    """Make the results final, and issue a certificate to every candidate who passed and does not hold one yet.

    Raises NotFound, ForeignOrganisation, BodyStopped, IllegalMove, TooEarly, NoCandidates, ResultsMissing,
    NumberExhausted.
    """
    before = await own(connection, session_id, caller)
    await standing.require_may_examine(connection, before.body_id, day=before.held_on)
    summary = await store.summary(connection, session_id)
    after, fact = rules.conclude(before, summary, today=business_day(at), at=at)
    await store.save(connection, after)
    await outbox.record(connection, fact)
    await chain.append_results(connection, LinkKind.SESSION_CONCLUDED, session_id, body_id=after.body_id, at=at)
    passed = await candidate_store.passed(connection, session_id)
    return Conclusion(after, summary, await certify(connection, after, passed, by=caller.person, at=at))


async def issue_owed(connection: AsyncConnection, session_id: UUID, *, caller: Caller, at: datetime) -> Certification:
    """Issue certificates to candidates who passed a concluded session without getting one; usually there are none.

    A candidate is left out whose merged key holds a certificate; if the merge is undone, the certificate becomes due.

    Raises NotFound, ForeignOrganisation, NotConcluded, NumberExhausted.
    """
    session = await own(connection, session_id, caller)
    session.require_concluded()
    passed = await candidate_store.passed_without_certificate(connection, session_id)
    return await certify(connection, session, passed, by=caller.person, at=at)


async def certify(
    connection: AsyncConnection, session: ExamSession, passed: Sequence[Candidate], *, by: str, at: datetime
) -> Certification:
    """Issue certificates to the candidates who `passed`. Raises NumberExhausted."""
    recipients = [candidate.recipient for candidate in passed]
    issuance = await certificates.issue(connection, session.examination, recipients, by=by, at=at)
    left_out = {recipient.candidate_id for recipient in issuance.already_certified}
    return Certification(issuance.certificates, [candidate for candidate in passed if candidate.id in left_out])


async def cancel(connection: AsyncConnection, session_id: UUID, *, caller: Caller, at: datetime) -> ExamSession:
    """Cancel a session. Raises NotFound, ForeignOrganisation, IllegalMove, ResultsStand."""
    before = await own(connection, session_id, caller)
    after, fact = rules.cancel(before, await store.summary(connection, session_id), at=at)
    await store.save(connection, after)
    await outbox.record(connection, fact)
    return after


async def own(connection: AsyncConnection, session_id: UUID, caller: Caller, *, lock: bool = True) -> ExamSession:
    """The session, for its body. Every change of a session or its candidates takes this lock first.

    Raises NotFound, ForeignOrganisation.
    """
    session = await store.load(connection, session_id, lock=lock)
    caller.require_organisation(session.body_id)
    return session
