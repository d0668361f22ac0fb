"""The people whom a roster names: identified by their documents, and matched with stored names and merges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.trainees import NameDiffers
from services.registry.enrolments.usecases.entry_checks import Checks, EntryStatement
from services.registry.rosters.rules.decisions import ClassUnknown, Entry
from services.registry.rosters.store import KnownPerson
from services.registry.rosters.usecases.row import RosterRow, content
from shared.kernel.ids import new_id
from shared.kernel.names import corrects, same_name
from shared.kernel.outcomes import RowOutcome, refused
from shared.kernel.refusals import Refusal
from shared.persons import Persons, SealedPerson


class IdentifiedRow(NamedTuple):
    """A row whose class and person are known, with what is stored if it is accepted."""

    entry: Entry
    row: RosterRow
    number: str
    phone_mark: UUID | None
    is_known: bool = False
    """Whether the particulars of the person are already stored."""
    came_as: UUID | None = None
    """The person key of the row's document, if its holder was merged into another person."""
    is_phone_new: bool = False
    """Whether the phone has to be stored at entry, because another one may be stored with the person."""
    corrects: SealedPerson | None = None
    """The stored person, if their stored name is damaged and the row gives it sound."""


def recognise(
    rows: Sequence[RosterRow], classes: Sequence[TrainingClass], checks: Checks, *, persons: Persons
) -> tuple[list[IdentifiedRow], list[RowOutcome]]:
    """The rows whose class and person are known, with their faults; and refusals of the others, with every reason."""
    by_id = {each.id: each for each in classes}
    by_local_id = {each.local_id: each for each in classes}
    recognised: list[IdentifiedRow] = []
    outcomes: list[RowOutcome] = []
    for row in rows:
        class_ = by_local_id.get(row.class_local_id or "") if row.class_id is None else by_id.get(row.class_id)
        if row.document_kind is None or row.document_number is None:
            outcomes.append(refused(row.row, row.local_id, _unplaced(row, class_, checks, [])))
            continue
        try:
            person, number = persons.recognise(row.document_kind, row.document_number, today=checks.today)
        except Refusal as refusal:
            refusal.pointer = refusal.pointer or "/document_number"
            outcomes.append(refused(row.row, row.local_id, _unplaced(row, class_, checks, [refusal])))
            continue
        if class_ is None or row.local_id is None:
            outcomes.append(refused(row.row, row.local_id, _unplaced(row, class_, checks, [], number=number)))
            continue
        faults = checks.faults(_stated(row), number=number, class_=class_)
        if row.flaws:
            faults = row.against(faults)
        mark = None if row.flaws else persons.mark_row(content(row, number))
        phone_mark = None if row.phone is None else persons.mark("phone", row.phone)
        entry = Entry(row.row, new_id(), row.local_id, person, class_, faults, mark, not row.flaws)
        recognised.append(IdentifiedRow(entry, row, number, phone_mark))
    return recognised, outcomes


def _unplaced(
    row: RosterRow, class_: TrainingClass | None, checks: Checks, found: list[Refusal], *, number: str | None = None
) -> list[Refusal]:
    """All faults of a row whose class, document (`found`) or local_id is not known."""
    if class_ is None:
        found = [ClassUnknown(pointer="/class"), *found]
    elif class_.id in checks.closed:
        found = [checks.closed[class_.id], *found]
    return row.against([*found, *checks.faults(_stated(row), number=number, class_=class_)])


def _stated(row: RosterRow) -> EntryStatement:
    return EntryStatement(row.document_kind, row.name, row.phone, row.programme, row.at_entry, row.unread_fields)


def meet(
    recognised: list[IdentifiedRow], known: Mapping[UUID, KnownPerson], first: Mapping[UUID, str], *, persons: Persons
) -> list[IdentifiedRow]:
    """The same rows, each for the person into whom its own was merged, with a fault if the name differs.

    The name to match is the stored one (`known`), else that of the `first` good row for the document, which may be from
    an earlier chunk.
    """
    first = dict(first)
    met: list[IdentifiedRow] = []
    for each in recognised:
        entry, row = each.entry, each.row
        before = known.get(entry.person)
        if before is not None:
            met.append(_met(each, before, persons=persons))
        elif entry.person in first:
            # It is not decided yet which of several rows is stored with the person, so each keeps its phone.
            met.append(_named(each, first[entry.person])._replace(is_phone_new=row.phone is not None))
        else:
            if not entry.faults and row.name is not None:
                first[entry.person] = row.name
            met.append(each)
    return met


def _met(recognised: IdentifiedRow, known: KnownPerson, *, persons: Persons) -> IdentifiedRow:
    sealed, phone = persons.particulars(known.sealed), recognised.row.phone
    if recognised.row.name is not None and corrects(recognised.row.name, sealed.name):
        recognised = recognised._replace(corrects=known.sealed)
    else:
        recognised = _named(recognised, sealed.name)
    if known.into is None:
        return recognised._replace(is_known=True, is_phone_new=phone not in (None, sealed.phone))
    came_as, entry = recognised.entry.person, recognised.entry._replace(person=known.into)
    return recognised._replace(entry=entry, is_known=True, came_as=came_as, is_phone_new=phone is not None)


def _named(recognised: IdentifiedRow, name: str) -> IdentifiedRow:
    """The row, with a fault if it gives another name than `name`."""
    row = recognised.row
    if row.name is None or same_name(name, row.name) or "/name" in row.unread:
        return recognised
    faults = [*recognised.entry.faults, NameDiffers(pointer="/name", region=None)]
    return recognised._replace(entry=recognised.entry._replace(faults=faults))
