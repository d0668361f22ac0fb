"""A roster: many trainees for one class, each row decided by itself, in the order in which they came."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from services.registry.domain.classes import TrainingClass
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Conflict, LocalIdTaken, Refusal


class ClassFull(Conflict):
    """Facts: `seats`."""

    slug = "class-full"
    title_en = "The class has no seat left."
    title_zh = "该班名额已满。"
    cure_en = "A class takes as many trainees as it was filed for (`seats`); file another class for the others."
    cure_zh = "班级人数以报备名额（`seats`）为限；其余学员请另行报备班级。"


class AlreadyEnrolled(Conflict):
    """Facts: `local_id` of the enrolment that exists."""

    slug = "already-enrolled"
    title_en = "This person is in the class already, under another local_id."
    title_zh = "该人员已在本班报名（local_id 不同）。"
    cure_en = "Leave the row out, or use the local_id in `local_id`."
    cure_zh = "请删除该行，或使用 `local_id` 中的编号。"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that was well formed: who, under which number of the institution's own, counting to what.

    `id` is the one that the enrolment will have if the row is accepted.
    """

    row: int
    id: UUID
    local_id: str
    person: UUID
    programme: str
    tags: tuple[str, ...]


class Seated(NamedTuple):
    """An enrolment that exists already (or was accepted by an earlier row): what a repeat is compared with."""

    id: UUID
    class_id: UUID
    person: UUID
    local_id: str


def decide(
    class_: TrainingClass,
    entries: Sequence[Entry],
    *,
    by_local_id: Mapping[str, Seated],
    by_person: Mapping[UUID, Seated],
    seats_left: int,
) -> list[RowOutcome]:
    """One outcome per entry. `by_local_id` are the institution's enrolments, `by_person` those of this class."""
    ids: MutableMapping[str, Seated] = dict(by_local_id)
    persons: MutableMapping[UUID, Seated] = dict(by_person)
    outcomes: list[RowOutcome] = []
    for entry in entries:
        known = ids.get(entry.local_id)
        refusal: Refusal | None = None
        if known is not None and (known.class_id, known.person) == (class_.id, entry.person):
            outcomes.append(RowOutcome(entry.row, "repeated", entry.local_id, id=known.id))
            continue
        if known is not None:
            refusal = LocalIdTaken(pointer="/local_id")
        elif (present := persons.get(entry.person)) is not None:
            refusal = AlreadyEnrolled(pointer="/document", local_id=present.local_id)
        elif seats_left == 0:
            refusal = ClassFull(seats=class_.seats)
        if refusal is not None:
            outcomes.append(RowOutcome(entry.row, "refused", entry.local_id, refusal=refusal))
            continue
        seats_left -= 1
        ids[entry.local_id] = persons[entry.person] = Seated(entry.id, class_.id, entry.person, entry.local_id)
        outcomes.append(RowOutcome(entry.row, "accepted", entry.local_id, id=entry.id))
    return outcomes
