"""A class, from filing to completion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.registry.classes.rules.faults import NoTrainees, OutcomesMissing, TooEarly, TooLate
from services.registry.plan.rules.dimensions import Dimensions
from services.registry.plan.rules.policy import Policy
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import (
    ClassApproved,
    ClassCancelled,
    ClassChanged,
    ClassCompleted,
    ClassFiled,
    ClassRefiled,
    ClassReinstated,
    ClassReturned,
    ClassStarted,
    ClassState,
    ClassStatus,
)
from shared.kernel.awards import Award
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move, reinstated
from shared.kernel.refusals import Conflict

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
        ClassVerb.RETURN: ClassStatus.RETURNED,
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

WAYS_BACK: Final = frozenset({ClassStatus.COMPLETED, ClassStatus.CANCELLED})


class RosterClosed(Conflict):
    slug = "roster-closed"
    title_en = "The class no longer takes trainees."
    title_zh = "该班已不能再增加学员。"
    cure_en = "Trainees can be added until a class is completed or cancelled."
    cure_zh = "班级结班或取消后不能再增加学员。"


class ClassNotRunning(Conflict):
    slug = "class-not-running"
    title_en = "The class is not running."
    title_zh = "该班未在进行中。"
    cure_en = "Outcomes can be recorded from the start of a class until its completion."
    cure_zh = "结业结果应在开班后、结班前登记。"


class ExamPlan(NamedTuple):
    """When the trainees will be examined, by which assessment body (its credit code), and where."""

    planned_on: date
    body_credit_code: str | None
    place: str | None = None


class SiteVersion(NamedTuple):
    """A site as it was described: its next version may be another place, or have other rooms. `version` counts those
    that somebody described."""

    site_id: UUID
    version: int


@dataclass(frozen=True)
class TrainingClass:
    id: UUID
    institution_id: UUID
    local_id: str
    programme: str
    region: str
    reporting_region: str
    occupation: str
    award: Award
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
    checked_sites: tuple[SiteVersion, ...] = ()
    """Who found place and equipment in order, when, and which."""

    @property
    def dimensions(self) -> Dimensions:
        return Dimensions(
            self.programme,
            self.region,
            self.reporting_region,
            self.occupation,
            self.award,
            self.fund_source,
            self.project,
        )

    @property
    def fee_fen(self) -> int:
        """One trainee's fee."""
        return self.government_fen + self.enterprise_fen + self.individual_fen

    @property
    def takes_trainees(self) -> bool:
        return self.status not in (ClassStatus.COMPLETED, ClassStatus.CANCELLED)


def file(class_: TrainingClass, *, at: datetime) -> ClassFiled:
    """The fact that a new `class_` (filed, version 1) was filed."""
    return tell(ClassFiled, class_, at=at, enrolled=0)


def return_(
    class_: TrainingClass, *, reasons: Sequence[str], at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassReturned]:
    """Send a class that has not started back for correction. Raises IllegalMove."""
    after = replace(advance(class_, ClassVerb.RETURN), return_reasons=tuple(reasons))
    return after, tell(ClassReturned, after, at=at, enrolled=enrolled)


def refile(
    class_: TrainingClass, corrected: TrainingClass, *, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassRefiled]:
    """File a returned class again as `corrected`; the reasons of its return are kept. Raises IllegalMove."""
    refiled = advance(class_, ClassVerb.REFILE)
    after = replace(
        corrected,
        id=class_.id,
        institution_id=class_.institution_id,
        local_id=class_.local_id,
        status=refiled.status,
        version=refiled.version,
        return_reasons=class_.return_reasons,
    )
    return after, tell(ClassRefiled, after, at=at, enrolled=enrolled)


def approve(
    class_: TrainingClass, *, policy: Policy, by: str, today: date, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassApproved]:
    """Accept a filed class. Raises IllegalMove, SamePerson if `by` filed it, or TooLate after its first day."""
    after = advance(class_, ClassVerb.APPROVE)
    require_another(by, class_.filed_by, rule="filing and approval of a class")
    _require_not_after(class_.starts_on, today, policy)
    return after, tell(ClassApproved, after, at=at, enrolled=enrolled)


