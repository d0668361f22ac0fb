"""Merge two persons who are one human, when two officers say so; undo a merge."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.enrolments.usecases.steps import keep
from services.registry.persons.rules import merges as rules
from services.registry.persons.rules import proposals as proposal_rules
from services.registry.persons.rules.merges import Merge, MergeContext, Steps
from services.registry.persons.rules.proposals import Proposal, ProposalKind
from services.registry.persons.store import merges as store
from services.registry.persons.store import proposals as proposal_store
from services.registry.persons.usecases import people
from services.registry.plan.rules.jurisdiction import require_concerned
from shared.backbone import outbox
from shared.contracts.registry.enrolments import PersonsMerged
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day
from shared.persons import Particulars, Persons
from shared.plan import Plan


class DocumentPair(NamedTuple):
    """Two documents of one human, with their pointers in the request: `gone` is merged into `into`."""

    gone: Particulars
    gone_at: str
    into: Particulars
    into_at: str


class _Prepared(NamedTuple):
    """A merge that nothing stands against, not yet made."""

    merge: Merge
    fact: PersonsMerged
    steps: Steps


async def propose(
    connection: AsyncConnection, pair: DocumentPair, *, reason: str, persons: Persons, caller: Caller, at: datetime
) -> Proposal:
    """Propose to merge a person into another one, with all enrolments; the same proposal again returns the open one.

    As an officer of, or above, a region in which one of the two was trained. Raises ForeignRegion, UnknownPerson,
    ProposalOpen, the refusals of documents, and the rule's.
    """
    gone, _ = people.recognise(persons, pair.gone, pair.gone_at, at=at)
    into, _ = people.recognise(persons, pair.into, pair.into_at, at=at)
    pointers = {gone: pair.gone_at, into: pair.into_at}
    plan = await people.plan_of(connection)
    known = await people.context(connection, gone, await people.lock(connection, pointers))
    require_concerned(plan, caller, known.regions)
    proposal = people.new_proposal(
        ProposalKind.MERGE, gone, known.regions, plan=plan, reason=reason, caller=caller, at=at
    )
    proposal = replace(proposal, into_person=into)
    await _prepare(connection, proposal, plan, known, by=caller.person, at=at)
    return await proposal_store.add(connection, proposal)


async def merge(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Make the merge of a proposal that is being confirmed, with all enrolments as they are now.

    The two officers together are of, or above, every region in which one of the two persons was trained. Raises
    ForeignRegion and the rule's.
    """
    assert proposal.into_person is not None, "a merge names both persons"
    pair = dict.fromkeys((proposal.person, proposal.into_person), "")
    plan = await people.plan_of(connection)
    known = await people.context(connection, proposal.person, await people.lock(connection, pair))
    proposal_rules.require_together(plan, proposal, caller, known.regions)
    made = await _prepare(connection, proposal, plan, known, by=caller.person, at=at)
    await _reassign(connection, made.steps, by=caller.person, reason=proposal.reason)
    await store.add(connection, made.merge)
    await store.save_version(connection, proposal.person, made.fact.version)
    await outbox.record(connection, made.fact)


async def _prepare(
    connection: AsyncConnection, proposal: Proposal, plan: Plan, known: MergeContext, *, by: str, at: datetime
) -> _Prepared:
    assert proposal.into_person is not None, "a merge names both persons"
    new = Merge(
        proposal.id,
        proposal.person,
        proposal.into_person,
        proposal.region,
        plan.regions[proposal.region].on(business_day(at)).reporting_region,
        reason=proposal.reason,
        merged_by=by,
        merged_at=at,
        proposed_by=proposal.proposed_by,
    )
    standing = await store.standing(connection, [proposal.person, proposal.into_person])
    return _Prepared(*rules.merge(new, known, standing=standing))


async def visible(connection: AsyncConnection, merge_id: UUID, *, caller: Caller) -> Merge:
    """A merge of persons of whom one was trained in the caller's region or below. Raises NotFound, ForeignRegion."""
    found = await store.load(connection, merge_id)
    regions = await proposal_store.regions(connection, [found.person, found.into_person])
    require_concerned(await people.plan_of(connection), caller, regions)
    return found


async def undo(connection: AsyncConnection, merge_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Merge:
    """Undo a merge, as an officer of, or above, a region in which one of the two was trained.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    concerned = await store.load(connection, merge_id)
    pair = (concerned.person, concerned.into_person)
    enrolments = await people.lock(connection, dict.fromkeys(pair, ""))
    before = await store.load(connection, merge_id, lock=True)
    known = await people.context(connection, before.person, enrolments)
    require_concerned(await people.plan_of(connection), caller, known.regions)
    after, fact, steps = rules.undo(before, known, by=caller.person, reason=reason, at=at)
    # The merge ends first, because the returned enrolments must belong to a person who is not merged.
    await store.save(connection, after)
    await _reassign(connection, steps, by=caller.person, reason=reason)
    await store.save_version(connection, after.person, fact.version)
    await outbox.record(connection, fact)
    return after


async def _reassign(connection: AsyncConnection, steps: Steps, *, by: str, reason: str) -> None:
    await keep(connection, steps, by=by, reason=reason)
    await overlap_store.follow(connection, [each.id for each, _ in steps])
