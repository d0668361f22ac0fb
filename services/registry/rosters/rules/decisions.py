"""Rosters: trainees for one class or many, each row decided by itself, in the order in which they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import GIVEN_UP
from services.registry.enrolments.rules.late_entries import first_day
from services.registry.enrolments.rules.overlaps import Taken, overlap_with
from services.registry.enrolments.rules.seats import ClassFull
from services.registry.enrolments.rules.trainees import NameDiffers
from shared.contracts.registry import EnrolmentStatus
from shared.kernel.outcomes import RowOutcome, refused
from shared.kernel.refusals import Conflict, Invalid, LocalIdTaken, Refusal


class ClassUnknown(Invalid):
    slug = "roster-class-unknown"
    title_en = "Your institution has filed no class by this number."
    title_zh = "本机构没有报备过该编号的班级。"
    cure_en = "Write the number under which you filed the class (its local_id)."
    cure_zh = "请填写报备班级时使用的班级编号（local_id）。"
    reference = "GET /v1/classes"


class AlreadyEnrolled(Conflict):
    """Facts: `local_id` of the enrolment that exists."""

    slug = "already-enrolled"
    title_en = "This person is in the class already, under another local_id."
    title_zh = "该人员已在本班报名（local_id 不同）。"
    cure_en = "Leave the row out, or use the local_id {local_id}."
    cure_zh = "请删除该行，或使用已有的 local_id：{local_id}。"


class OtherContent(Conflict):
    """Facts: `enrolment_id`."""

    slug = "other-content"
    title_en = "Under this local_id the person is in the class already, and the row was another then."
    title_zh = "该人员已用此 local_id 在本班报名，但本行内容与当时提交的不同。"
    cure_en = (
        "A row sent again changes nothing. Correct enrolment {enrolment_id}; a name or a phone is corrected by "
        "an officer of the county."
    )
    cure_zh = "重复提交不会修改已有报名。请更正报名 {enrolment_id}；姓名或手机号请由县区工作人员更正。"
    reference = "POST /v1/enrolments/{enrolment_id}/correction"


class SeatGivenUp(Conflict):
    """Facts: `state` of the enrolment: withdrawn or transferred."""

    slug = "seat-given-up"
    title_en = "This trainee was enrolled under this local_id and has given the seat up since."
    title_zh = "该学员曾以此编号报名，之后已退学或转出。"
    cure_en = "Leave the row out; who comes back to the class is enrolled anew, under another local_id."
    cure_zh = "请删除该行；确需重新入班的，请换用新的编号（local_id）重新报名。"


class Entry(NamedTuple):
    """One row whose person and class are known: who, where, under which number of the institution's own.

    `id` is the one that the enrolment will have if the row is accepted; `faults` are what speaks against the row by
    itself; by its `mark` the row is recognised when it is sent again. Of a row that is not whole only a part was read.
    """

    row: int
    id: UUID
    local_id: str
    person: UUID
    class_: TrainingClass
    faults: Sequence[Refusal] = ()
    mark: bytes | None = None
    is_whole: bool = True


class Seated(NamedTuple):
    """An enrolment that exists already (or was accepted by an earlier row): what a repeat is compared with."""

    id: UUID
    class_id: UUID
    person: UUID
    local_id: str
    status: EnrolmentStatus = EnrolmentStatus.IN_TRAINING
    mark: bytes | None = None
    """Of the row that it came from; None if that came before rows were marked."""


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


class Decisions(NamedTuple):
    """An outcome for each entry, and the first day of training of each accepted one, by the entry's id."""

    outcomes: list[RowOutcome]
    first_days: dict[UUID, date]


