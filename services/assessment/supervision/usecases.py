"""Look at exams and raise flags; assign, settle and reopen them; enter inspections, fees and relations; hit rates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.assessment.bodies.store import bodies as body_store
from services.assessment.pass_rules.rules import NATIONAL
from services.assessment.plan import usecases as plans
from services.assessment.sight.rules import Sight
from services.assessment.sight.usecases import sight
from services.assessment.standards.usecases import rule_of
from services.assessment.supervision import store
from services.assessment.supervision.rules import flags as rules
from services.assessment.supervision.rules.flags import ExamFlag, FlagStep, FlagVerb, HitRate, RatesTooLong, SessionHeld
from services.assessment.supervision.rules.inspections import Inspection, Manner, require_held
from services.assessment.supervision.rules.kinds import KINDS, FlagKind
from services.assessment.supervision.rules.seen import Exam, Fee, Seen, look
from services.assessment.supervision.rules.thresholds import Thresholds, require_sound, thresholds_on
from services.assessment.supervision.store import SUPERVISION_RULE, BodyRelation, SessionKey
from shared.backbone import outbox
from shared.contracts.assessment import SessionFeeStated
from shared.dated_rules.province import ProvinceRules
from shared.faults import forever
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import Period, business_day
from shared.plan import Plan

log = structlog.get_logger()

DAYS_MAX: Final = 366
AT_ONCE: Final = 100
"""Sessions that are looked at in one transaction."""
POLL_SECONDS: Final = 60.0


async def _province(connection: AsyncConnection, caller: Caller) -> Plan:
    plan = await plans.load(connection)
    caller.require_region(plan.provinces)
    return plan


SUPERVISION_RULES: Final = ProvinceRules(
    SUPERVISION_RULE, load_plan=_province, check=lambda _: require_sound, nation=NATIONAL
)
"""The thresholds as the province sets them."""


async def seen(connection: AsyncConnection, session_id: UUID) -> list[Seen]:
    """What looks wrong in a session by what is recorded now. Raises NotFound, PolicyUnset."""
    session = await store.session(connection, session_id)
    return (await _seen(connection, [session]))[session_id]


async def _seen(connection: AsyncConnection, sessions: Sequence[SessionKey]) -> dict[UUID, list[Seen]]:
    """What looks wrong in each of the sessions. Raises NotYetReceived, PolicyUnset."""
    bounds = {each.id: await thresholds(connection, region=each.region, day=each.held_on) for each in sessions}
    burst_days = {each.body_id: bounds[each.id].burst_days for each in sessions}
    found = await store.findings(connection, sessions, burst_days=burst_days)
    said = dict[UUID, list[Seen]]()
    for each in sessions:
        about = {"occupation": each.occupation, "award": each.award, "day": each.held_on, "region": each.region}
        rule = await rule_of(connection, **about)  # type: ignore[arg-type]
        exam = Exam(
            results=found.marks.get(each.id, ()),
            needed=rule.marks or dict.fromkeys(("theory", "skills", "review"), rule.part_tenths_min),
            passed=found.passed.get(each.id, 0),
            candidates=found.candidates.get(each.id, 0),
            held_on=each.held_on,
            beginning=found.beginnings.get(each.body_id),
            loads=found.loads.get(each.id, {}),
            relation=found.relations.get(each.id),
            fee=found.fees.get(each.id),
        )
        said[each.id] = look(exam, bounds[each.id])
    return said


async def observe(connection: AsyncConnection, session_ids: Collection[UUID], *, at: datetime) -> int:
    """Raise flags for what looks wrong in these sessions now; returns how many kinds of things do.

    A kind that a session has already stays as it is. A burst is flagged once for its body, at the first session that
    is looked at, and not for each session of it. Raises NotYetReceived, PolicyUnset.
    """
    sessions = await store.sessions(connection, session_ids)
    found, flags = await _seen(connection, sessions), list[ExamFlag]()
    bursting = set[UUID]()
    for session in sessions:
        for each in found[session.id]:
            if each.kind is FlagKind.BURST_AFTER_FILING and session.body_id in bursting:
                continue
            bursting |= {session.body_id} if each.kind is FlagKind.BURST_AFTER_FILING else set()
            due_on = await _due_on(connection, session, at=at)
            flags.append(_flag(session, each.kind, each.facts, due_on=due_on, at=at))
    await store.add_all(connection, flags)
    return len(flags)


async def have_looked_at(connection: AsyncConnection, session_id: UUID, *, at: datetime) -> None:
    """Have the session, whose results became public or final, looked at in the coming night."""
    await store.queue(connection, session_id, on=business_day(at))


async def work(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Look at the sessions of the days before, in an endless loop: after midnight there are some."""
    await forever("signs of exams", lambda: look_at_some(engine, at=now()), pause_seconds=POLL_SECONDS)


