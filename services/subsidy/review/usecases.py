"""Take claims in hand, return, reject or approve them step by step; approve after their publicity; list late ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.refusals import ClassAlreadyClaimed
from services.subsidy.claims.rules.states import (
    IN_PROGRESS,
    PREPARING,
    ClaimVerb,
)
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import holds, lines
from services.subsidy.claims.store.claims import ClaimSummary
from services.subsidy.claims.usecases import drafts, steps
from services.subsidy.limits import usecases as limits
from services.subsidy.limits.rules import due_on
from services.subsidy.review import rules
from services.subsidy.review import store as review_store
from services.subsidy.review.rules import Deadlines
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings.rules import scope
from services.subsidy.trainings.usecases import load_plan
from shared.contracts.subsidy.claims import ClaimStatus
from shared.faults import forever
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal
from shared.plan import Plan

log = structlog.get_logger()

POLL_SECONDS: Final = 60.0
_AT_ONCE: Final = 100
_BEFORE_ALL: Final = UUID(int=0)


class LateClaim(NamedTuple):
    """A claim whose step was due before today, and the region above whose reviewers see to it now."""

    summary: ClaimSummary
    working_days_late: int | None
    escalated_to: str | None

    @property
    def id(self) -> UUID:
        return self.summary.id


async def take(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Take a claim in hand; a repeat changes nothing. Raises ForeignRegion and the rule's refusals."""
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    if before.handled_by == caller.person:
        return before
    prepared_by = await store.doers(connection, claim_id, PREPARING)
    after, fact = rules.take(before, prepared_by=prepared_by, by=caller.person, at=at)
    await steps.save(connection, after, fact, ClaimVerb.TAKE, by=caller.person)
    return after


async def return_(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Send a claim back; what an approval committed is free again.

    Raises ForeignRegion, ClaimInBatch and the rule's refusals.
    """
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    await steps.require_outside_batches(connection, claim_id)
    prepared_by = await store.doers(connection, claim_id, PREPARING)
    held_until = await limits.held_until(connection, plan, before.region, day=business_day(at))
    after, fact = rules.return_(before, prepared_by=prepared_by, held_until=held_until, by=caller.person, at=at)
    if before.status is ClaimStatus.PAYMENT_FAILED:
        others = await store.of_source(connection, before.kind, before.source_id)
        if in_progress := [each.id for each in others if each.status in IN_PROGRESS]:
            raise ClassAlreadyClaimed(claim_id=str(in_progress[0]))
    await steps.save(connection, after, fact, ClaimVerb.RETURN, by=caller.person, reason=reason)
    return after


async def reject(connection: AsyncConnection, claim_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Claim:
    """Refuse a claim. Raises ForeignRegion and the rule's refusals."""
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    prepared_by = await store.doers(connection, claim_id, PREPARING)
    after, fact = rules.reject(before, prepared_by=prepared_by, by=caller.person, at=at)
    await lines.release(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.REJECT, by=caller.person, reason=reason)
    return after


async def approve(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Let a claim pass the step that it is in; the approval itself commits its amount.

    Raises ForeignRegion, OverBudget, CalendarUnset and the rule's refusals.
    """
    plan = await load_plan(connection)
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    return await _approve(connection, before, plan=plan, by=caller.person, at=at)


async def approve_published(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Approve claims whose publicity is over, in an endless loop."""
    await forever("published claims", lambda: approve_batch(engine, at=now()), pause_seconds=POLL_SECONDS)


async def approve_batch(engine: AsyncEngine, *, at: datetime) -> bool:
    """Approve every claim whose publicity ended before today and to which no objection is open; always False: what is
    refused, as for want of budget, is tried again with the next batch, and is late meanwhile.
    """
    approved, refused, after = 0, 0, _BEFORE_ALL
    while True:
        async with engine.connect() as connection:
            found = await review_store.publicity_over(connection, business_day(at), after=after, limit=_AT_ONCE)
        if not found:
            break
        for claim_id in found:
            try:
                async with engine.begin() as connection:
                    before = await store.load(connection, claim_id, lock=True)
                    plan = await load_plan(connection)
                    await _approve(connection, before, plan=plan, by=rules.CLOCK, at=at)
                approved += 1
            except Refusal:
                refused += 1
        after = found[-1]
    if approved or refused:
        log.info("publicity.ended", approved=approved, refused=refused)
    return False


async def page_late(
    connection: AsyncConnection, *, region: str | None, caller: Caller, after: UUID, limit: int, at: datetime
) -> list[LateClaim]:
    """The claims that the caller sees whose step was due before today. Raises UnknownRegion, ForeignRegion."""
    plan, today = await load_plan(connection), business_day(at)
    sight = scope(plan, caller, region=region)
    calendar = await trainings.calendar(connection)
    condition = review_store.is_late(today)
    found = await store.page(connection, sight, status=None, award=None, further=[condition], after=after, limit=limit)
    return [
        LateClaim(
            each,
            rules.working_days_late(each.claim, calendar, today=today),
            rules.escalated_to(each.claim, plan.region_and_above(each.claim.region, on=today), today=today),
        )
        for each in found
    ]


async def _approve(connection: AsyncConnection, before: Claim, *, plan: Plan, by: str, at: datetime) -> Claim:
    verb = rules.next_verb(before)
    after, fact = rules.approve(
        before,
        as_of_now=await drafts.lines_as_of_now(connection, before, plan=plan, at=at),
        flags=await holds.of_claim(connection, before.id),
        prepared_by=await store.doers(connection, before.id, PREPARING),
        by=by,
        at=at,
        deadlines=await _deadlines(connection, before, verb, plan=plan, today=business_day(at)),
    )
    await steps.save(connection, after, fact, verb, by=by)
    return after


async def _deadlines(
    connection: AsyncConnection, claim: Claim, verb: ClaimVerb, *, plan: Plan, today: date
) -> Deadlines:
    """The days for what follows `verb`. Raises CalendarUnset where the end of the publicity cannot be counted."""
    if verb is ClaimVerb.APPROVE:
        return rules.NO_DEADLINES
    calendar = await trainings.calendar(connection)
    if verb is ClaimVerb.PASS_REVIEW:
        ladder = await limits.ladder(connection, plan, claim.region, day=today)
        return Deadlines(second_due_on=due_on(calendar, today, ladder.review_second_working_days))
    public_until = calendar.after(today, claim.publicity_days)
    return Deadlines(public_until=public_until, approval_due_on=due_on(calendar, public_until, 1))