def decide(entries: Sequence[Entry], known: Known) -> Decisions:
    """Decide each entry as if those before it had been stored; a refusal gives every reason there is."""
    ids: MutableMapping[str, Seated] = dict(known.by_local_id)
    seats_left = dict(known.seats_left)
    taken = _by_person(known.taken)
    outcomes: list[RowOutcome] = []
    first_days: dict[UUID, date] = {}
    for entry in entries:
        class_ = entry.class_
        before = ids.get(entry.local_id)
        if before is not None and before.person == entry.person and before.class_id == class_.id:
            outcomes.append(_again(entry, before, known))
            continue
        theirs = taken[entry.person]
        from_on = first_day(class_, theirs, known.late_days)
        refusals = _met(theirs, class_, from_on)
        if before is not None:
            refusals.insert(0, LocalIdTaken(pointer="/local_id"))
        if entry.faults or known.closed:
            refusals = [*_closed(known.closed, class_), *entry.faults, *refusals]
        # Who cannot come anyway does not need to know that there is no seat.
        if not refusals and seats_left[class_.id] <= 0:
            refusals = [ClassFull(seats=class_.seats)]
        if refusals:
            outcomes.append(refused(entry.row, entry.local_id, refusals))
            continue
        seats_left[class_.id] -= 1
        ids[entry.local_id] = seated_by(entry)
        theirs.append(taken_by(entry, from_on))
        first_days[entry.id] = from_on
        outcomes.append(RowOutcome(entry.row, "accepted", entry.local_id, entry.id))
    return Decisions(outcomes, first_days)


def _by_person(taken: Iterable[Taken]) -> defaultdict[UUID, list[Taken]]:
    by_person: defaultdict[UUID, list[Taken]] = defaultdict(list)
    for each in taken:
        by_person[each.person].append(each)
    return by_person


def _again(entry: Entry, before: Seated, known: Known) -> RowOutcome:
    """The outcome of a row for somebody who is in the class under the same number: it is the row of then, or refused.

    Rows are compared and not what is stored, so that an old row stays harmless after a correction. Of a row that came
    before rows were marked only the name can be compared, and a row that is not whole with nothing. Who has given the
    seat up has to say that they come back.
    """
    if before.status in GIVEN_UP:
        given_up = SeatGivenUp(pointer="/local_id", state=before.status)
        return refused(entry.row, entry.local_id, _closed(known.closed, entry.class_) or [given_up])
    if not entry.is_whole:
        return refused(entry.row, entry.local_id, entry.faults)
    if before.mark == entry.mark or (before.mark is None and not any(isinstance(e, NameDiffers) for e in entry.faults)):
        return RowOutcome(entry.row, "repeated", entry.local_id, before.id)
    return refused(entry.row, entry.local_id, [*entry.faults, OtherContent(enrolment_id=f"{before.id}")])


def _closed(closed: Mapping[UUID, Refusal], class_: TrainingClass) -> list[Refusal]:
    return [closed[class_.id]] if class_.id in closed else []


def _met(theirs: Sequence[Taken], class_: TrainingClass, from_on: date) -> list[Refusal]:
    """What the person's other enrolments have against a place in `class_` from a day on. Source: domain rules §4.6."""
    if not theirs:
        return []
    here = [each for each in theirs if each.class_id == class_.id and each.is_seated]
    meeting = [each for each in theirs if each not in here and each.overlaps(from_on, class_.ends_on)]
    return [
        *(AlreadyEnrolled(pointer="/document_number", local_id=each.local_id) for each in here[:1]),
        *(overlap_with(each, institution_id=class_.institution_id, pointer="/document_number") for each in meeting),
    ]


def seated_by(entry: Entry) -> Seated:
    """The enrolment that `entry` becomes."""
    return Seated(entry.id, entry.class_.id, entry.person, entry.local_id, mark=entry.mark)


def taken_by(entry: Entry, from_on: date) -> Taken:
    """The days that `entry` takes, from `from_on` on."""
    class_ = entry.class_
    return Taken(entry.id, class_.id, class_.institution_id, entry.person, entry.local_id, from_on, class_.ends_on)
