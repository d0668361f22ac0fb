"""A class, from filing to completion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from shared.contracts.dimensions import FundSource
from shared.contracts.registry import (
    ClassApproved,
    ClassCancelled,
    ClassCompleted,
    ClassFiled,
    ClassStarted,
    ClassState,
    ClassStatus,
)
from shared.kernel.levels import Level
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid, SamePerson

F = TypeVar("F", bound=ClassState)

SEATS_MAX = 1000
HOURS_MAX = 2000


class ClassVerb(StrEnum):
    APPROVE = "approve"
    START = "start"
    COMPLETE = "complete"
    CANCEL = "cancel"


MOVES: Final[Mapping[ClassStatus, Mapping[ClassVerb, ClassStatus]]] = {
    ClassStatus.FILED: {
        ClassVerb.APPROVE: ClassStatus.APPROVED,
        ClassVerb.CANCEL: ClassStatus.CANCELLED,
    },
    ClassStatus.APPROVED: {
        ClassVerb.START: ClassStatus.RUNNING,
        ClassVerb.CANCEL: ClassStatus.CANCELLED,
    },
    ClassStatus.RUNNING: {
        ClassVerb.COMPLETE: ClassStatus.COMPLETED,
        ClassVerb.CANCEL: ClassStatus.CANCELLED,
    },
    ClassStatus.COMPLETED: {},
    ClassStatus.CANCELLED: {},
}


class EndsBeforeStart(Invalid):
    slug = "class-ends-before-start"
    title_en = "The class would end before it starts."
    title_zh = "结束日期早于开班日期。"
    cure_en = "Give an `ends_on` on or after `starts_on`."
    cure_zh = "请将 `ends_on` 改为不早于 `starts_on` 的日期。"


class TooEarly(Conflict):
    """Facts: `possible_from`."""

    slug = "class-too-early"
    title_en = "The class cannot do this before its day."
    title_zh = "未到规定日期，不能执行此操作。"
    cure_en = "It is possible from the day in `possible_from`."
    cure_zh = "自 `possible_from` 所示日期起方可办理。"


class OutcomesMissing(Conflict):
    """Facts: `in_training`, the number of trainees without an outcome."""

    slug = "outcomes-missing"
    title_en = "Some trainees have no outcome yet."
    title_zh = "仍有学员未登记结业结果。"
    cure_en = "Post the hours of each trainee to /outcomes, or withdraw them; then complete the class."
    cure_zh = "请先通过 /outcomes 登记每名学员的学时，或办理退学，再结班。"


class RosterClosed(Conflict):
    slug = "roster-closed"
    title_en = "The class takes no trainees any more."
    title_zh = "该班已不能再增加学员。"
    cure_en = "Trainees can be added while a class is filed, approved or running."
    cure_zh = "仅在已报备、已批准或进行中的班级可以增加学员。"


class ClassNotRunning(Conflict):
    slug = "class-not-running"
    title_en = "The class is not running."
    title_zh = "该班未在进行中。"
    cure_en = "Outcomes are taken from the start of a class to its completion."
    cure_zh = "结业结果应在开班后、结班前登记。"


@dataclass(frozen=True)
class TrainingClass:
    id: UUID
    institution_id: UUID
    local_id: str
    programme: str
    region: str
    reporting_region: str
    occupation: str
    level: Level
    fund_source: FundSource | None
    starts_on: date
    ends_on: date
    hours: int
    seats: int
    status: ClassStatus
    filed_by: str
    version: int

    @property
    def takes_trainees(self) -> bool:
        return self.status in (ClassStatus.FILED, ClassStatus.APPROVED, ClassStatus.RUNNING)

    def same_filing(self, other: TrainingClass) -> bool:
        """Whether `other` is a repeat of this class's filing, whatever has become of the class since."""
        unlike = {"id": other.id, "status": other.status, "filed_by": other.filed_by, "version": other.version}
        return replace(self, **unlike) == other  # type: ignore[arg-type]


def file(class_: TrainingClass, *, at: datetime) -> ClassFiled:
    """The fact that a new `class_` (filed, version 1) was filed. Raises EndsBeforeStart."""
    if class_.ends_on < class_.starts_on:
        raise EndsBeforeStart(pointer="/ends_on")
    return _fact(ClassFiled, class_, at=at, enrolled=0)


def approve(class_: TrainingClass, *, by: str, at: datetime, enrolled: int) -> tuple[TrainingClass, ClassApproved]:
    """Accept a filed class. Raises IllegalMove, or SamePerson if `by` filed it."""
    after = _moved(class_, ClassVerb.APPROVE)
    if by == class_.filed_by:
        raise SamePerson(rule="filing and approval of a class")
    return after, _fact(ClassApproved, after, at=at, enrolled=enrolled)


def start(class_: TrainingClass, *, today: date, at: datetime, enrolled: int) -> tuple[TrainingClass, ClassStarted]:
    """Open an approved class. Raises IllegalMove, or TooEarly before its first day."""
    after = _moved(class_, ClassVerb.START)
    if today < class_.starts_on:
        raise TooEarly(possible_from=class_.starts_on.isoformat())
    return after, _fact(ClassStarted, after, at=at, enrolled=enrolled)


def complete(
    class_: TrainingClass, *, in_training: int, today: date, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassCompleted]:
    """End a class whose trainees all have an outcome. Raises IllegalMove, OutcomesMissing, or TooEarly."""
    after = _moved(class_, ClassVerb.COMPLETE)
    if in_training:
        raise OutcomesMissing(in_training=in_training)
    if today < class_.ends_on:
        raise TooEarly(possible_from=class_.ends_on.isoformat())
    return after, _fact(ClassCompleted, after, at=at, enrolled=enrolled)


def cancel(class_: TrainingClass, *, at: datetime, enrolled: int) -> tuple[TrainingClass, ClassCancelled]:
    """Give a class up before its completion. Raises IllegalMove. Its trainees are withdrawn by the use case."""
    after = _moved(class_, ClassVerb.CANCEL)
    return after, _fact(ClassCancelled, after, at=at, enrolled=enrolled)


def _moved(class_: TrainingClass, verb: ClassVerb) -> TrainingClass:
    return replace(class_, status=move(MOVES, class_.status, verb), version=class_.version + 1)


def _fact(fact: type[F], class_: TrainingClass, *, at: datetime, enrolled: int) -> F:
    return fact(
        subject=f"classes/{class_.id}",
        version=class_.version,
        at=at,
        class_id=class_.id,
        institution_id=class_.institution_id,
        local_id=class_.local_id,
        programme=class_.programme,
        region=class_.region,
        reporting_region=class_.reporting_region,
        occupation=class_.occupation,
        level=class_.level.value,
        fund_source=class_.fund_source,
        starts_on=class_.starts_on,
        ends_on=class_.ends_on,
        hours=class_.hours,
        seats=class_.seats,
        status=class_.status,
        enrolled=enrolled,
    )