def start(
    class_: TrainingClass, *, policy: Policy, seated: int, today: date, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassStarted]:
    """Open an approved class with `seated` trainees.

    Raises IllegalMove, TooEarly before its first day, TooLate after its last, NoTrainees.
    """
    after = advance(class_, ClassVerb.START)
    if today < class_.starts_on:
        raise TooEarly(possible_from=class_.starts_on.isoformat())
    _require_not_after(class_.ends_on, today, policy)
    if not seated:
        raise NoTrainees
    return after, tell(ClassStarted, after, at=at, enrolled=enrolled)


def change(
    class_: TrainingClass, terms: TrainingClass, *, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassChanged]:
    """Give a class days, seats, site and examination of `terms`, and what follows from its first day.

    Raises IllegalMove.
    """
    after = replace(
        advance(class_, ClassVerb.CHANGE),
        reporting_region=terms.reporting_region,
        is_scarce=terms.is_scarce,
        is_needed=terms.is_needed,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        seats=terms.seats,
        site_id=terms.site_id,
        exam_plan=terms.exam_plan,
    )
    return after, tell(ClassChanged, after, at=at, enrolled=enrolled)


def complete(
    class_: TrainingClass, *, seated: int, in_training: int, today: date, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassCompleted]:
    """End a class with `seated` trainees who all have an outcome.

    Raises IllegalMove, NoTrainees, OutcomesMissing, or TooEarly.
    """
    after = advance(class_, ClassVerb.COMPLETE)
    if not seated:
        raise NoTrainees
    if in_training:
        raise OutcomesMissing(in_training=in_training)
    if today < class_.ends_on:
        raise TooEarly(possible_from=class_.ends_on.isoformat())
    return after, tell(ClassCompleted, after, at=at, enrolled=enrolled)


def cancel(
    class_: TrainingClass, *, by_officer: str | None = None, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassCancelled]:
    """Give a class up before its completion; its trainees are withdrawn by the use case.

    Raises IllegalMove, or SamePerson if `by_officer`, an officer who stops it, filed it.
    """
    after = advance(class_, ClassVerb.CANCEL)
    if by_officer is not None:
        require_another(by_officer, class_.filed_by, rule="filing and cancellation of a class")
    return after, tell(ClassCancelled, after, at=at, enrolled=enrolled)


def reinstate(
    class_: TrainingClass, before: ClassStatus, *, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassReinstated]:
    """Take back a completion or cancellation: the class is in the state `before` it. Raises IllegalMove."""
    status = reinstated(WAYS_BACK, class_.status, before)
    after = replace(class_, status=status, version=class_.version + 1)
    return after, tell(ClassReinstated, after, at=at, enrolled=enrolled)


def advance(class_: TrainingClass, verb: ClassVerb) -> TrainingClass:
    """The class in the state that `verb` leads to, a version on. Raises IllegalMove."""
    return replace(class_, status=move(MOVES, class_.status, verb), version=class_.version + 1)


def tell(fact: type[F], class_: TrainingClass, *, at: datetime, enrolled: int) -> F:
    """The `fact` of what `class_` is now."""
    return fact(
        subject=f"classes/{class_.id}",
        version=class_.version,
        at=at,
        class_id=class_.id,
        institution_id=class_.institution_id,
        local_id=class_.local_id,
        **class_.dimensions.as_fields(),
        starts_on=class_.starts_on,
        ends_on=class_.ends_on,
        hours=class_.hours,
        seats=class_.seats,
        status=class_.status,
        enrolled=enrolled,
        is_scarce=class_.is_scarce,
        is_needed=class_.is_needed,
        signed_order=class_.signed_order,
        government_fen=class_.government_fen,
        enterprise_fen=class_.enterprise_fen,
        individual_fen=class_.individual_fen,
        fee_fen=class_.fee_fen,
        exam_on=class_.exam_plan and class_.exam_plan.planned_on,
        exam_place=class_.exam_plan and class_.exam_plan.place,
        exam_body=class_.exam_plan and class_.exam_plan.body_credit_code,
    )


def _require_not_after(day: date, today: date, policy: Policy) -> None:
    if today > day and not policy.class_late_allowed:
        raise TooLate(possible_until=day.isoformat())
