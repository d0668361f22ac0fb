"""Submit claims, and the common parts of all steps: permission and saving."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.trainings.rules import scope
from shared.backbone import outbox
from shared.contracts.subsidy import ClaimState
from shared.kernel.callers import Caller
from shared.plan import Plan


async def submit(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Submit a draft of the caller's institution.

    Raises NotFound, ForeignOrganisation, IllegalMove, NothingToClaim.
    """
    before = await load_own(connection, claim_id, caller=caller)
    after, fact = rules.submit(before, by=caller.person, at=at)
    await save(connection, after, fact, ClaimVerb.SUBMIT, by=caller.person)
    return after


async def load_own(connection: AsyncConnection, claim_id: UUID, *, caller: Caller) -> Claim:
    """The claim, locked, for its own institution. Raises NotFound, ForeignOrganisation."""
    claim = await store.load(connection, claim_id, lock=True)
    caller.require_organisation(claim.institution_id)
    return claim


async def load_for(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, plan: Plan) -> Claim:
    """The claim, locked, for an officer who sees it. Raises NotYetReceived, NotFound, ForeignRegion."""
    sight = scope(plan, caller)
    claim = await store.load(connection, claim_id, lock=True)
    sight.require_handled(claim, owner=claim.institution_id)
    return claim


async def save(
    connection: AsyncConnection,
    claim: Claim,
    fact: ClaimState,
    verb: ClaimVerb,
    *,
    by: str,
    reason: str | None = None,
) -> None:
    """Store the claim's next version with its transition, and record its fact. Raises Stale."""
    await store.save(connection, claim)
    await store.note(connection, claim, verb, by=by, at=fact.at, reason=reason)
    await outbox.record(connection, fact)
