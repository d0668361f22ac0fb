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
from services.registry.domain.rosters import Admitted, Decision, Entry, Refused, Repeated, decide
from services.registry.store import classes as class_store
from services.registry.store import enrolments as store
from services.registry.store import plan as plan_store
from shared.backbone import outbox
from shared.contracts.registry import EnrolmentStatus
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome
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
    recognised, outcomes = _recognise(rows, class_, plan, persons=persons, at=at)
    decisions = await _decide(connection, class_, [each.entry for each in recognised])
    admitted = {
        decision.entry.row: _new_enrolment(decision.entry, class_)
        for decision in decisions
        if isinstance(decision, Admitted)
    }
    outcomes += _answers(decisions, {} if dry_run else admitted)
    if admitted and not dry_run:
        await _store(connection, class_, recognised, admitted, persons=persons, at=at)
    return sorted(outcomes, key=lambda outcome: outcome.row)


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
        recognised.append(
            _Recognised(Entry(row.row, row.local_id, person, programme, row.tags), number, row.particulars)
        )
    return recognised, refused


async def _decide(connection: AsyncConnection, class_: TrainingClass, entries: Sequence[Entry]) -> list[Decision]:
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
        id=new_id(),
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


def _answers(decisions: Iterable[Decision], admitted: dict[int, Enrolment]) -> list[RowOutcome]:
    """What to answer for each decision. A dry run admits nobody, so what it accepts has no id."""
    ids = {enrolment.local_id: enrolment.id for enrolment in admitted.values()}
    answers = []
    for decision in decisions:
        entry = decision.entry
        match decision:
            case Admitted():
                answers.append(RowOutcome(entry.row, "accepted", entry.local_id, id=ids.get(entry.local_id)))
            case Repeated(id=known):
                answers.append(RowOutcome(entry.row, "repeated", entry.local_id, id=known or ids.get(entry.local_id)))
            case Refused(refusal=refusal):
                answers.append(RowOutcome(entry.row, "refused", entry.local_id, refusal=refusal))
    return answers


async def _store(
    connection: AsyncConnection,
    class_: TrainingClass,
    recognised: Iterable[_Recognised],
    admitted: dict[int, Enrolment],
    *,
    persons: Persons,
    at: datetime,
) -> None:
    sealed = {
        each.entry.person: persons.close(each.entry.person, each.number, each.particulars)
        for each in recognised
        if each.entry.row in admitted
    }
    await store.add_all(connection, list(sealed.values()), list(admitted.values()))
    await outbox.record_all(connection, [rules.enrol(each, class_, at=at) for each in admitted.values()])
