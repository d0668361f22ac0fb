"""Enrol a roster: look up once what all rows need, check each row by itself, store in one go all that pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import enrolments as rules
from services.registry.domain.classes import TrainingClass
from services.registry.domain.enrolments import Enrolment
from services.registry.domain.flag_kinds import FlagKind
from services.registry.domain.flags import Seen, see_class
from services.registry.domain.late_entries import see_grown
from services.registry.domain.rosters import ClassUnknown, Entry, Known, decide, late_starts
from services.registry.domain.trainees import NOTHING_SAID, AtEntry, NameDiffers
from services.registry.store import classes as class_store
from services.registry.store import enrolments as enrolment_store
from services.registry.store import rosters as store
from services.registry.store.rosters import Newcomer
from services.registry.usecases import entries
from services.registry.usecases import flags as flag_usecases
from services.registry.usecases.roster_checks import Checks, checks_for
from shared.backbone import outbox
from shared.contracts.registry import EnrolmentStatus
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome, without_ids
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal
from shared.persons import Particulars, Persons, same_name


@dataclass(frozen=True, slots=True, repr=False)
class RosterRow:
    """One row as it came, well formed but not yet believed. `row` is its place in the request, from 0.

    Its class is named by id or by the institution's own local_id.
    """

    row: int
    local_id: str
    particulars: Particulars
    class_id: UUID | None = None
    class_local_id: str | None = None
    programme: str | None = None
    tags: tuple[str, ...] = ()
    at_entry: AtEntry = NOTHING_SAID


class _Recognised(NamedTuple):
    """A row whose class and person are known, and what is to be stored if it is admitted."""

    entry: Entry
    row: RosterRow
    number: str
    programme: str
    phone_mark: UUID | None
    came_as: UUID | None = None
    """The key of the row's paper, where its holder goes on under another, whose particulars are sealed already."""


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
    """`enrol` for one class, whichever class the rows name; what stops the whole class is raised.

    Raises WrongRole, NotFound, ForeignOrganisation, RosterClosed, and the refusals of the directory (C02, C25).
    """
    caller.require(Role.INSTITUTION)
    class_ = await class_store.load(connection, class_id, lock=True)
    caller.require_organisation(class_.institution_id)
    checks = await checks_for(connection, class_.institution_id, [class_], today=business_day(at))
    for refusal in checks.closed.values():
        raise refusal
    here = [replace(row, class_id=class_id, class_local_id=None) for row in rows]
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
) -> list[RowOutcome]:
    """An outcome for each of `rows`, in order: accepted, repeated or refused. A dry run decides and stores nothing.

    The rows may be for any classes of the institution; what stops a class is the refusal of its rows.

    Raises WrongRole, ForeignOrganisation: then nothing at all was stored.
    """
    caller.require(Role.INSTITUTION)
    caller.require_organisation(institution_id)
    ids = {row.class_id for row in rows if row.class_id is not None}
    local_ids = {row.class_local_id for row in rows if row.class_local_id is not None}
    classes = await store.classes(connection, institution_id, ids, local_ids)
    checks = await checks_for(connection, institution_id, classes, today=business_day(at))
    return await _enrol(connection, classes, rows, checks, persons=persons, by=caller.person, at=at, dry_run=dry_run)


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
) -> list[RowOutcome]:
    recognised, refused = _recognise(rows, classes, checks, persons=persons)
    if not recognised:
        return refused
    recognised, misnamed = await _match_names(connection, recognised, persons=persons)
    refused += misnamed
    recognised = await _follow_merges(connection, recognised)
    known, seated = await _look_up(connection, classes, recognised, checks)
    decided = decide([each.entry for each in recognised], known)
    if dry_run:
        decided = without_ids(decided, {each.entry.id for each in recognised})
    else:
        accepted = {outcome.row for outcome in decided if outcome.outcome == "accepted"}
        admitted = [each for each in recognised if each.entry.row in accepted]
        seen = await _shared_phones(connection, admitted, checks, seated=seated)
        seen += see_grown([each.entry.class_ for each in admitted], checks.late_days)
        starts = late_starts([each.entry for each in admitted], known)
        await _store(connection, admitted, starts, persons=persons, by=by, at=at)
        await flag_usecases.raise_all(connection, seen, at=at)
    return sorted([*refused, *decided], key=lambda outcome: outcome.row)


def _recognise(
    rows: Sequence[RosterRow], classes: Sequence[TrainingClass], checks: Checks, *, persons: Persons
) -> tuple[list[_Recognised], list[RowOutcome]]:
    by_id = {each.id: each for each in classes}
    by_local_id = {each.local_id: each for each in classes}
    recognised: list[_Recognised] = []
    refused: list[RowOutcome] = []
    for row in rows:
        class_ = by_local_id.get(row.class_local_id or "") if row.class_id is None else by_id.get(row.class_id)
        try:
            if class_ is None:
                raise ClassUnknown(pointer="/class")
            person, number = persons.recognise(row.particulars, today=checks.today)
        except Refusal as refusal:
            refusal.pointer = refusal.pointer or "/document_number"
            refused.append(RowOutcome(row.row, "refused", row.local_id, refusal=refusal))
            continue
        phone = row.particulars.phone
        entry = Entry(
            row.row, new_id(), row.local_id, person, class_,
            checks.fault(row.particulars, number, row.programme, row.at_entry, class_),
        )  # fmt: skip
        mark = None if phone is None else persons.mark("phone", phone)
        recognised.append(_Recognised(entry, row, number, row.programme or class_.programme, mark))
    return recognised, refused