async def look_at_some(engine: AsyncEngine, *, at: datetime) -> bool:
    """Look at a batch of sessions that were queued on days before, in one transaction. False if there are no more."""
    async with engine.begin() as connection:
        taken = await store.take(connection, before=business_day(at), limit=AT_ONCE)
        flags = await observe(connection, taken, at=at) if taken else 0
    if taken:
        log.info("exams.looked_at", sessions=len(taken), flags=flags)
    return len(taken) == AT_ONCE


async def require_not_held(connection: AsyncConnection, session_id: UUID) -> None:
    """Check that no finding stands against the session. Raises SessionHeld."""
    flag_id = await store.holding(connection, session_id)
    if flag_id is not None:
        raise SessionHeld(flag_id=str(flag_id))


async def visible(connection: AsyncConnection, flag_id: UUID, caller: Caller) -> ExamFlag:
    """A flag that the caller sees. Raises NotFound, ForeignRegion."""
    found = await store.load(connection, flag_id)
    await _require_seen(connection, flag_id, await sight(connection, caller))
    return found


async def settle(
    connection: AsyncConnection, flag_id: UUID, verdict: FlagVerb, *, reason: str, caller: Caller, at: datetime
) -> ExamFlag:
    """Uphold or dismiss an open flag, as an officer of its region or above.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    before = await _lock(connection, flag_id, caller)
    after = rules.settle(before, verdict, by=caller.person, reason=reason, at=at)
    return await _save(connection, after, verdict, reason=reason, caller=caller, at=at)


async def reopen(connection: AsyncConnection, flag_id: UUID, *, reason: str, caller: Caller, at: datetime) -> ExamFlag:
    """Take a settlement back, with a new due day. Raises NotFound, ForeignRegion, IllegalMove."""
    before = await _lock(connection, flag_id, caller)
    session = await store.session(connection, before.session_id)
    after = rules.reopen(before, due_on=await _due_on(connection, session, at=at))
    return await _save(connection, after, FlagVerb.REOPEN, reason=reason, caller=caller, at=at)


async def assign(
    connection: AsyncConnection, flag_id: UUID, person: str | None, *, reason: str, caller: Caller, at: datetime
) -> ExamFlag:
    """Give an open flag to a person, or back to its region; a repeat changes nothing.

    Raises NotFound, ForeignRegion, ExamFlagSettled.
    """
    before = await _lock(connection, flag_id, caller)
    after = rules.assign(before, person)
    if before.assigned_to == person:
        return before
    return await _save(connection, after, rules.ASSIGN, reason=reason, caller=caller, at=at)


async def inspect(
    connection: AsyncConnection,
    session_id: UUID,
    manner: Manner,
    *,
    inspected_on: date,
    found: str,
    holds: bool,
    caller: Caller,
    at: datetime,
) -> Inspection:
    """Enter an inspection of a session, as an officer of its region or above; a finding that `holds` is a flag.

    Raises NotFound, ForeignRegion, InspectedToCome.
    """
    session = await store.session(connection, session_id)
    await _require_handled(connection, session, caller)
    require_held(inspected_on, today=business_day(at))
    flag = None
    if holds:
        due_on = await _due_on(connection, session, at=at)
        facts = {"manner": manner.value, "inspected_on": inspected_on.isoformat()}
        flag = _flag(session, FlagKind.INSPECTION_FINDING, facts, due_on=due_on, at=at)
        await store.add_all(connection, [flag])
    flag_id = None if flag is None else flag.id
    inspection = Inspection(new_id(), session_id, manner, inspected_on, found, flag_id, caller.person, at)
    await store.add_inspection(connection, inspection)
    return inspection


async def inspections(connection: AsyncConnection, session_id: UUID, *, caller: Caller) -> list[Inspection]:
    """The inspections of a session of the caller's body, or of an officer's region. Raises NotFound, Foreign…"""
    session = await store.session(connection, session_id)
    await _require_handled(connection, session, caller)
    return await store.inspections(connection, session_id)


async def state_fee(connection: AsyncConnection, session_id: UUID, stated: Fee, *, caller: Caller, at: datetime) -> Fee:
    """State what candidates of a session are charged, as its body or an officer; the last statement counts.

    A repeat by the same person changes nothing. Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    session = await store.session(connection, session_id)
    await _require_handled(connection, session, caller)
    version = await store.add_fee(connection, session_id, stated, id_=new_id(), by=caller.person, at=at)
    if version is not None:
        await outbox.record(connection, _fee_stated(session_id, session, stated, version=version, at=at))
        await observe(connection, [session_id], at=at)
    return stated


