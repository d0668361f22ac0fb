"""Re-key a training that stands under the document of another human, when two officers say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.enrolments.rules import admission
from services.registry.enrolments.rules.admission import Trainee
from services.registry.enrolments.rules.enrolments import GIVEN_UP, Enrolment
from services.registry.enrolments.rules.overlaps import ClassDays, OccupiedDays, meet, overlap_with
from services.registry.enrolments.rules.trainees import EntryParticulars, NameDiffers
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.enrolments.usecases import entries
from services.registry.enrolments.usecases.steps import keep
from services.registry.licences import usecases as licences
from services.registry.particulars.rules import DAMAGED, name_fault, phone_fault
from services.registry.persons.rules import rekeying as rules
from services.registry.persons.rules.merges import days_of
from services.registry.persons.rules.proposals import Proposal, ProposalKind
from services.registry.persons.store import merges as merge_store
from services.registry.persons.store import proposals as proposal_store
from services.registry.persons.store import rekeying as store
from services.registry.persons.usecases import people
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from services.registry.rosters import store as roster_store
from services.registry.rosters.rules.decisions import AlreadyEnrolled
from services.registry.rosters.store import KnownPerson, Newcomer
from shared.kernel.callers import Caller
from shared.kernel.identity import DocumentKind
from shared.kernel.names import corrects
from shared.kernel.refusals import raise_first
from shared.persons import Particulars, Persons

_AT: Final = "/document_number"


class _Owner(NamedTuple):
    """The human who was trained: the key of the document, what was said, and what is stored of them, if anything."""

    paper: UUID
    number: str
    said: Particulars
    known: KnownPerson | None

    @property
    def person(self) -> UUID:
        return self.paper if self.known is None or self.known.into is None else self.known.into


async def propose(
    connection: AsyncConnection,
    enrolment_id: UUID,
    said: Particulars,
    *,
    reason: str,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose that the training is that of the holder of another document.

    As an officer of the class's region or above. Raises NotFound, ForeignRegion, ProposalOpen, and what a confirmation
    is refused for.
    """
    enrolment = await enrolment_store.load(connection, enrolment_id)
    class_ = await class_store.load(connection, enrolment.class_id)
    await visibility.require_region(connection, caller, class_.region)
    owner = await _owner(connection, said, persons=persons, at=at)
    chain = await _chain(connection, enrolment_id)
    await _judge(connection, chain, owner, persons=persons, at=at)
    plan = await people.plan_of(connection)
    concerned = await proposal_store.regions(connection, [enrolment.person, owner.person])
    proposal = people.new_proposal(
        ProposalKind.REKEY, enrolment.person, concerned, plan=plan, reason=reason, caller=caller, at=at
    )
    content = orjson.dumps([said.document_kind, owner.number, said.name, said.phone])
    proposal = replace(
        proposal,
        into_person=owner.paper,
        enrolment_id=enrolment_id,
        sealed=persons.seal(content, owner=proposal.id),
    )
    return await proposal_store.add(connection, proposal)


async def rekey(
    connection: AsyncConnection, proposal: Proposal, *, persons: Persons, caller: Caller, at: datetime
) -> None:
    """Re-key the training of a proposal that is being confirmed, with those that it continues or that continue it.

    As an officer of the class's region or above. Raises ForeignRegion, SameDocument, AlreadyEnrolled, OverlappingClass
    (C04), NameDiffers, AgeOutOfRange (C01), TraineeIncomplete, and the refusals of names.
    """
    assert proposal.enrolment_id is not None, "a training is re-keyed"
    said = proposed(persons, proposal)
    chain = await _chain(connection, proposal.enrolment_id, lock=True)
    for class_ in chain.values():
        await visibility.require_region(connection, caller, class_.region)
    owner = await _owner(connection, said, persons=persons, at=at)
    await _judge(connection, chain, owner, persons=persons, at=at)
    papers = sorted({each.came_as or each.person for each in chain})
    await merge_store.lock_known(connection, [*papers, owner.paper, owner.person])
    await _keep_owner(connection, owner, persons=persons, by=caller.person, at=at)
    steps = [rules.rekey(each, chain[each], paper=owner.paper, person=owner.person, at=at) for each in chain]
    await keep(connection, steps, by=caller.person, reason=proposal.reason)
    rekeyed = {after.id: (after, class_) for (after, _), class_ in zip(steps, chain.values(), strict=True)}
    await licences.ask_again(connection, rekeyed, by=caller.person, reason=proposal.reason, at=at)
    ids = [each.id for each in chain]
    await overlap_store.follow(connection, ids)
    await store.forget_rows(connection, ids)
    for paper in papers:
        await store.release(connection, paper, by=caller.person, reason=proposal.reason, at=at)


def proposed(persons: Persons, proposal: Proposal) -> Particulars:
    """The document and the name of the person who was trained, as proposed."""
    assert proposal.sealed is not None, "a training is re-keyed to the document that was proposed"
    kind, number, name, phone = orjson.loads(persons.unseal(proposal.sealed, owner=proposal.id))
    return Particulars(DocumentKind(kind), number, name, phone)


