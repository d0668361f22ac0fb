"""Confirm or reject what another officer proposed about persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.persons.rules.proposals import Proposal, ProposalKind
from services.registry.persons.store import proposals as store
from services.registry.persons.usecases import merges, particulars, people, rekeying
from services.registry.plan.usecases import visibility
from shared.kernel.callers import Caller, ForeignRegion
from shared.persons import Persons, SealedPerson
from shared.proposals import rules
from shared.proposals.rules import ProposalStatus


async def page(
    connection: AsyncConnection, *, status: ProposalStatus | None, caller: Caller, after: UUID, limit: int
) -> Sequence[Proposal]:
    """Proposals that concern the caller's region or those below it."""
    far = await visibility.reach(connection, caller, None)
    return await store.page(connection, far, status=status, after=after, limit=limit)


async def visible(connection: AsyncConnection, proposal_id: UUID, *, caller: Caller, lock: bool = False) -> Proposal:
    """A proposal that concerns the caller's region or one below it. Raises NotFound, ForeignRegion."""
    far = await visibility.reach(connection, caller, None)
    found = await store.load(connection, proposal_id, lock=lock)
    if far.codes and far.codes.isdisjoint(found.regions):
        raise ForeignRegion
    return found


def proposed_person(persons: Persons, proposal: Proposal) -> SealedPerson:
    """The person to whom a training is re-keyed, as proposed: they are not stored yet."""
    assert proposal.into_person is not None, "a re-keying names its person"
    said = rekeying.proposed(persons, proposal)
    return persons.close(proposal.into_person, said.document_number, said)


async def confirm(
    connection: AsyncConnection, proposal_id: UUID, *, persons: Persons, caller: Caller, at: datetime
) -> Proposal:
    """Confirm a proposal, as another officer who is concerned; it takes effect by the rules as they apply now.

    Raises NotFound, ForeignRegion, IllegalMove, SamePerson, and the refusals of the step itself.
    """
    before = await visible(connection, proposal_id, caller=caller, lock=True)
    after = rules.confirm(before, by=caller.person, at=at)
    match before.kind:
        case ProposalKind.MERGE:
            await merges.merge(connection, before, caller=caller, at=at)
        case ProposalKind.PARTICULARS:
            await particulars.correct(connection, before, persons=persons, caller=caller, at=at)
        case ProposalKind.REKEY:
            await rekeying.rekey(connection, before, persons=persons, caller=caller, at=at)
    await store.save(connection, after)
    return after


async def reject(
    connection: AsyncConnection, proposal_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Reject a proposal, as an officer who is concerned; who made it can take it back.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    before = await visible(connection, proposal_id, caller=caller, lock=True)
    people.region_of(await people.plan_of(connection), caller)
    after = rules.reject(before, reason=reason, by=caller.person, at=at)
    await store.save(connection, after)
    return after
