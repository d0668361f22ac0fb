"""File appeals and decide on them; do what a granted one leads to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.appeals import rules, store
from services.subsidy.appeals.rules import Appeal, AppealStatus, AppealSubject, AppealVerb
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.refusals import ClassAlreadyClaimed
from services.subsidy.claims.rules.states import (
    IN_PROGRESS,
    ClaimVerb,
)
from services.subsidy.claims.store import claims as claim_store
from services.subsidy.claims.usecases import steps
from services.subsidy.limits import usecases as limits
from services.subsidy.limits.rules import due_on
from services.subsidy.objections import rules as objection_rules
from services.subsidy.objections import store as objections
from services.subsidy.recoveries import usecases as recoveries
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings import usecases as sights
from services.subsidy.trainings.usecases import load_plan
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.plan import Plan
from shared.reach import Scope


async def file(
    connection: AsyncConnection,
    claim_id: UUID,
    about: AppealSubject,
    line: int | None,
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Appeal:
    """A new appeal about a decision on a claim that the caller sees; a repeat returns the open one.

    Raises NotFound, ForeignOrganisation, ForeignRegion, and the rule's refusals.
    """
    sight = await sights.scope(connection, caller)
    claim = await claim_store.load(connection, claim_id, lock=True)
    sight.require_handled(claim, owner=claim.institution_id)
    known = await store.find_open(connection, claim_id, about, line)
    if known is not None:
        return known
    plan, today = await load_plan(connection), business_day(at)
    ladder = await limits.ladder(connection, plan, claim.region, day=today)
    rejected = [step for step in await claim_store.history(connection, claim_id) if step.verb is ClaimVerb.REJECT]
    rules.require_possible(
        claim,
        about,
        line,
        rejected_on=business_day(rejected[-1].done_at) if rejected else None,
        days_max=ladder.appeal_days_max,
        today=today,
    )
    appeal = Appeal(
        id=new_id(),
        about=about,
        claim_id=claim_id,
        line=line,
        institution_id=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        by_person=caller.role is not Role.INSTITUTION,
        reason=reason,
        filed_by=caller.person,
        filed_at=at,
        due_on=due_on(await trainings.calendar(connection), today, ladder.appeal_answer_working_days),
    )
    await store.add(connection, appeal)
    return appeal


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    status: AppealStatus | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[Appeal]:
    """Appeals that the caller sees. Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion."""
    sight: Scope = await sights.scope(connection, caller, region=region)
    return await store.page(connection, sight, status=status, after=after, limit=limit)


async def read(connection: AsyncConnection, appeal_id: UUID, *, caller: Caller) -> Appeal:
    """An appeal that the caller sees. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    sight = await sights.scope(connection, caller)
    appeal = await store.load(connection, appeal_id)
    sight.require(appeal, owner=appeal.institution_id)
    return appeal


async def decide(
    connection: AsyncConnection, appeal_id: UUID, verb: AppealVerb, *, answer: str, caller: Caller, at: datetime
) -> Appeal:
    """Grant or deny an appeal.

    Granted, a rejected claim is opened again; an upheld objection to the line is overturned; a recovery's reversal is
    proposed. A line that a check refused is claimed for again once its facts are corrected.

    Raises NotFound, ForeignRegion, ClassAlreadyClaimed, and the refusals of the rule and of the step.
    """
    plan = await load_plan(connection)
    sight = await sights.scope(connection, caller)
    claim_id = (await store.load(connection, appeal_id)).claim_id
    claim = await claim_store.load(connection, claim_id, lock=True)
    before = await store.load(connection, appeal_id, lock=True)
    sight.require_handled(before, owner=before.institution_id)
    after = rules.decide(
        before,
        verb,
        answer=answer,
        region_and_above=plan.region_and_above(claim.region, on=business_day(at)),
        decided_before=await _deciders(connection, claim, before),
        caller=caller,
        at=at,
    )
    await store.save(connection, after)
    if verb is AppealVerb.GRANT:
        await _grant(connection, claim, after, plan=plan, caller=caller, at=at)
    return after


async def _deciders(connection: AsyncConnection, claim: Claim, appeal: Appeal) -> list[str]:
    """Who took the decision that it is about."""
    match appeal.about:
        case AppealSubject.REJECTION:
            return await claim_store.doers(connection, claim.id, {ClaimVerb.REJECT})
        case AppealSubject.RECOVERY:
            return await claim_store.doers(connection, claim.id, {ClaimVerb.RECOVER})
        case AppealSubject.LINE:
            reviewed = {ClaimVerb.PASS_REVIEW, ClaimVerb.PUBLISH, ClaimVerb.APPROVE}
            assert appeal.line is not None, "an appeal about a line names it"
            upheld = await objections.upheld(connection, claim.id, appeal.line)
            answered_by = [each.answered_by for each in upheld if each.answered_by is not None]
            return [*await claim_store.doers(connection, claim.id, reviewed), *answered_by]


async def _grant(
    connection: AsyncConnection, claim: Claim, appeal: Appeal, *, plan: Plan, caller: Caller, at: datetime
) -> None:
    match appeal.about:
        case AppealSubject.REJECTION:
            await _reopen(connection, claim, appeal, plan=plan, caller=caller, at=at)
        case AppealSubject.RECOVERY:
            assert appeal.line is not None, "an appeal about a recovery names the line"
            assert appeal.answer is not None, "a decided appeal has an answer"
            await recoveries.propose_reversal(
                connection, claim.id, numbers={appeal.line}, reason=appeal.answer, caller=caller, at=at
            )
        case AppealSubject.LINE:
            assert appeal.line is not None, "an appeal about a line names it"
            for objection in await objections.upheld(connection, claim.id, appeal.line):
                await objections.save(connection, objection_rules.overturn(objection))


async def _reopen(
    connection: AsyncConnection, claim: Claim, appeal: Appeal, *, plan: Plan, caller: Caller, at: datetime
) -> None:
    others = await claim_store.of_source(connection, claim.kind, claim.source_id)
    if in_progress := [each.id for each in others if each.status in IN_PROGRESS]:
        raise ClassAlreadyClaimed(claim_id=str(in_progress[0]))
    held_until = await limits.held_until(connection, plan, claim.region, day=business_day(at))
    after, fact = rules.reopen(claim, held_until=held_until, at=at)
    await steps.save(connection, after, fact, ClaimVerb.REOPEN, by=caller.person, reason=appeal.answer)