async def _chain(
    connection: AsyncConnection, enrolment_id: UUID, *, lock: bool = False
) -> dict[Enrolment, TrainingClass]:
    """The training with those that it continues and those that continue it, by id, each with its class."""
    ids = await store.chain(connection, enrolment_id)
    class_ids = {each.class_id for each in (await enrolment_store.by_ids(connection, ids, lock=False)).values()}
    # Classes before enrolments, as everywhere, and in the order of their ids.
    classes = {each: await class_store.load(connection, each, lock=lock) for each in sorted(class_ids)}
    found = await enrolment_store.by_ids(connection, ids, lock=lock)
    return {each: classes[each.class_id] for each in found.values()}


async def _owner(connection: AsyncConnection, said: Particulars, *, persons: Persons, at: datetime) -> _Owner:
    """Raises NameDiffers, and the refusals of documents, names and phones."""
    raise_first(name_fault(said.name), phone_fault(said.phone))
    paper, number = people.recognise(persons, said, _AT, at=at)
    known = (await roster_store.people(connection, [paper])).get(paper)
    if known is not None and known.is_released:
        known = None
    if known is not None and not persons.is_called(known.sealed, said.name):
        stored = persons.particulars(known.sealed).name
        if not corrects(said.name, stored):
            raise NameDiffers(pointer="/name", region=await roster_store.region_of(connection, paper))
    return _Owner(paper, number, said, known)


async def _judge(
    connection: AsyncConnection,
    chain: dict[Enrolment, TrainingClass],
    owner: _Owner,
    *,
    persons: Persons,
    at: datetime,
) -> None:
    """Check that the owner can have been in these trainings: by their age, and in no other class at the time."""
    for each, class_ in chain.items():
        rules.rekey(each, class_, paper=owner.paper, person=owner.person, at=at)
        await _require_fit(connection, each, class_, owner, persons=persons)
    ids = {each.id for each in chain}
    others = [each for each in await enrolment_store.of_persons(connection, [owner.person]) if each.id not in ids]
    theirs, own = [await overlap_store.earlier(connection, [person])
                   for person in (owner.person, next(iter(chain)).person)]  # fmt: skip
    lessons = await overlap_store.lesson_times(connection, {each.class_id for each in (*chain, *others)})
    for each in chain:
        for other in others:
            seated = each.status not in GIVEN_UP and other.status not in GIVEN_UP
            if seated and each.class_id == other.class_id:
                raise AlreadyEnrolled(pointer=_AT, local_id=other.local_id)
            here, there = days_of(each, own), days_of(other, theirs)
            if met := [two for one in here for two in there if meet(one, two, lessons)]:
                raise overlap_with(_days(other, met[0]), institution_id=each.institution_id, pointer=_AT)


def _days(enrolment: Enrolment, days: ClassDays) -> OccupiedDays:
    values = (enrolment.id, enrolment.class_id, enrolment.institution_id, enrolment.person, enrolment.local_id)
    return OccupiedDays(*values, days.from_on, days.until_on)


async def _require_fit(
    connection: AsyncConnection, enrolment: Enrolment, class_: TrainingClass, owner: _Owner, *, persons: Persons
) -> None:
    """Raises AgeOutOfRange (C01), TraineeIncomplete."""
    policy = (await rulebook_store.current(connection)).policy(class_.starts_on, class_.region)
    said = await _said(connection, enrolment, owner, persons=persons)
    phone = owner.said.phone or said.phone or (owner.known and persons.particulars(owner.known.sealed).phone)
    trainee = Trainee(enrolment.local_id, owner.said.document_kind, owner.number, phone, said)
    for fault in admission.faults(trainee, class_, policy):
        fault.pointer = _AT
        raise fault


async def _said(
    connection: AsyncConnection, enrolment: Enrolment, owner: _Owner, *, persons: Persons
) -> EntryParticulars:
    """The statement at entry, without a birth date that the right document shows itself."""
    said = await entries.said(connection, enrolment, persons=persons)
    return replace(said, birth_date=None) if owner.said.document_kind.shows_birth_date else said


async def _keep_owner(connection: AsyncConnection, owner: _Owner, *, persons: Persons, by: str, at: datetime) -> None:
    """Store a person who is new, or whose stored name is damaged."""
    if owner.known is None:
        phone_mark = None if owner.said.phone is None else persons.mark("phone", owner.said.phone)
        sealed = persons.close(owner.paper, owner.number, owner.said)
        newcomer = Newcomer.of(sealed, phone_mark)
        if not await roster_store.reclaim(connection, [newcomer]):
            await roster_store.add_people(connection, [newcomer])
    elif not persons.is_called(owner.known.sealed, owner.said.name):
        sealed = persons.called(owner.known.sealed, owner.said.name, None)
        await roster_store.replace_particulars(connection, sealed, None, reason=DAMAGED, by=by, at=at)
