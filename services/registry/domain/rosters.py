"""Rosters: trainees for one class or many, each row decided by itself, in the order in which they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from services.registry.domain.classes import TrainingClass
from services.registry.domain.enrolments import GIVEN_UP
from services.registry.domain.late_entries import first_day
from services.registry.domain.overlaps import Taken, overlap_with
from shared.contracts.registry import EnrolmentStatus
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Conflict, Invalid, LocalIdTaken, Refusal


class ClassFull(Conflict):
    """Facts: `seats`."""

    slug = "class-full"
    title_en = "The class has no seat left."
    title_zh = "该班名额已满。"
    cure_en = "A class takes as many trainees as it was filed for (`seats`); file another class for the others."
    cure_zh = "班级人数以报备名额（`seats`）为限；其余学员请另行报备班级。"
    check = "C18"


class ClassUnknown(Invalid):
    slug = "roster-class-unknown"
    title_en = "Your institution has filed no class by this number."
    title_zh = "本机构没有报备过该编号的班级。"
    cure_en = "Write the number under which you filed the class (its local_id); GET /v1/classes lists yours."
    cure_zh = "请填写报备班级时使用的班级编号（local_id）；可通过 GET /v1/classes 查看本机构班级。"


class AlreadyEnrolled(Conflict):
    """Facts: `local_id` of the enrolment that exists."""

    slug = "already-enrolled"
    title_en = "This person is in the class already, under another local_id."
    title_zh = "该人员已在本班报名（local_id 不同）。"
    cure_en = "Leave the row out, or use the local_id in `local_id`."
    cure_zh = "请删除该行，或使用 `local_id` 中的编号。"


class SeatGivenUp(Conflict):
    """Facts: `state` of the enrolment: withdrawn or transferred."""

    slug = "seat-given-up"
    title_en = "This trainee was enrolled under this local_id and has given the seat up since."
    title_zh = "该学员曾以此编号报名，之后已退学或转出。"
    cure_en = "Leave the row out; who comes back to the class is enrolled anew, under another local_id."
    cure_zh = "请删除该行；确需重新入班的，请换用新的编号（local_id）重新报名。"


class Entry(NamedTuple):
    """One row whose person and class are known: who, where, under which number of the institution's own.

    `id` is the one that the enrolment will have if the row is accepted; `fault` is what speaks against the row by
    itself.
    """

    row: int
    id: UUID
    local_id: str
    person: UUID
    class_: TrainingClass
    fault: Refusal | None = None


class Seated(NamedTuple):
    """An enrolment that exists already (or was accepted by an earlier row): what a repeat is compared with."""

    id: UUID
    class_id: UUID
    person: UUID
    local_id: str
    status: EnrolmentStatus = EnrolmentStatus.IN_TRAINING


class Known(NamedTuple):
    """What is stored that rows of one institution could run into.

    `by_local_id` are the institution's enrolments; `taken` what its rows' persons have in these classes, whether or not
    it takes days, and elsewhere on these days; `seats_left`, `closed` (why a class takes nobody) and `late_days` (the
    first day of who enters a class that began) are by class.
    """

    by_local_id: Mapping[str, Seated]
    taken: Collection[Taken]
    seats_left: Mapping[UUID, int]
    closed: Mapping[UUID, Refusal]
    late_days: Mapping[UUID, date] = MappingProxyType({})


def decide(entries: Sequence[Entry], known: Known) -> list[RowOutcome]:
    """One outcome per entry, each as if those before it had been stored."""
    ids: MutableMapping[str, Seated] = dict(known.by_local_id)
    seats_left = dict(known.seats_left)
    taken = _by_person(known.taken)
    outcomes: list[RowOutcome] = []
    for entry in entries:
        class_ = entry.class_
        before = ids.get(entry.local_id)
        if before is not None and before.person == entry.person and before.class_id == class_.id:
            outcomes.append(_repeated(entry, before, known))
            continue
        refusal = known.closed.get(class_.id) or entry.fault
        if refusal is None and before is not None:
            refusal = LocalIdTaken(pointer="/local_id")
        theirs = taken.get(entry.person, ())
        from_on = first_day(class_, theirs, known.late_days)
        if refusal is None:
            refusal = _met(theirs, class_, from_on, seats_left=seats_left[class_.id])
        if refusal is not None:
            outcomes.append(RowOutcome(entry.row, "refused", entry.local_id, refusal=refusal))
            continue
        seats_left[class_.id] -= 1
        ids[entry.local_id] = Seated(entry.id, class_.id, entry.person, entry.local_id)
        taken[entry.person].append(_taken_by(entry, from_on))
        outcomes.append(RowOutcome(entry.row, "accepted", entry.local_id, id=entry.id))
    return outcomes


def late_starts(entries: Collection[Entry], known: Known) -> dict[UUID, date]:
    """The first days of those `entries`, all accepted, that do not begin with their class, by their ids."""
    if not known.late_days and not known.taken:
        return {}
    taken = _by_person(known.taken)
    days = {each.id: first_day(each.class_, taken.get(each.person, ()), known.late_days) for each in entries}
    return {each.id: days[each.id] for each in entries if days[each.id] != each.class_.starts_on}


def _by_person(taken: Iterable[Taken]) -> defaultdict[UUID, list[Taken]]:
    by_person: defaultdict[UUID, list[Taken]] = defaultdict(list)
    for each in taken:
        by_person[each.person].append(each)
    return by_person


def _repeated(entry: Entry, before: Seated, known: Known) -> RowOutcome:
    if before.status in GIVEN_UP:
        refusal = known.closed.get(entry.class_.id) or SeatGivenUp(pointer="/local_id", state=before.status)
        return RowOutcome(entry.row, "refused", entry.local_id, refusal=refusal)
    return RowOutcome(entry.row, "repeated", entry.local_id, id=before.id)


def _met(theirs: Sequence[Taken], class_: TrainingClass, from_on: date, *, seats_left: int) -> Refusal | None:
    """What the person's other enrolments, or a lack of seats, have against a place. Source: domain rules §4.6."""
    for each in theirs:
        if each.class_id == class_.id and each.is_seated:
            return AlreadyEnrolled(pointer="/document_number", local_id=each.local_id)
    for each in theirs:
        if each.overlaps(from_on, class_.ends_on):
            refusal = overlap_with(each, institution_id=class_.institution_id)
            refusal.pointer = "/document_number"
            return refusal
    return None if seats_left > 0 else ClassFull(seats=class_.seats)


def _taken_by(entry: Entry, from_on: date) -> Taken:
    class_ = entry.class_
    return Taken(entry.id, class_.id, class_.institution_id, entry.person, entry.local_id, from_on, class_.ends_on)
