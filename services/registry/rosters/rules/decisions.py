"""Rosters: trainees for one or many classes, with each row decided by itself, in request order."""

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
from services.registry.enrolments.rules.overlaps import (
    NO_LESSONS,
    ClassDays,
    LessonTimes,
    OccupiedDays,
    meet,
    overlap_with,
)
from services.registry.enrolments.rules.seats import ClassFull
from services.registry.enrolments.rules.trainees import NameDiffers
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.outcomes import RowOutcome, refused
from shared.kernel.refusals import Conflict, Invalid, LocalIdTaken, Refusal


class ClassUnknown(Invalid):
    slug = "roster-class-unknown"
    title_en = "Your institution has filed no class with this number."
    title_zh = "本机构没有报备过该编号的班级。"
    cure_en = "Give the number under which you filed the class (its local_id)."
    cure_zh = "请填写报备班级时使用的班级编号（local_id）。"
    reference = "GET /v1/classes"


class AlreadyEnrolled(Conflict):
    """Facts: `local_id` of the enrolment that exists."""

    slug = "already-enrolled"
    title_en = "This person is already in the class under another local_id."
    title_zh = "该人员已在本班报名（local_id 不同）。"
    cure_en = "Remove the row, or use the local_id {local_id}."
    cure_zh = "请删除该行，或使用已有的 local_id：{local_id}。"


class OtherContent(Conflict):
    """Facts: `enrolment_id`."""

    slug = "other-content"
    title_en = "This person is already in the class under this local_id, but the row differs from the accepted one."
    title_zh = "该人员已用此 local_id 在本班报名，但本行内容与当时提交的不同。"
    cure_en = (
        "Sending a row again changes nothing. Correct enrolment {enrolment_id}; ask a county officer to correct a name "
        "or a phone."
    )
    cure_zh = "重复提交不会修改已有报名。请更正报名 {enrolment_id}；姓名或手机号请由县区工作人员更正。"
    reference = "POST /v1/enrolments/{enrolment_id}/correction"


class SeatGivenUp(Conflict):
    """Facts: `state` of the enrolment: withdrawn or transferred."""

    slug = "seat-given-up"
    title_en = "This trainee was enrolled under this local_id and has since withdrawn or transferred."
    title_zh = "该学员曾以此编号报名，之后已退学或转出。"
    cure_en = "Remove the row. If the trainee returns to the class, enrol them again under another local_id."
    cure_zh = "请删除该行；确需重新入班的，请换用新的编号（local_id）重新报名。"


class Entry(NamedTuple):
    """One row whose person and class are known, with the institution's own number for the trainee.

    `id` is the enrolment's if the row is accepted. `faults` are those of the row alone. `mark` is the digest by which a
    repeated row is recognised. Of a row that is not `is_whole` only a part could be read.
    """

    row: int
    id: UUID
    local_id: str
    person: UUID
    class_: TrainingClass
    faults: Sequence[Refusal] = ()
    mark: bytes | None = None
    is_whole: bool = True


class PriorEnrolment(NamedTuple):
    """An existing enrolment (or one accepted by an earlier row), with which a repeated row is compared."""

    id: UUID
    class_id: UUID
    person: UUID
    local_id: str
    status: EnrolmentStatus = EnrolmentStatus.IN_TRAINING
    mark: bytes | None = None
    """The digest of its row; None if the row is older than digests."""


class RosterContext(NamedTuple):
    """Stored data with which rows of one institution can conflict.

    `by_local_id` are the institution's enrolments. `taken` are the enrolments of the rows' persons in these classes,
    with or without days, and in other classes on the same days. `seats_left`, `closed` (why a class takes no trainees)
    and `late_days` (first day of late entrants) are by class; so are `lessons`, which may be left out where nothing is
    taken.
    """

    by_local_id: Mapping[str, PriorEnrolment]
    taken: Collection[OccupiedDays]
    seats_left: Mapping[UUID, int]
    closed: Mapping[UUID, Refusal]
    late_days: Mapping[UUID, date] = MappingProxyType({})
    lessons: LessonTimes = NO_LESSONS


class Decisions(NamedTuple):
    """An outcome for each entry, and the first day of training of each accepted one, by the entry's id."""

    outcomes: list[RowOutcome]
    first_days: dict[UUID, date]


def decide(entries: Sequence[Entry], known: RosterContext) -> Decisions:
    """Decide each entry as if those before it had been stored; a refusal lists every reason."""
    ids: MutableMapping[str, PriorEnrolment] = dict(known.by_local_id)
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
        refusals = _met(theirs, class_, from_on, known.lessons)
        if before is not None:
            refusals.insert(0, LocalIdTaken(pointer="/local_id"))
        if entry.faults or known.closed:
            refusals = [*_closed(known.closed, class_), *entry.faults, *refusals]
        # A row that is refused anyway is not told that the class is full.
        if not refusals and seats_left[class_.id] <= 0:
            refusals = [ClassFull(seats=class_.seats)]
        if refusals:
            outcomes.append(refused(entry.row, entry.local_id, refusals))
            continue
        seats_left[class_.id] -= 1
        ids[entry.local_id] = enrolment_from(entry)
        theirs.append(days_of_entry(entry, from_on))
        first_days[entry.id] = from_on
        outcomes.append(RowOutcome(entry.row, "accepted", entry.local_id, entry.id))
    return Decisions(outcomes, first_days)


def _by_person(taken: Iterable[OccupiedDays]) -> defaultdict[UUID, list[OccupiedDays]]:
    by_person: defaultdict[UUID, list[OccupiedDays]] = defaultdict(list)
    for each in taken:
        by_person[each.person].append(each)
    return by_person


def _again(entry: Entry, before: PriorEnrolment, known: RosterContext) -> RowOutcome:
    """The outcome of a row whose person is in the class under the same number: repeated if unchanged, else refused.

    Rows are compared, not stored values, so that an old row stays harmless after a correction. Without a stored digest
    only the name is compared; a row that is not whole is refused. A person who gave up the seat needs a new local_id.
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


def _met(theirs: Sequence[OccupiedDays], class_: TrainingClass, from_on: date, lessons: LessonTimes) -> list[Refusal]:
    """Conflicts of the person's other enrolments with `class_` from `from_on` on. Source: domain rules §4.6."""
    if not theirs:
        return []
    here = [each for each in theirs if each.class_id == class_.id and each.is_seated]
    wanted = ClassDays(class_.id, from_on, class_.ends_on)
    meeting = [each for each in theirs if each not in here and meet(each.days, wanted, lessons)]
    return [
        *(AlreadyEnrolled(pointer="/document_number", local_id=each.local_id) for each in here[:1]),
        *(overlap_with(each, institution_id=class_.institution_id, pointer="/document_number") for each in meeting),
    ]


def enrolment_from(entry: Entry) -> PriorEnrolment:
    """The enrolment that `entry` becomes."""
    return PriorEnrolment(entry.id, entry.class_.id, entry.person, entry.local_id, mark=entry.mark)


def days_of_entry(entry: Entry, from_on: date) -> OccupiedDays:
    """The days that `entry` occupies, from `from_on` on."""
    class_ = entry.class_
    return OccupiedDays(
        entry.id, class_.id, class_.institution_id, entry.person, entry.local_id, from_on, class_.ends_on
    )
