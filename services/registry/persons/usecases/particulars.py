"""Correct the name and the phone stored for a document, when two officers say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.particulars.rules import name_fault, phone_fault
from services.registry.persons.rules import proposals as rules
from services.registry.persons.rules.particulars import NothingToCorrect
from services.registry.persons.rules.proposals import Proposal, ProposalKind
from services.registry.persons.store import proposals as proposal_store
from services.registry.persons.usecases import people
from services.registry.plan.rules.jurisdiction import require_concerned
from services.registry.rosters import store as roster_store
from shared.kernel.callers import Caller
from shared.kernel.periods import business_day
from shared.kernel.refusals import raise_first
from shared.persons import Particulars, Persons


async def propose(
    connection: AsyncConnection,
    said: Particulars,
    *,
    seen_on: date | None,
    reason: str,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose the name, and the phone if given, that are on a document.

    As an officer of, or above, a region in which the person was trained; any other officer says when they saw the
    document. Raises ForeignRegion, SeenAhead, UnknownPerson, NothingToCorrect, ProposalOpen, and the refusals of
    documents, names and phones.
    """
    raise_first(name_fault(said.name), phone_fault(said.phone))
    person, _ = people.recognise(persons, said, "/document_number", at=at)
    plan, regions = await people.plan_of(connection), await _regions(connection, person)
    rules.require_seen(plan, caller, regions, seen_on=seen_on, today=business_day(at))
    before = (await enrolment_store.sealed_trainees(connection, [person]))[person]
    stored = persons.particulars(before)
    if stored.name == said.name and said.phone in (None, stored.phone):
        raise NothingToCorrect(pointer="/name")
    proposal = people.new_proposal(
        ProposalKind.PARTICULARS, person, regions, plan=plan, reason=reason, caller=caller, at=at
    )
    sealed = persons.seal(orjson.dumps([said.name, said.phone]), owner=proposal.id)
    return await proposal_store.add(connection, replace(proposal, sealed=sealed, seen_on=seen_on))


async def correct(
    connection: AsyncConnection, proposal: Proposal, *, persons: Persons, caller: Caller, at: datetime
) -> None:
    """Correct the particulars by a proposal that is being confirmed; the earlier ones are kept.

    As an officer of, or above, the region of the proposal or one in which the person was trained. Raises ForeignRegion.
    """
    plan, regions = await people.plan_of(connection), await _regions(connection, proposal.person)
    require_concerned(plan, caller, {*regions, proposal.region})
    assert proposal.sealed is not None, "the particulars that were proposed"
    name, phone = orjson.loads(persons.unseal(proposal.sealed, owner=proposal.id))
    before = (await enrolment_store.sealed_trainees(connection, [proposal.person]))[proposal.person]
    after = persons.called(before, name, phone)
    phone_mark = None if phone is None else persons.mark("phone", phone)
    await roster_store.replace_particulars(
        connection, after, phone_mark, reason=proposal.reason, by=caller.person, at=at
    )


async def _regions(connection: AsyncConnection, person: UUID) -> frozenset[str]:
    """Where the person, or who they were merged into, was trained; the persons are locked. Raises UnknownPerson."""
    into = await roster_store.merged(connection, [person])
    concerned = [person, *into.values()]
    await people.lock(connection, dict.fromkeys(concerned, "/document_number"))
    return await proposal_store.regions(connection, concerned)
