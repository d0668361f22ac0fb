"""Submit a claim, and what every step of a claim has in common: who may take it, and how it is saved."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.trainings.usecases import region_and_above
from shared.backbone import outbox
from shared.contracts.subsidy import ClaimState
from shared.kernel.callers import Caller, Role


async def submit(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """Hand in a draft of the caller's institution. Raises WrongRole, ForeignOrganisation and the rule's."""
    caller.require(Role.INSTITUTION)
    before = await store.load(connection, claim_id, lock=True)
    caller.require_organisation(before.institution_id)
    after, fact = rules.submit(before, by=caller.person, at=at)
    return await save(connection, after, fact, ClaimVerb.SUBMIT, caller=caller, at=at)


async def load_for(connection: AsyncConnection, claim_id: UUID, role: Role, caller: Caller) -> Claim:
    """The claim, locked, for a caller of `role` in its region or above."""
    caller.require(role)
    claim = await store.load(connection, claim_id, lock=True)
    caller.require_region(await region_and_above(connection, claim.region))
    return claim


async def save(
    connection: AsyncConnection,
    claim: Claim,
    fact: ClaimState,
    verb: ClaimVerb,
    *,
    caller: Caller,
    at: datetime,
    reason: str | None = None,
) -> Claim:
    await store.save(connection, claim)
    await store.note(connection, claim, verb, by=caller.person, at=at, reason=reason)
    await outbox.record(connection, fact)
    return claim
