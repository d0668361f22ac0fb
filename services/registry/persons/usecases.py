"""Merge two persons who are one human, undo a merge, and correct names and phones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store import classes as class_store
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.enrolments.usecases.steps import keep
from services.registry.particulars.rules import name_fault, phone_fault
from services.registry.persons import rules, store
from services.registry.persons.rules import Merge, MergeContext, Steps, UnknownPerson
from services.registry.plan.rules.jurisdiction import require_all, require_concerned
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.rosters import store as roster_store
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal, raise_first
from shared.persons import Particulars, Persons, SealedPerson
from shared.plan import Plan


class DocumentPair(NamedTuple):
    """Two documents of one human, with their pointers in the request: `gone` is merged into `into`."""

    gone: Particulars
    gone_at: str
    into: Particulars
    into_at: str


async def merge(
    connection: AsyncConnection, pair: DocumentPair, *, reason: str, persons: Persons, caller: Caller, at: datetime
) -> Merge:
    """Merge a person into another one, with all enrolments; repeating the merge returns the one in force.

    An officer can merge who is of every region in which one of the two was trained, or above. Raises ForeignRegion,
    UnknownPerson, the refusals of documents, and the rule's.
    """
    gone = _recognise(persons, pair.gone, pair.gone_at, at=at)
    into = _recognise(persons, pair.into, pair.into_at, at=at)
    enrolments = await _lock(connection, {gone: pair.gone_at, into: pair.into_at})
    known = await _known(connection, gone, enrolments)
    plan = (await rulebook_store.current(connection)).plan
    require_all(plan, caller, known.regions)
    standing = await store.standing(connection, [gone, into])
    for each in standing:
        if (each.person, each.into_person) == (gone, into):
            return each
    new = Merge(new_id(), gone, into, *_place(plan, caller), reason=reason, merged_by=caller.person, merged_at=at)
    after, fact, steps = rules.merge(new, known, standing=standing)
    await _reassign(connection, steps, by=caller.person, reason=reason)
    await store.add(connection, after)
    await store.save_version(connection, gone, fact.version)
    await outbox.record(connection, fact)
    return after


async def undo(connection: AsyncConnection, merge_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Merge:
    """Undo a merge, as an officer of a region in which one of the two was trained, or above.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    concerned = await store.load(connection, merge_id)
    enrolments = await _lock(connection, dict.fromkeys((concerned.person, concerned.into_person), ""))
    before = await store.load(connection, merge_id, lock=True)
    known = await _known(connection, before.person, enrolments)
    require_concerned((await rulebook_store.current(connection)).plan, caller, known.regions)
    after, fact, steps = rules.undo(before, known, by=caller.person, reason=reason, at=at)
    # The merge ends first, because the returned enrolments must belong to a person who is not merged.
    await store.save(connection, after)
    await _reassign(connection, steps, by=caller.person, reason=reason)
    await store.save_version(connection, after.person, fact.version)
    await outbox.record(connection, fact)
    return after


async def correct(
    connection: AsyncConnection, said: Particulars, *, reason: str, persons: Persons, caller: Caller, at: datetime
) -> SealedPerson:
    """Correct the name, and the phone if given, of the holder of a document; the earlier particulars are kept.

    For officers of every region in which the person, or the person they were merged into, was trained, or above. Raises
    ForeignRegion, UnknownPerson, PlaceholderName, PlaceholderPhone, and the refusals of documents.
    """
    raise_first(name_fault(said.name), phone_fault(said.phone))
    person = _recognise(persons, said, "/document_number", at=at)
    into = await roster_store.merged(connection, [person])
    enrolments = await _lock(connection, dict.fromkeys([person, *into.values()], "/document_number"))
    known = await _known(connection, person, enrolments)
    require_all((await rulebook_store.current(connection)).plan, caller, known.regions)
    before = (await enrolment_store.sealed_trainees(connection, [person]))[person]
    if persons.is_called(before, said.name) and said.phone in (None, persons.particulars(before).phone):
        return before
    after = persons.called(before, said.name, said.phone)
    phone_mark = None if said.phone is None else persons.mark("phone", said.phone)
    await store.replace_particulars(connection, after, phone_mark, reason=reason, by=caller.person, at=at)
    return after


def _recognise(persons: Persons, particulars: Particulars, pointer: str, *, at: datetime) -> UUID:
    try:
        return persons.recognise(particulars.document_kind, particulars.document_number, today=business_day(at))[0]
    except Refusal as refusal:
        refusal.pointer = pointer
        raise


async def _lock(connection: AsyncConnection, persons: dict[UUID, str]) -> list[Enrolment]:
    """All enrolments of `persons`, with both locked. Raises UnknownPerson at the pointer of a person not stored."""
    # Enrolments before persons, as in every change of an enrolment; those added in between are locked at the end.
    await enrolment_store.of_persons(connection, persons)
    known = await store.lock_known(connection, persons)
    for person, pointer in persons.items():
        if person not in known:
            raise UnknownPerson(pointer=pointer)
    return await enrolment_store.of_persons(connection, persons)


async def _reassign(connection: AsyncConnection, steps: Steps, *, by: str, reason: str) -> None:
    await keep(connection, steps, by=by, reason=reason)
    await overlap_store.follow(connection, [each.id for each, _ in steps])


async def _known(connection: AsyncConnection, person: UUID, enrolments: Collection[Enrolment]) -> MergeContext:
    classes = await class_store.by_ids(connection, {each.class_id for each in enrolments})
    earlier = await overlap_store.earlier(connection, {each.person for each in enrolments})
    return MergeContext(list(enrolments), classes, await store.version(connection, person), earlier)


def _place(plan: Plan, caller: Caller) -> tuple[str, str | None]:
    """The caller's region and its reporting region."""
    region = plan.regions[caller.region or ""]
    return region.code, region.reporting_region
