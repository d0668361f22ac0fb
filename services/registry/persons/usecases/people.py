"""The persons and trainings that a step concerns: recognised, locked, and where they were trained."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store import classes as class_store
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.persons.rules.merges import MergeContext, UnknownPerson
from services.registry.persons.rules.proposals import Proposal, ProposalKind, shown_in
from services.registry.persons.store import merges as store
from services.registry.plan.store import rulebook as rulebook_store
from shared.kernel.callers import Caller, ForeignRegion
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal
from shared.persons import Particulars, Persons
from shared.plan import Plan


def recognise(persons: Persons, particulars: Particulars, pointer: str, *, at: datetime) -> tuple[UUID, str]:
    """The key and the number of a document. Raises the refusals of documents at `pointer`."""
    try:
        return persons.recognise(particulars.document_kind, particulars.document_number, today=business_day(at))
    except Refusal as refusal:
        refusal.pointer = pointer
        raise


async def lock(connection: AsyncConnection, persons: dict[UUID, str]) -> list[Enrolment]:
    """All enrolments of `persons`, with both locked. Raises UnknownPerson at the pointer of a person not stored."""
    # Enrolments before persons, as in every change of an enrolment; those added in between are locked at the end.
    await enrolment_store.of_persons(connection, persons)
    known = await store.lock_known(connection, persons)
    for person, pointer in persons.items():
        if person not in known:
            raise UnknownPerson(pointer=pointer)
    return await enrolment_store.of_persons(connection, persons)


async def context(connection: AsyncConnection, person: UUID, enrolments: Collection[Enrolment]) -> MergeContext:
    """What a merge or its undoing looks at; `person` is the one who is, or was, merged."""
    classes = await class_store.by_ids(connection, {each.class_id for each in enrolments})
    earlier = await overlap_store.earlier(connection, {each.person for each in enrolments})
    lessons = await overlap_store.lesson_times(connection, classes)
    return MergeContext(list(enrolments), classes, await store.version(connection, person), earlier, lessons)


async def plan_of(connection: AsyncConnection) -> Plan:
    return (await rulebook_store.current(connection)).plan


def region_of(plan: Plan, caller: Caller) -> str:
    """The caller's region. Raises ForeignRegion for a caller without one."""
    if caller.region is None or caller.region not in plan.regions:
        raise ForeignRegion
    return caller.region


def new_proposal(
    kind: ProposalKind,
    person: UUID,
    regions: Collection[str],
    *,
    plan: Plan,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """An open proposal about `person` that concerns `regions`."""
    region = region_of(plan, caller)
    return Proposal(
        id=new_id(),
        kind=kind,
        person=person,
        into_person=None,
        enrolment_id=None,
        sealed=None,
        seen_on=None,
        reason=reason,
        region=region,
        regions=shown_in(plan, regions, region, on=caller.today),
        proposed_by=caller.person,
        proposed_at=at,
    )
