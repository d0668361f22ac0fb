"""Merges of two persons who are one human with two documents, and their undoing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import GIVEN_UP, Enrolment, reassign
from services.registry.enrolments.rules.overlaps import NO_LESSONS, ClassDays, LessonTimes, meet
from shared.contracts.registry.enrolments import EnrolmentReassigned, MergeState, PersonsMerged, PersonsSeparated
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid

F = TypeVar("F", bound=MergeState)


class MergeStatus(StrEnum):
    STANDING = "standing"
    UNDONE = "undone"


class MergeVerb(StrEnum):
    UNDO = "undo"


MOVES: Final[Mapping[MergeStatus, Mapping[MergeVerb, MergeStatus]]] = {
    MergeStatus.STANDING: {MergeVerb.UNDO: MergeStatus.UNDONE},
    MergeStatus.UNDONE: {},
}

WHY_FINAL: Final = {
    MergeStatus.UNDONE: "The two can be merged again, which is a merge of its own with its own two officers.",
}


class UnknownPerson(Invalid):
    slug = "unknown-person"
    title_en = "No person with this document has ever been enrolled."
    title_zh = "没有使用该证件报名的人员。"
    cure_en = "Check the document type and number. Only people who have been enrolled can be merged or corrected."
    cure_zh = "请核对证件类型和号码；只能合并或更正已报名的人员。"


class OnePersonAlready(Invalid):
    slug = "one-person-already"
    title_en = "The two documents are the same."
    title_zh = "两个证件相同，本来就是同一人。"
    cure_en = "Give the two different documents under which the person was enrolled."
    cure_zh = "请填写该人员报名时使用的两个不同证件。"


class MergeChains(Conflict):
    """Facts: `merge`, the id of the merge in force."""

    slug = "merge-chains"
    title_en = "One of the two persons is already part of another merge, and merges cannot be chained."
    title_zh = "其中一方已参与其他合并，不能形成连环合并。"
    cure_en = "Merge into the person that merge {merge} keeps, or undo that merge first."
    cure_zh = "请合并到合并记录 {merge} 的保留人员，或先撤销该合并。"


class MergeOverlaps(Conflict):
    """Facts: `overlaps`, the number of pairs of enrolments that overlap."""

    slug = "merge-overlaps"
    title_en = "The two persons were in classes at the same time, or have two seats in one class."
    title_zh = "两人的培训时间重叠，或在同一班级占用两个名额，不能合并。"
    cure_en = (
        "{overlaps} pairs of enrolments overlap. Withdraw the enrolments that were not real from their first day, then "
        "merge."
    )
    cure_zh = "共有 {overlaps} 对报名记录重叠；请先将不实的报名自首日起办理退学，再合并。"
    check = "C04"


@dataclass(frozen=True)
class Merge:
    """`person` continues as `into_person` until the merge is undone; `enrolments` is the number moved."""

    id: UUID
    person: UUID
    into_person: UUID
    region: str
    reporting_region: str | None
    """Of the officer who merged them."""
    reason: str
    merged_by: str
    """The second officer; the first is `proposed_by` (None: the merge is from before it took two)."""
    merged_at: datetime
    proposed_by: str | None = None
    enrolments: int = 0
    undone_by: str | None = None
    undone_at: datetime | None = None
    undoing_reason: str | None = None

    @property
    def status(self) -> MergeStatus:
        return MergeStatus.STANDING if self.undone_at is None else MergeStatus.UNDONE


_Earlier = Mapping[UUID, Sequence[tuple[date, date]]]
Steps = list[tuple[Enrolment, EnrolmentReassigned]]


class MergeContext(NamedTuple):
    """The enrolments of both persons with their classes, and the version of the facts about the merged person.

    `earlier` are the days, both ends included, that enrolments occupied before they were resumed; `lessons` are those
    of the classes.
    """

    enrolments: Sequence[Enrolment]
    classes: Mapping[UUID, TrainingClass]
    version: int
    earlier: _Earlier
    lessons: LessonTimes = NO_LESSONS

    @property
    def regions(self) -> set[str]:
        """The regions in which one of the two was trained: those concerned."""
        return {each.region for each in self.classes.values()}


def merge(new: Merge, known: MergeContext, *, standing: Iterable[Merge]) -> tuple[Merge, PersonsMerged, Steps]:
    """Move all enrolments of `new.person` to `new.into_person`; `standing` are the merges in force of either person.

    Raises OnePersonAlready, MergeChains, MergeOverlaps.
    """
    if new.person == new.into_person:
        raise OnePersonAlready(pointer="/second/document_number")
    for each in standing:
        if each.into_person != new.into_person or each.person == new.person:
            raise MergeChains(merge=str(each.id))
    going = [each for each in known.enrolments if each.person == new.person]
    staying = [each for each in known.enrolments if each.person == new.into_person]
    if count := sum(_meet(one, other, known) for one in going for other in staying):
        raise MergeOverlaps(overlaps=count)
    after = replace(new, enrolments=len(going))
    steps = _reassigned(going, known, person=new.into_person, at=new.merged_at)
    return after, _fact(PersonsMerged, after, known, at=new.merged_at), steps


def undo(
    before: Merge, known: MergeContext, *, by: str, reason: str, at: datetime
) -> tuple[Merge, PersonsSeparated, Steps]:
    """Return every enrolment made with the document of `before.person`, also after the merge. Raises IllegalMove."""
    move(MOVES, before.status, MergeVerb.UNDO)
    after = replace(before, undone_by=by, undone_at=at, undoing_reason=reason)
    returning = [each for each in known.enrolments if each.came_as == before.person]
    steps = _reassigned(returning, known, person=before.person, at=at)
    return after, _fact(PersonsSeparated, after, known, at=at), steps


def _meet(one: Enrolment, other: Enrolment, known: MergeContext) -> bool:
    both_seated = one.status not in GIVEN_UP and other.status not in GIVEN_UP
    if both_seated and one.class_id == other.class_id:
        return True
    heres, theres = days_of(one, known.earlier), days_of(other, known.earlier)
    return any(meet(here, there, known.lessons) for here in heres for there in theres)


def days_of(enrolment: Enrolment, earlier: _Earlier) -> list[ClassDays]:
    """The days of a training, those before a resumption too."""
    spans = ((enrolment.from_on, enrolment.until_on), *earlier.get(enrolment.id, ()))
    return [ClassDays(enrolment.class_id, *span) for span in spans]


def _reassigned(enrolments: Iterable[Enrolment], known: MergeContext, *, person: UUID, at: datetime) -> Steps:
    return [reassign(each, known.classes[each.class_id], person=person, at=at) for each in enrolments]


def _fact(fact: type[F], merge: Merge, known: MergeContext, *, at: datetime) -> F:
    return fact(
        subject=f"persons/{merge.person}",
        version=known.version + 1,
        at=at,
        person=merge.person,
        into=merge.into_person,
    )
