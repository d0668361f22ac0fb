"""Submit and withdraw claims, let drafts expire, and the common parts of all steps: permission and saving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.subsidy.budgets import usecases as budgets
from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.refusals import ClaimInBatch
from services.subsidy.claims.rules.states import ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines, payments
from services.subsidy.limits import usecases as limits
from services.subsidy.limits.rules import due_on
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings.rules import scope
from services.subsidy.trainings.usecases import acting, load_plan
from shared.backbone import outbox
from shared.contracts.subsidy.claims import ClaimState
from shared.faults import forever
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day
from shared.plan import Plan

log = structlog.get_logger()

POLL_SECONDS: Final = 60.0
_CLOCK: Final = "clock"
"""The actor of what happens because a day has passed."""


async def submit(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Submit a draft of the caller's institution.

    Raises NotFound, ForeignOrganisation, IllegalMove, NothingToClaim.
    """
    before = await load_own(connection, claim_id, caller=caller)
    plan, today = await load_plan(connection), business_day(at)
    ladder = await limits.ladder(connection, plan, before.region, day=today)
    due = due_on(await trainings.calendar(connection), today, ladder.review_first_working_days)
    after, fact = rules.submit(before, by=caller.person, at=at, ladder=ladder, due_on=due)
    await save(connection, after, fact, ClaimVerb.SUBMIT, by=caller.person)
    return after


async def withdraw(
    connection: AsyncConnection, claim_id: UUID, *, reason: str | None, caller: Caller, at: datetime
) -> Claim:
    """Give up a draft or returned claim of the caller's institution. Raises NotFound, ForeignOrganisation, IllegalMove.

    It holds nobody's subsidy any more, and the class can be claimed for again.
    """
    before = await load_own(connection, claim_id, caller=caller)
    after, fact = rules.withdraw(before, at=at)
    await lines.release(connection, after)
    await save(connection, after, fact, ClaimVerb.WITHDRAW, by=caller.person, reason=reason)
    return after


async def let_expire(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Let claims expire in an endless loop."""
    await forever("expired claims", lambda: expire(engine, at=now()), pause_seconds=POLL_SECONDS)


async def expire(engine: AsyncEngine, *, at: datetime) -> bool:
    """Give up claims that their institutions left past the day until which they hold subsidies. False if none is."""
    async with engine.begin() as connection:
        found = await store.expired(connection, business_day(at))
        for claim_id in found:
            expired = rules.expire(await store.load(connection, claim_id, lock=True), at=at)
            if expired is not None:
                after, fact = expired
                await lines.release(connection, after)
                await save(connection, after, fact, ClaimVerb.EXPIRE, by=_CLOCK)
    if found:
        log.info("claims.expired", count=len(found))
    return bool(found)


async def load_own(connection: AsyncConnection, claim_id: UUID, *, caller: Caller) -> Claim:
    """The claim, locked, for its own institution. Raises NotFound, ForeignOrganisation."""
    claim = await store.load(connection, claim_id, lock=True)
    (await acting(connection, caller)).require_organisation(claim.institution_id)
    return claim


async def load_for(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, plan: Plan) -> Claim:
    """The claim, locked, for an officer who sees it. Raises NotYetReceived, NotFound, ForeignRegion."""
    sight = scope(plan, caller)
    claim = await store.load(connection, claim_id, lock=True)
    sight.require_handled(claim, owner=claim.institution_id)
    return claim


async def require_outside_batches(connection: AsyncConnection, claim_id: UUID) -> None:
    """Raises ClaimInBatch while the claim is in a payment batch. The claim is locked."""
    if (batch_id := await payments.batch_of(connection, claim_id)) is not None:
        raise ClaimInBatch(batch_id=str(batch_id))


async def save(
    connection: AsyncConnection,
    claim: Claim,
    fact: ClaimState,
    verb: ClaimVerb,
    *,
    by: str,
    reason: str | None = None,
    offset: bool = False,
) -> None:
    """Store the claim's next version with its transition, book what it stands for, and record its fact.

    `offset` books what is recovered as kept from a later payment. Raises Stale, OverBudget.
    """
    await store.save(connection, claim)
    await store.note(connection, claim, verb, by=by, at=fact.at, reason=reason)
    await outbox.record(connection, fact)
    # Last, because it locks the budget, for which others wait.
    await budgets.book(connection, claim.standing, claim.account, by=by, at=fact.at, reason=reason, offset=offset)
