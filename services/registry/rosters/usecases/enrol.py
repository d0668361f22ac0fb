"""Enrol a roster: read once what all rows need, check each row by itself, store the accepted rows together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.enrolments.rules import enrolments as rules
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.late_entries import see_grown
from services.registry.enrolments.rules.overlaps import OccupiedDays
from services.registry.enrolments.rules.trainees import EntryParticulars, NameDiffers
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.enrolments.usecases import entries
from services.registry.enrolments.usecases.entry_checks import Checks, checks_for
from services.registry.flags import usecases as flag_usecases
from services.registry.flags.rules.flags import Observation, warning_of
from services.registry.particulars.rules import DAMAGED
from services.registry.rosters import store as store
from services.registry.rosters.rules.decisions import RosterContext, decide
from services.registry.rosters.rules.dry_runs import DryRun
from services.registry.rosters.store import Newcomer
from services.registry.rosters.usecases.people import IdentifiedRow, meet, recognise
from services.registry.rosters.usecases.phones import owners_of, shared_phones, spread_phones
from services.registry.rosters.usecases.row import RosterRow
from services.registry.rosters.usecases.twins import twins
from shared.backbone import outbox
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.callers import Caller
from shared.kernel.outcomes import RowOutcome, without_ids
from shared.kernel.periods import business_day
from shared.persons import Persons


async def enrol_in(
    connection: AsyncConnection,
    class_id: UUID,
    rows: Sequence[RosterRow],
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """`enrol` for one class, whichever class the rows name; a refusal of the whole class is raised.

    Raises NotFound, ForeignOrganisation, RosterClosed, and the refusals of the directory (C02, C25).
    """
    class_ = await class_store.load(connection, class_id, lock=not dry_run)
    caller.require_organisation(class_.institution_id)
    checks = await checks_for(connection, class_.institution_id, [class_], today=business_day(at))
    for refusal in checks.closed.values():
        raise refusal
    here = [row._replace(class_id=class_id, class_local_id=None) for row in rows]
    return await _enrol(connection, [class_], here, checks, persons=persons, by=caller.person, at=at, dry_run=dry_run)


async def enrol(
    connection: AsyncConnection,
    institution_id: UUID,
    rows: Sequence[RosterRow],
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
    earlier: DryRun | None = None,
) -> list[RowOutcome]:
    """An outcome for each of `rows`, in order: accepted, repeated or refused. A dry run stores and locks nothing;
    `earlier` holds what it would have stored before, and notes what these rows would add.

    The rows may be for any classes of the institution; a closed class refuses its rows.

    Raises ForeignOrganisation: then nothing at all was stored.
    """
    caller.require_organisation(institution_id)
    ids = {row.class_id for row in rows if row.class_id is not None}
    local_ids = {row.class_local_id for row in rows if row.class_local_id is not None}
    classes = await class_store.named(connection, institution_id, ids, local_ids, lock=not dry_run)
    checks = await checks_for(connection, institution_id, classes, today=business_day(at))
    return await _enrol(
        connection, classes, rows, checks,
        persons=persons, by=caller.person, at=at, dry_run=dry_run, earlier=earlier,
    )  # fmt: skip


async def _enrol(
    connection: AsyncConnection,
    classes: Sequence[TrainingClass],
    rows: Sequence[RosterRow],
    checks: Checks,
    *,
    persons: Persons,
    by: str,
    at: datetime,
    dry_run: bool,
    earlier: DryRun | None = None,
) -> list[RowOutcome]:
    recognised, refused = recognise(rows, classes, checks, persons=persons)
    if not recognised:
        return refused
    named = {each.entry.person for each in recognised}
    stored = await store.people(connection, named)
    people = {person: known for person, known in stored.items() if not known.is_released}
    released = stored.keys() - people.keys()
    first = earlier.names(named) if earlier else {}
    if people or first or len(named) < len(recognised):
        recognised = meet(recognised, people, first, persons=persons)
        await _name_regions(connection, recognised)
    acquainted = {each.into or person for person, each in people.items()}
    known = await _look_up(connection, classes, recognised, checks, acquainted=acquainted)
    wanted = [each.entry for each in recognised]
    known = earlier.over(known, wanted) if earlier else known
    if known.taken or len(named) < len(recognised):
        met = {each.class_.id for each in wanted} | {each.class_id for each in known.taken}
        known = known._replace(lessons=await overlap_store.lesson_times(connection, met))
    decided, first_days = decide(wanted, known)
    accepted = {outcome.row for outcome in decided if outcome.outcome == "accepted"}
    admitted = [each for each in recognised if each.entry.row in accepted]
    owners = await owners_of(connection, admitted)
    seen = await shared_phones(connection, admitted, checks, owners)
    if dry_run:
        decided = without_ids(decided, {each.id for each in wanted})
        if earlier is not None:
            newcomers = {e.entry.person: str(e.row.name) for e in reversed(admitted) if not e.is_known}
            earlier.note([each.entry for each in admitted], first_days, newcomers)
    else:
        await _store(connection, admitted, first_days, released, persons=persons, by=by, at=at)
        grown = see_grown([each.entry.class_ for each in admitted], checks.late_days)
        alike = await twins(connection, admitted, owners, persons=persons)
        spread = await spread_phones(connection, admitted, checks, owners)
        await flag_usecases.raise_all(connection, [*seen.values(), *spread, *grown, *alike], at=at)
    if seen:
        decided = _with_warnings(decided, admitted, seen)
    return sorted([*refused, *decided], key=lambda outcome: outcome.row) if refused else decided


async def _name_regions(connection: AsyncConnection, recognised: Sequence[IdentifiedRow]) -> None:
    """Say in the refusals of other names which region holds the record. There are few of them in a roster."""
    for each in recognised:
        for fault in each.entry.faults:
            if each.is_known and isinstance(fault, NameDiffers):
                fault.facts["region"] = await store.region_of(connection, each.came_as or each.entry.person)


async def _look_up(
    connection: AsyncConnection,
    classes: Sequence[TrainingClass],
    recognised: Sequence[IdentifiedRow],
    checks: Checks,
    *,
    acquainted: Collection[UUID],
) -> RosterContext:
    """What the rows can conflict with. Only `acquainted` (stored) persons can have occupied days."""
    class_ids = [each.id for each in classes]
    local_ids = {each.entry.local_id for each in recognised}
    by_local_id = await store.enrolments_by_local_id(connection, classes[0].institution_id, local_ids)
    seated = await store.seated(connection, class_ids)
    taken: Sequence[OccupiedDays] = ()
    if acquainted:
        taken = await store.taken(
            connection,
            acquainted,
            class_ids=class_ids,
            from_on=min(each.starts_on for each in classes),
            until_on=max(each.ends_on for each in classes),
        )
    seats_left = {each.id: each.seats - seated.get(each.id, 0) for each in classes}
    return RosterContext(by_local_id, taken, seats_left, checks.closed, checks.late_days)


def _with_warnings(
    decided: Sequence[RowOutcome], admitted: Sequence[IdentifiedRow], seen: Mapping[tuple[UUID, UUID], Observation]
) -> list[RowOutcome]:
    """`decided`, with a warning for each row whose phone was given too often."""
    warnings = {
        each.entry.row: (warning_of(seen[each.entry.class_.id, each.phone_mark], pointer="/phone"),)
        for each in admitted
        if each.phone_mark is not None and (each.entry.class_.id, each.phone_mark) in seen
    }
    return [outcome._replace(warnings=warnings.get(outcome.row, ())) for outcome in decided]


async def _store(
    connection: AsyncConnection,
    admitted: Sequence[IdentifiedRow],
    first_days: Mapping[UUID, date],
    released: Collection[UUID],
    *,
    persons: Persons,
    by: str,
    at: datetime,
) -> None:
    if not admitted:
        return
    newcomers = {
        # Of several rows for one person the first is stored.
        each.entry.person: each
        for each in reversed(admitted)
        if not each.is_known
    }
    new = [_sealed(each, persons) for each in newcomers.values()]
    reclaimed = await store.reclaim(connection, [each for each in new if each.person in released])
    await store.add_people(connection, [each for each in new if each.person not in reclaimed])
    phones = {e.entry.person: e.phone_mark for e in admitted if e.is_known and e.came_as is None and e.phone_mark}
    if phones:
        await store.mark_phones(connection, phones)
    corrected = {
        each.corrects.person: persons.called(each.corrects, str(each.row.name), None)
        for each in admitted
        if each.corrects
    }
    for person in sorted(corrected):
        await store.replace_particulars(connection, corrected[person], None, reason=DAMAGED, by=by, at=at)
    enrolments = [_new_enrolment(each, first_days[each.entry.id]) for each in admitted]
    sealed = [entries.close(persons, each.entry.id, _said(each)) for each in admitted]
    await store.add_all(connection, enrolments, sealed, [each.entry.mark for each in admitted], by=by, at=at)
    facts = [
        rules.enrol(enrolment, each.entry.class_, at=at) for enrolment, each in zip(enrolments, admitted, strict=True)
    ]
    await outbox.record(connection, *facts)


def _sealed(recognised: IdentifiedRow, persons: Persons) -> Newcomer:
    person = recognised.entry.person
    return Newcomer.of(persons.close(person, recognised.number, recognised.row.particulars()), recognised.phone_mark)


def _said(recognised: IdentifiedRow) -> EntryParticulars:
    """The statement at entry, with the phone if it is not stored with the person."""
    row = recognised.row
    return replace(row.at_entry, phone=row.phone) if recognised.is_phone_new else row.at_entry


def _new_enrolment(recognised: IdentifiedRow, first_on: date) -> Enrolment:
    entry, row = recognised.entry, recognised.row
    class_, said = entry.class_, row.at_entry
    return Enrolment(
        id=entry.id,
        class_id=class_.id,
        institution_id=class_.institution_id,
        person=entry.person,
        local_id=entry.local_id,
        programme=row.programme or class_.programme,
        tags=row.tags,
        status=EnrolmentStatus.IN_TRAINING,
        hours=0,
        effective_on=class_.starts_on,
        version=1,
        from_on=first_on,
        until_on=class_.ends_on,
        employment=said.employment,
        priority=bool(said.groups),
        evidence_on=said.evidence_on,
        consented_on=said.consented_on,
        came_as=recognised.came_as,
    )