async def _match_names(
    connection: AsyncConnection, recognised: Sequence[_Recognised], *, persons: Persons
) -> tuple[list[_Recognised], list[RowOutcome]]:
    """Those whose name is the one that their document is known by, here or from an earlier row; refusals of others."""
    known = await enrolment_store.sealed_trainees(connection, {each.entry.person for each in recognised})
    first: dict[UUID, str] = {}
    matching: list[_Recognised] = []
    refused: list[RowOutcome] = []
    for each in recognised:
        person, name = each.entry.person, each.row.particulars.name
        sealed = known.get(person)
        matches = persons.is_called(sealed, name) if sealed else same_name(first.setdefault(person, name), name)
        if matches:
            matching.append(each)
        else:
            refused.append(RowOutcome(each.row.row, "refused", each.row.local_id, refusal=NameDiffers(pointer="/name")))
    return matching, refused


async def _follow_merges(connection: AsyncConnection, recognised: list[_Recognised]) -> list[_Recognised]:
    """The same rows, each for the key under which its person goes on."""
    into = await store.merged(connection, {each.entry.person for each in recognised})
    if not into:
        return recognised
    return [
        each._replace(entry=each.entry._replace(person=into[each.entry.person]), came_as=each.entry.person)
        if each.entry.person in into
        else each
        for each in recognised
    ]


async def _look_up(
    connection: AsyncConnection, classes: Sequence[TrainingClass], recognised: Sequence[_Recognised], checks: Checks
) -> tuple[Known, Mapping[UUID, int]]:
    """What the rows could run into, and how many seats of each class are taken."""
    class_ids = [each.id for each in classes]
    local_ids = {each.entry.local_id for each in recognised}
    seated = await store.seated(connection, class_ids)
    known = Known(
        by_local_id=await store.seated_by_local_id(connection, classes[0].institution_id, local_ids),
        taken=await store.taken(
            connection,
            {each.entry.person for each in recognised},
            class_ids=class_ids,
            from_on=min(each.starts_on for each in classes),
            until_on=max(each.ends_on for each in classes),
        ),
        seats_left={each.id: each.seats - seated.get(each.id, 0) for each in classes},
        closed=checks.closed,
        late_days=checks.late_days,
    )
    return known, seated


async def _shared_phones(
    connection: AsyncConnection, admitted: Sequence[_Recognised], checks: Checks, *, seated: Mapping[UUID, int]
) -> list[Seen]:
    """The phones that more trainees of a class gave than policy allows, with `admitted` (C16)."""
    given = Counter((each.entry.class_.id, each.phone_mark) for each in admitted if each.phone_mark is not None)
    # Classes that were empty need no look at the phones in them.
    filled = {class_id for class_id, _ in given if class_id in seated}
    before = await store.phones(connection, filled, {mark for _, mark in given if mark}) if filled else {}
    classes = {each.entry.class_.id: each.entry.class_ for each in admitted}
    seen = []
    for (class_id, mark), count in given.items():
        trainees = count + (before.get((class_id, mark), 0) if mark else 0)
        trainees_max = checks.policies[class_id].attendance_trainees_per_phone_max
        if trainees > trainees_max:
            facts = {"trainees": trainees, "trainees_max": trainees_max}
            seen.append(see_class(FlagKind.ONE_PHONE_MANY_TRAINEES, classes[class_id], f"{mark}", facts=facts))
    return seen


async def _store(
    connection: AsyncConnection,
    admitted: Sequence[_Recognised],
    starts: Mapping[UUID, date],
    *,
    persons: Persons,
    by: str,
    at: datetime,
) -> None:
    if not admitted:
        return
    newcomers = {
        each.entry.person: Newcomer.of(
            persons.close(each.entry.person, each.number, each.row.particulars), each.phone_mark
        )
        for each in admitted
        if each.came_as is None
    }
    enrolments = [_new_enrolment(each, starts) for each in admitted]
    sealed = [entries.close(persons, each.entry.id, each.row.at_entry) for each in admitted]
    await store.add_all(connection, list(newcomers.values()), enrolments, sealed, by=by, at=at)
    facts = [
        rules.enrol(enrolment, each.entry.class_, at=at) for enrolment, each in zip(enrolments, admitted, strict=True)
    ]
    await outbox.record_all(connection, facts)


def _new_enrolment(recognised: _Recognised, starts: Mapping[UUID, date]) -> Enrolment:
    entry, row, _, programme, _, came_as = recognised
    class_, said = entry.class_, row.at_entry
    return Enrolment(
        id=entry.id, class_id=class_.id, institution_id=class_.institution_id, person=entry.person,
        local_id=entry.local_id, programme=programme, tags=row.tags, status=EnrolmentStatus.IN_TRAINING, hours=0,
        effective_on=class_.starts_on, version=1, from_on=starts.get(entry.id, class_.starts_on),
        until_on=class_.ends_on, employment=said.employment, priority=bool(said.groups),
        evidence_on=said.evidence_on, consented_on=said.consented_on, came_as=came_as,
    )  # fmt: skip
