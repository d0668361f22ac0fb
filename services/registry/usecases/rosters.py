"""Enrol a roster: check each row by itself, store all that pass in one go, answer for every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import enrolments as rules
from services.registry.domain.classes import RosterClosed, TrainingClass
from services.registry.domain.enrolments import Enrolment
from services.registry.domain.rosters import Entry, decide
from services.registry.store import classes as class_store
from services.registry.store import enrolments as store
from services.registry.store import plan as plan_store
from shared.backbone import outbox
from shared.contracts.registry import EnrolmentStatus
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome, without_ids
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal
from shared.persons import Particulars, Persons
from shared.plan import Plan


@dataclass(frozen=True, slots=True, repr=False)
class RosterRow:
    """One row as it came, well formed but not yet believed. `row` is its place in the request, from 0."""

    row: int
    local_id: str
    particulars: Particulars
    programme: str | None
    tags: tuple[str, ...]


class _Recognised(NamedTuple):
    """A row whose person is known by key, and what is to be sealed if it is admitted."""

    entry: Entry
    number: str
    particulars: Particulars


async def enrol(
    connection: AsyncConnection,
    class_id: UUID,
    rows: Sequence[RosterRow],
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """An outcome for each of `rows`, in order: accepted, repeated or refused. A dry run decides and stores nothing.

    Raises WrongRole, NotFound, ForeignOrganisation, RosterClosed: then nothing at all was stored.
    """
    caller.require(Role.INSTITUTION)
    # Rosters of one class queue up here, so that seats are counted right.
    class_ = await class_store.load(connection, class_id, lock=True)
    caller.require_organisation(class_.institution_id)
    if not class_.takes_trainees:
        raise RosterClosed(state=class_.status)
    plan = await plan_store.load(connection)
    recognised, refused = _recognise(rows, class_, plan, persons=persons, at=at)
    decided = await _decide(connection, class_, [each.entry for each in recognised])
    if dry_run:
        decided = without_ids(decided, {each.entry.id for each in recognised})
    else:
        accepted = {outcome.row for outcome in decided if outcome.outcome == "accepted"}
        admitted = [each for each in recognised if each.entry.row in accepted]
        await _store(connection, class_, admitted, persons=persons, at=at)
    return sorted([*refused, *decided], key=lambda outcome: outcome.row)


def _recognise(
    rows: Iterable[RosterRow], class_: TrainingClass, plan: Plan, *, persons: Persons, at: datetime
) -> tuple[list[_Recognised], list[RowOutcome]]:
    today = business_day(at)
    recognised: list[_Recognised] = []
    refused: list[RowOutcome] = []
    for row in rows:
        try:
            programme = class_.programme if row.programme is None else plan.primary_programme(row.programme)
            person, number = persons.recognise(row.particulars, today=today)
        except Refusal as refusal:
            refusal.pointer = refusal.pointer or "/document_number"
            refused.append(RowOutcome(row.row, "refused", row.local_id, refusal=refusal))
            continue
        entry = Entry(row.row, new_id(), row.local_id, person, programme, row.tags)
        recognised.append(_Recognised(entry, number, row.particulars))
    return recognised, refused


async def _decide(connection: AsyncConnection, class_: TrainingClass, entries: Sequence[Entry]) -> list[RowOutcome]:
    return decide(
        class_,
        entries,
        by_local_id=await store.seated_by_local_id(
            connection, class_.institution_id, {entry.local_id for entry in entries}
        ),
        by_person=await store.seated_by_person(connection, class_.id, {entry.person for entry in entries}),
        seats_left=class_.seats - (await class_store.headcount(connection, class_.id)).seated,
    )


def _new_enrolment(entry: Entry, class_: TrainingClass) -> Enrolment:
    return Enrolment(
        id=entry.id,
        class_id=class_.id,
        institution_id=class_.institution_id,
        person=entry.person,
        local_id=entry.local_id,
        programme=entry.programme,
        tags=entry.tags,
        status=EnrolmentStatus.IN_TRAINING,
        hours=0,
        effective_on=class_.starts_on,
        version=1,
    )


async def _store(
    connection: AsyncConnection,
    class_: TrainingClass,
    admitted: Sequence[_Recognised],
    *,
    persons: Persons,
    at: datetime,
) -> None:
    if not admitted:
        return
    sealed = [persons.close(each.entry.person, each.number, each.particulars) for each in admitted]
    enrolments = [_new_enrolment(each.entry, class_) for each in admitted]
    await store.add_all(connection, sealed, enrolments)
    await outbox.record_all(connection, [rules.enrol(each, class_, at=at) for each in enrolments])
