"""File an exam session, file a returned one again, and move one to another day, other rooms or other examiners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.rules.territory import require_territory
from services.assessment.bodies.store import bodies as body_store
from services.assessment.bodies.store import territory as territory_store
from services.assessment.bodies.usecases import standing
from services.assessment.chain import usecases as chain
from services.assessment.examiners import store as examiner_store
from services.assessment.exams.rules import assignments, filing, history, sittings
from services.assessment.exams.rules import sessions as rules
from services.assessment.exams.rules.assignments import Duty, Staff
from services.assessment.exams.rules.history import SessionStep
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.rules.sittings import Hours, Sitting
from services.assessment.exams.rules.states import SessionVerb, require_before
from services.assessment.exams.store import candidates as candidate_store
from services.assessment.exams.store import duties as duty_store
from services.assessment.exams.store import sessions as store
from services.assessment.pass_rules.usecases import territory_matters
from services.assessment.persons import store as person_store
from services.assessment.plan import usecases as plans
from services.assessment.session_rules.rules import SessionRule
from services.assessment.session_rules.usecases import rule_of
from services.assessment.standards.usecases import exam_of
from services.assessment.trainings import store as trainings
from services.assessment.trainings.rules import RegistryClass
from shared import heard
from shared.backbone import outbox
from shared.contracts.assessment import SessionState, SessionStatus
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignOrganisation
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken, NotYetReceived
from shared.plan import Plan


@dataclass(frozen=True)
class SessionPlan:
    """When and where a session is held, and by whom."""

    region: str
    held_on: date
    place: str | None = None
    sittings: tuple[Sitting, ...] = ()
    supervisors: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Filing:
    """What a body states about a session when it files it."""

    local_id: str
    class_id: UUID | None
    programme: str
    occupation: str
    award: Award
    plan: SessionPlan


async def file(connection: AsyncConnection, asked: Filing, *, caller: Caller, at: datetime) -> ExamSession:
    """A new session of the caller's body; a repeat under the same local_id returns the existing one.

    Raises NotFound, NotYetReceived, OutsideScope, BodyStopped, OutsideTerritory, LocalIdTaken, and the refusals of
    rules.file, programme, region and occupation, and of what the rules of its day ask for.
    """
    if caller.organisation is None:
        raise ForeignOrganisation
    body = await body_store.hold(connection, caller.organisation)
    class_ = None if asked.class_id is None else await trainings.find_class(connection, asked.class_id)
    session = _new(asked, body, class_, await plans.load(connection), by=caller.person)
    known = await store.find_by_local_id(connection, body.id, asked.local_id)
    if known is not None:
        # Not checked again: the body's scope, the class and the plan may have changed since.
        if not known.same_filing(session):
            raise LocalIdTaken(pointer="/local_id")
        return known
    filing.require_examined(session.award)
    await _require_allowed(connection, body, session)
    if asked.class_id is not None and class_ is None:
        raise NotYetReceived(pointer="/class_id", what="class")
    fact = rules.file(session, class_, at=at)
    rule = await session_rule(connection, session)
    calendar = await plans.working_days(connection)
    filing.require_in_time(session.held_on, rule.figures, calendar, today=business_day(at))
    duties = await require_plan(connection, session, rule)
    await store.add(connection, session)
    await duty_store.replace(connection, session.id, duties)
    await keep(connection, session, history.FILE, fact, rule=rule, caller=caller, at=at, content=session.plan())
    await chain.append(connection, session.id, [session.link], body_id=body.id, at=at, anchored=True)
    return session


async def refile(
    connection: AsyncConnection, before: ExamSession, plan: SessionPlan, *, reason: str, caller: Caller, at: datetime
) -> ExamSession:
    """File a returned session again. Raises IllegalMove, and what filing raises."""
    planned, rule, duties = await _replanned(connection, before, plan, at=at)
    after, fact = rules.refile(before, planned, at=at)
    return await _save(connection, after, SessionVerb.REFILE, fact, rule, duties, reason=reason, caller=caller, at=at)


async def move(
    connection: AsyncConnection, before: ExamSession, plan: SessionPlan, *, reason: str, caller: Caller, at: datetime
) -> ExamSession:
    """Give a session another day, place, rooms or examiners.

    Raises IllegalMove, ResultsStand, and what filing raises.
    """
    summary = await store.summary(connection, before.id)
    planned, rule, duties = await _replanned(connection, before, plan, at=at)
    after, fact = rules.move_to(before, planned, summary, at=at)
    return await _save(connection, after, SessionVerb.MOVE, fact, rule, duties, reason=reason, caller=caller, at=at)


async def _replanned(
    connection: AsyncConnection, before: ExamSession, plan: SessionPlan, *, at: datetime
) -> tuple[ExamSession, SessionRule, list[Duty]]:
    body = await body_store.hold(connection, before.body_id)
    class_ = None if before.class_id is None else await trainings.find_class(connection, before.class_id)
    asked = Filing(before.local_id, before.class_id, before.programme, before.occupation, before.award, plan)
    planned = rules.replaced(before, _new(asked, body, class_, await plans.load(connection), by=before.filed_by))
    await _require_allowed(connection, body, planned)
    rule, today = await session_rule(connection, planned), business_day(at)
    # The authority has had its days if the day stays; nobody loses it because an answer took long.
    if planned.held_on != before.held_on:
        filing.require_in_time(planned.held_on, rule.figures, await plans.working_days(connection), today=today)
    elif rule.figures.is_ahead:
        require_before(planned.held_on, today=today)
    duties = await require_plan(connection, planned, rule)
    await require_candidates_free(connection, planned)
    return planned, rule, duties


async def _save(
    connection: AsyncConnection,
    after: ExamSession,
    verb: SessionVerb,
    fact: SessionState,
    rule: SessionRule,
    duties: Sequence[Duty],
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> ExamSession:
    await store.save(connection, after)
    await duty_store.replace(connection, after.id, duties)
    await keep(connection, after, verb, fact, rule=rule, caller=caller, at=at, reason=reason, content=after.plan())
    return after


async def session_rule(connection: AsyncConnection, session: ExamSession) -> SessionRule:
    """What decides about the session: the rules of its day and region."""
    return await rule_of(connection, day=session.held_on, region=session.region)


async def keep(
    connection: AsyncConnection,
    after: ExamSession,
    verb: str,
    fact: SessionState,
    *,
    rule: SessionRule,
    caller: Caller,
    at: datetime,
    reason: str | None = None,
    content: Mapping[str, object] | None = None,
) -> None:
    """Store the step of a session and tell its fact, with who examines when."""
    await duty_store.add_step(
        connection, SessionStep(after.id, after.version, verb, caller.person, at, reason, rule.rows, content or {})
    )
    await outbox.record(connection, replace(fact, duties=await duty_store.of_session(connection, after.id)))


async def _require_allowed(connection: AsyncConnection, body: Body, session: ExamSession) -> None:
    day = session.held_on
    await standing.require_may_file(connection, body, occupation=session.occupation, award=session.award, day=day)
    if session.outside_territory and await territory_matters(connection, day=day, region=session.region):
        require_territory(await territory_store.of(connection, body.id), session.reporting_region, day=day)


async def require_plan(connection: AsyncConnection, session: ExamSession, rule: SessionRule) -> list[Duty]:
    """The duties of those who examine in a session, whose plan is as the rules of its day and the standard ask for.

    Raises the refusals of rules.sittings and rules.assignments.
    """
    day, figures = session.held_on, rule.figures
    given = {"place": session.place, "sittings": session.sittings, "supervisors": session.supervisors}
    filing.require_complete(figures, **given)
    exam = await exam_of(connection, occupation=session.occupation, award=session.award, day=day)
    parts = sittings.parts_of(exam, session.award)
    sittings.require_sound(session.sittings, held_on=day, award=session.award, parts=parts)
    sittings.require_groups(session.sittings, session.supervisors, figures)
    if not session.sittings:
        return []
    return assignments.require_possible(
        session.sittings,
        session.supervisors,
        await _staff(connection, session, rule),
        occupation=session.occupation,
        award=session.award,
        day=day,
        figures=figures,
    )


async def _staff(connection: AsyncConnection, session: ExamSession, rule: SessionRule) -> Staff:
    named = {*(each for sitting in session.sittings for each in sitting.examiners), *session.supervisors}
    examiners = await examiner_store.of_body(connection, session.body_id, named)
    humans = await person_store.humans(connection, {each.person for each in examiners.values()})
    first, last = _span(session)
    taken = await duty_store.taken(connection, set(humans.values()), since=first, until=last, but=session.id)
    recent = await duty_store.recent(
        connection,
        body_id=session.body_id,
        occupation=session.occupation,
        before=session.held_on,
        but=session.id,
        limit=rule.figures.examiner_sessions_in_row_max,
    )
    return Staff(
        examiners=examiners,
        humans={each.id: humans[each.person] for each in examiners.values()},
        trainers=set() if session.class_id is None else await trainings.trainers(connection, session.class_id),
        taken=taken,
        recent=recent,
    )


async def require_candidates_free(connection: AsyncConnection, session: ExamSession) -> None:
    """Check that no candidate has a lesson or another exam at these hours. Raises CandidatesElsewhere (C04)."""
    if not session.sittings:
        return
    roster = await candidate_store.roster(connection, session.id)
    humans = await person_store.humans(connection, {each.person for each in roster})
    met = await elsewhere(connection, session, set(humans.values()))
    filing.require_free([each.local_id for each in roster if humans[each.person] in met])


async def elsewhere(connection: AsyncConnection, session: ExamSession, humans: Collection[UUID]) -> dict[UUID, Hours]:
    """The hours for which some of `humans` cannot sit the session: of a lesson of their class, or another exam."""
    if not (session.sittings and humans):
        return {}
    keys = await heard.keys_of(connection, humans)
    first, last = _span(session)
    taken: defaultdict[UUID, list[Hours]] = defaultdict(list)
    for person, begins_at, ends_at in await trainings.lesson_hours(connection, keys, since=first, until=last):
        taken[keys[person]].append(Hours(begins_at, ends_at))
    for person, other in await store.busy(connection, keys, day=session.held_on, but=session.id):
        taken[keys[person]] += sittings.sure_hours(other.sittings)
    met = {human: sittings.clash(session.sittings, hours) for human, hours in taken.items()}
    return {human: hours for human, hours in met.items() if hours is not None}


def _span(session: ExamSession) -> tuple[datetime, datetime]:
    return min(each.begins_at for each in session.sittings), max(each.ends_at for each in session.sittings)


def _new(asked: Filing, body: Body, class_: RegistryClass | None, plan: Plan, *, by: str) -> ExamSession:
    where = asked.plan
    planned_on = where.held_on if class_ is None or class_.starts_on is None else class_.starts_on
    reporting_region = plan.reporting_region(where.region, on=where.held_on)
    return ExamSession(
        id=new_id(),
        body_id=body.id,
        local_id=asked.local_id,
        class_id=asked.class_id,
        programme=plan.primary_programme(asked.programme, on=planned_on),
        region=where.region,
        reporting_region=reporting_region,
        outside_territory=reporting_region != plan.regions[body.region].on(where.held_on).reporting_region,
        occupation=parse_occupation(asked.occupation),
        award=asked.award,
        held_on=where.held_on,
        plan_year=planned_on.year,
        status=SessionStatus.FILED,
        filed_by=by,
        version=1,
        place=where.place,
        sittings=where.sittings,
        supervisors=where.supervisors,
    )