async def declare(
    connection: AsyncConnection, body_id: UUID, institution_code: str, *, ground: str, caller: Caller, at: datetime
) -> BodyRelation:
    """Declare that a body is related to a training institution; a repeat of a declaration that stands returns it.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    await _require_of_body(connection, body_id, caller)
    for each in await store.relations(connection, body_id):
        if each.institution_code == institution_code and each.ended_at is None:
            return each
    declared = BodyRelation(new_id(), body_id, institution_code, ground, caller.person, at)
    await store.add_relation(connection, declared)
    return declared


async def end_relation(
    connection: AsyncConnection, relation_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> BodyRelation:
    """End a declared relation, as an officer; flags that it raised stay. Ended before, it stays as it is.

    Raises NotFound, ForeignRegion.
    """
    before = await store.relation_by_id(connection, relation_id)
    await _require_of_body(connection, before.body_id, caller)
    if before.ended_at is not None:
        return before
    after = before._replace(ended_by=caller.person, ended_at=at, ending_reason=reason)
    await store.end_relation(connection, after)
    return after


async def _require_of_body(connection: AsyncConnection, body_id: UUID, caller: Caller) -> None:
    body = await body_store.load(connection, body_id)
    if caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(body_id)
    elif not (await plans.scope(connection, caller)).reach.handles(body):
        raise ForeignRegion


async def relations(connection: AsyncConnection, body_id: UUID, *, caller: Caller) -> list[BodyRelation]:
    """What a body has declared. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    body = await body_store.load(connection, body_id)
    (await plans.scope(connection, caller)).require(body, owner=body_id)
    return await store.relations(connection, body_id)


async def hit_rates(connection: AsyncConnection, *, first_on: date, last_on: date, at: datetime) -> list[HitRate]:
    """By kind, what became of the flags of the whole province that were raised on these days.

    Raises PeriodEndsBeforeStart, RatesTooLong.
    """
    Period(first_on, last_on)
    if last_on - first_on >= timedelta(days=DAYS_MAX):
        raise RatesTooLong(pointer="/query/last_on", days_max=DAYS_MAX)
    return await store.rates(connection, first_on=first_on, last_on=last_on, today=business_day(at))


def _fee_stated(session_id: UUID, session: SessionKey, stated: Fee, *, version: int, at: datetime) -> SessionFeeStated:
    """The fact that this was stated last of what candidates are charged."""
    return SessionFeeStated(
        subject=f"session-fees/{session_id}",
        version=version,
        at=at,
        session_id=session_id,
        body_id=session.body_id,
        region=session.region,
        reporting_region=session.reporting_region,
        fee_fen=stated.fee_fen,
        subsidised=stated.subsidised,
    )


def _flag(session: SessionKey, kind: FlagKind, facts: Mapping[str, Any], *, due_on: date, at: datetime) -> ExamFlag:
    return ExamFlag(
        id=new_id(),
        kind=kind,
        session_id=session.id,
        body_id=session.body_id,
        region=session.region,
        reporting_region=session.reporting_region,
        holds=KINDS[kind].holds,
        facts=facts,
        raised_at=at,
        due_on=due_on,
    )


async def thresholds(connection: AsyncConnection, *, region: str, day: date) -> Thresholds:
    """The thresholds of a day and a region. Raises NotYetReceived, PolicyUnset."""
    above = (await plans.load(connection)).region_and_above(region, on=day)
    return thresholds_on(await SUPERVISION_RULE.entered_rows(connection), day=day, region_and_above=above)


async def _due_on(connection: AsyncConnection, session: SessionKey, *, at: datetime) -> date:
    today = business_day(at)
    return today + timedelta(days=(await thresholds(connection, region=session.region, day=today)).flag_due_days)


async def _require_seen(connection: AsyncConnection, flag_id: UUID, seen_: Sight) -> None:
    if not await store.is_in_sight(connection, flag_id, seen_):
        raise seen_.refusal


async def _require_handled(connection: AsyncConnection, session: SessionKey, caller: Caller) -> None:
    if caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(session.body_id)
    elif not (await plans.scope(connection, caller)).reach.handles(session):
        raise ForeignRegion


async def _lock(connection: AsyncConnection, flag_id: UUID, caller: Caller) -> ExamFlag:
    flag = await store.load(connection, flag_id, lock=True)
    if not (await plans.scope(connection, caller)).reach.handles(flag):
        raise ForeignRegion
    return flag


async def _save(
    connection: AsyncConnection, after: ExamFlag, verb: str, *, reason: str, caller: Caller, at: datetime
) -> ExamFlag:
    step = FlagStep(after.id, after.version, verb, caller.person, at, reason, after.assigned_to)
    await store.save(connection, after, step)
    return after
