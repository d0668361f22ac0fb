"""Recover the money of a paid claim's lines, or take that back: proposed by one person, confirmed by another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.checks import HeldSubsidy
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines
from services.subsidy.claims.usecases import steps
from services.subsidy.recoveries import rules
from services.subsidy.trainings.usecases import load_plan
from shared.kernel.callers import Caller, Role
from shared.kernel.four_eyes import require_another
from shared.kernel.ids import new_id
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_SUBJECT: Final = "claims/"


async def propose(
    connection: AsyncConnection,
    claim_id: UUID,
    *,
    numbers: Collection[int] | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose to recover the lines `numbers`; None means every line that remains. Whoever paid them may propose it.

    Raises ForeignRegion, AlreadyProposed and the rule's refusals.
    """
    plan = await load_plan(connection)
    claim = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    rules.recover(claim, numbers, at=at)
    return await _propose(connection, claim, rules.KIND, numbers, reason=reason, caller=caller, at=at)


async def propose_reversal(
    connection: AsyncConnection,
    claim_id: UUID,
    *,
    numbers: Collection[int] | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose to take back the recovery of the lines `numbers`; None means every recovered line.

    Raises ForeignRegion, AlreadyProposed and the rule's refusals.
    """
    plan = await load_plan(connection)
    claim = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    rules.reverse(claim, numbers, claimed_again=await _claimed_again(connection, claim), at=at)
    return await _propose(connection, claim, rules.REVERSAL, numbers, reason=reason, caller=caller, at=at)


async def _propose(
    connection: AsyncConnection,
    claim: Claim,
    kind: str,
    numbers: Collection[int] | None,
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    proposal = Proposal(
        id=new_id(),
        kind=kind,
        subject=f"{_SUBJECT}{claim.id}",
        organisation=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        content={"lines": None if numbers is None else sorted(numbers)},
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def recover(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Claim:
    """Recover the lines of a proposal that is being confirmed, and return their money to the budget.

    Raises WrongRole, ForeignRegion, SamePerson if the caller paid the claim, and the rule's refusals.
    """
    caller.require(Role.FINANCE, Role.PROVINCE)
    plan = await load_plan(connection)
    claim_id = UUID(proposal.subject.removeprefix(_SUBJECT))
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    paid_by = await store.doers(connection, claim_id, {ClaimVerb.PAY})
    require_another(caller.person, *paid_by, rule="payment of a claim and confirmation of its recovery")
    after, fact = rules.recover(before, proposal.content["lines"], at=at)
    await lines.recover(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.RECOVER, by=caller.person, reason=proposal.reason)
    return after


async def reverse(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Claim:
    """Take back the recovery of a proposal that is being confirmed: its money leaves the budget again.

    Raises WrongRole, ForeignRegion, OverBudget, SamePerson if the caller recovered it, and the rule's refusals.
    """
    caller.require(Role.FINANCE, Role.PROVINCE)
    plan = await load_plan(connection)
    claim_id = UUID(proposal.subject.removeprefix(_SUBJECT))
    before = await steps.load_for(connection, claim_id, caller=caller, plan=plan)
    recovered_by = await store.doers(connection, claim_id, {ClaimVerb.RECOVER})
    require_another(caller.person, *recovered_by, rule="confirmation of a recovery and of its reversal")
    claimed_again = await _claimed_again(connection, before)
    after, fact = rules.reverse(before, proposal.content["lines"], claimed_again=claimed_again, at=at)
    reversed_ = [was.line for was, now in zip(before.lines, after.lines, strict=True) if was != now]
    await lines.reverse(connection, after, reversed_)
    await steps.save(connection, after, fact, ClaimVerb.REVERSE_RECOVERY, by=caller.person, reason=proposal.reason)
    return after


async def _claimed_again(connection: AsyncConnection, claim: Claim) -> set[int]:
    """The recovered lines of which another claim holds the training, or the subsidy of the person."""
    recovered = [line for line in claim.lines if line.recovered_on is not None]
    persons = {line.person: line.person for line in recovered}
    await lines.queue(connection, persons)
    taken = await lines.taken(connection, claim.class_id, outside=claim.id)
    held = await lines.held(connection, persons, outside=claim.id)
    own = HeldSubsidy(claim.occupation, claim.award, claim.starts_on.year)
    barred = {person for person, each in held.items() if any(one.bars(own) for one in each)}
    return {line.line for line in recovered if line.enrolment_id in taken or line.person in barred}
