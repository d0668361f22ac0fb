"""A class, from filing to completion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from shared.contracts.dimensions import FundSource
from shared.contracts.registry import (
    ClassApproved,
    ClassCancelled,
    ClassChanged,
    ClassChecked,
    ClassCompleted,
    ClassFiled,
    ClassRefiled,
    ClassReturned,
    ClassStarted,
    ClassState,
    ClassStatus,
)
from shared.kernel.levels import Level
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, SamePerson

F = TypeVar("F", bound=ClassState)


class ClassVerb(StrEnum):
    RETURN = "return"
    REFILE = "refile"
    APPROVE = "approve"
    CHECK = "check"
    CHANGE = "change"
    START = "start"
    COMPLETE = "complete"
    CANCEL = "cancel"


MOVES: Final[Mapping[ClassStatus, Mapping[ClassVerb, ClassStatus]]] = {
    ClassStatus.FILED: {
        ClassVerb.RETURN: ClassStatus.RETURNED,
        ClassVerb.APPROVE: ClassStatus.APPROVED,
        ClassVerb.CHECK: ClassStatus.FILED,
        ClassVerb.CANCEL: ClassStatus.CANCELLED,
    },
    ClassStatus.RETURNED: {
        ClassVerb.REFILE: ClassStatus.FILED,
        ClassVerb.CANCEL: ClassStatus.CANCELLED,
    },
    ClassStatus.APPROVED: {
        ClassVerb.CHECK: ClassStatus.APPROVED,
        ClassVerb.CHANGE: ClassStatus.APPROVED,
        ClassVerb.START: ClassStatus.RUNNING,
        ClassVerb.CANCEL: ClassStatus.CANCELLED,
    },
    ClassStatus.RUNNING: {
        ClassVerb.CHECK: ClassStatus.RUNNING,
        ClassVerb.CHANGE: ClassStatus.RUNNING,
        ClassVerb.COMPLETE: ClassStatus.COMPLETED,
        ClassVerb.CANCEL: ClassStatus.CANCELLED,
    },
    ClassStatus.COMPLETED: {},
    ClassStatus.CANCELLED: {},
}


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


class SiteNotChecked(Conflict):
    slug = "site-not-checked"
    title_en = "Nobody has found the place and the equipment of this class in order yet."
    title_zh = "该班的培训场地和设备尚未通过现场核查。"
    cure_en = "Ask the county to check them on site; after a check that found faults, mend these and ask again."
    cure_zh = "请联系县区进行现场核查；核查发现问题的，整改后申请复查。"


class RosterClosed(Conflict):
    slug = "roster-closed"
    title_en = "The class takes no trainees any more."
    title_zh = "该班已不能再增加学员。"
    cure_en = "Trainees can be added until a class is completed or cancelled."
    cure_zh = "班级结班或取消后不能再增加学员。"


class ClassNotRunning(Conflict):
    slug = "class-not-running"
    title_en = "The class is not running."
    title_zh = "该班未在进行中。"
    cure_en = "Outcomes are taken from the start of a class to its completion."
    cure_zh = "结业结果应在开班后、结班前登记。"


class ExamPlan(NamedTuple):
    """When the trainees will be examined, and by which assessment body (its credit code)."""

    planned_on: date
    body_credit_code: str | None


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
    project: str | None = None
    is_scarce: bool = False
    is_needed: bool = False
    """The marks of the project on the day of filing."""
    signed_order: bool = False
    site_id: UUID | None = None
    teaching_plan: str | None = None
    exam_plan: ExamPlan | None = None
    government_fen: int = 0
    enterprise_fen: int = 0
    individual_fen: int = 0
    filed_on: date | None = None
    answer_due_on: date | None = None
    """The day by which the county answers."""
    return_reasons: tuple[str, ...] = ()
    checked_by: str | None = None
    checked_on: date | None = None
    """Who found place and equipment in order, and when."""

    @property
    def takes_trainees(self) -> bool:
        return self.status not in (ClassStatus.COMPLETED, ClassStatus.CANCELLED)


def file(class_: TrainingClass, *, at: datetime) -> ClassFiled:
    """The fact that a new `class_` (filed, version 1) was filed."""
    return _fact(ClassFiled, class_, at=at, enrolled=0)


def return_(
    class_: TrainingClass, *, reasons: Sequence[str], at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassReturned]:
    """Send a filed class back to be mended. Raises IllegalMove."""
    after = replace(_moved(class_, ClassVerb.RETURN), return_reasons=tuple(reasons))
    return after, _fact(ClassReturned, after, at=at, enrolled=enrolled)


def refile(
    class_: TrainingClass, mended: TrainingClass, *, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassRefiled]:
    """File a returned class again as `mended`; why it was returned stays readable. Raises IllegalMove."""
    moved = _moved(class_, ClassVerb.REFILE)
    after = replace(
        mended,
        id=class_.id,
        institution_id=class_.institution_id,
        local_id=class_.local_id,
        status=moved.status,
        version=moved.version,
        return_reasons=class_.return_reasons,
    )
    return after, _fact(ClassRefiled, after, at=at, enrolled=enrolled)


def approve(class_: TrainingClass, *, by: str, at: datetime, enrolled: int) -> tuple[TrainingClass, ClassApproved]:
    """Accept a filed class. Raises IllegalMove, or SamePerson if `by` filed it."""
    after = _moved(class_, ClassVerb.APPROVE)
    if by == class_.filed_by:
        raise SamePerson(rule="filing and approval of a class")
    return after, _fact(ClassApproved, after, at=at, enrolled=enrolled)


def check(
    class_: TrainingClass, *, passed: bool, by: str, on: date, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassChecked | None]:
    """What an officer found on site. A failed check takes an earlier one back and is told to nobody.

    Raises IllegalMove, or SamePerson if `by` filed the class.
    """
    after = _moved(class_, ClassVerb.CHECK)
    if by == class_.filed_by:
        raise SamePerson(rule="filing and check of a class")
    if not passed:
        return replace(class_, checked_by=None, checked_on=None), None
    after = replace(after, checked_by=by, checked_on=on)
    return after, _fact(ClassChecked, after, at=at, enrolled=enrolled)


def start(
    class_: TrainingClass, *, site_check_required: bool, today: date, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassStarted]:
    """Open an approved class. Raises IllegalMove, TooEarly before its first day, or SiteNotChecked.

    A subsidised class needs the check where `site_check_required`. Source: domain rules §4.5.
    """
    after = _moved(class_, ClassVerb.START)
    if today < class_.starts_on:
        raise TooEarly(possible_from=class_.starts_on.isoformat())
    if site_check_required and class_.fund_source is not None and class_.checked_on is None:
        raise SiteNotChecked
    return after, _fact(ClassStarted, after, at=at, enrolled=enrolled)


def change(
    class_: TrainingClass, terms: TrainingClass, *, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassChanged]:
    """Give a class days, seats, site and examination of `terms`; another site is checked anew. Raises IllegalMove."""
    after = replace(
        _moved(class_, ClassVerb.CHANGE),
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        seats=terms.seats,
        site_id=terms.site_id,
        exam_plan=terms.exam_plan,
    )
    if after.site_id != class_.site_id:
        after = replace(after, checked_by=None, checked_on=None)
    return after, _fact(ClassChanged, after, at=at, enrolled=enrolled)


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
        project=class_.project,
        is_scarce=class_.is_scarce,
        is_needed=class_.is_needed,
        signed_order=class_.signed_order,
        government_fen=class_.government_fen,
        enterprise_fen=class_.enterprise_fen,
        individual_fen=class_.individual_fen,
    )
