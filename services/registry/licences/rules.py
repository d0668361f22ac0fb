"""A licence that another authority issued after a training: one person records it, an officer confirms it.

The number is neither asked for nor kept: that of a special-operations licence is the holder's identity number. An
officer finds the licence in the issuing authority's public register by the trainee's document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import GIVEN_UP, DayAhead, Enrolment, dimensions_of
from shared.contracts.registry.licences import (
    LicenceConfirmed,
    LicenceRecorded,
    LicenceRejected,
    LicenceState,
    LicenceStatus,
)
from shared.kernel.awards import AwardEvidence
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict, Invalid

F = TypeVar("F", bound=LicenceState)


class LicenceVerb(StrEnum):
    RECORD = "record"
    CONFIRM = "confirm"
    REJECT = "reject"
    REOPEN = "reopen"
    """The training turned out to be another human's, whose licence nobody has looked for yet."""


MOVES: Final[Mapping[LicenceStatus, Mapping[LicenceVerb, LicenceStatus]]] = {
    LicenceStatus.RECORDED: {
        LicenceVerb.RECORD: LicenceStatus.RECORDED,
        LicenceVerb.CONFIRM: LicenceStatus.CONFIRMED,
        LicenceVerb.REJECT: LicenceStatus.REJECTED,
    },
    # A confirmation that was a mistake is taken back by rejecting it.
    LicenceStatus.CONFIRMED: {
        LicenceVerb.REJECT: LicenceStatus.REJECTED,
        LicenceVerb.REOPEN: LicenceStatus.RECORDED,
    },
    LicenceStatus.REJECTED: {LicenceVerb.RECORD: LicenceStatus.RECORDED},
}


class NotForLicence(Conflict):
    """Facts: `award` of the class, and `level` (None for an award without one)."""

    slug = "not-for-licence"
    title_en = "The class does not lead to a licence of another authority."
    title_zh = "该班的培训结果不是其他部门核发的操作证。"
    cure_en = "Record licences only for classes that lead to one; this class leads to {award}."
    cure_zh = "仅特种作业等以操作证为培训结果的班级登记操作证；该班的培训结果为 {award}。"


class TraineeLeft(Conflict):
    slug = "trainee-left"
    title_en = "The trainee has left the class, so no licence can be recorded for this training."
    title_zh = "学员已退学或转班，不能为本次培训登记操作证。"
    cure_en = "After a transfer, record the licence with the class in which the training continued."
    cure_zh = "学员转班的，请在转入班级登记。"


class LicenceBeforeClass(Invalid):
    """Facts: `starts_on` of the class."""

    slug = "licence-before-class"
    title_en = "The licence was issued before the class began."
    title_zh = "操作证签发日期早于开班日期。"
    cure_en = "Give the day of issue, or of the renewal, on {starts_on} or later."
    cure_zh = "请填写 {starts_on} 当日或之后的签发（换证）日期。"


class LicenceEndsBeforeIssue(Invalid):
    slug = "licence-ends-before-issue"
    title_en = "The licence ends before it was issued."
    title_zh = "操作证有效期截止日期早于签发日期。"
    cure_en = "Give the last day of validity as it is printed on the licence."
    cure_zh = "请按操作证填写有效期截止日期。"


class LicenceDays(NamedTuple):
    """What is recorded of a licence: the day of its issue or renewal, and the last day of its validity."""

    issued_on: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence of one training. `region` is that of the class when it was recorded."""

    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    issued_on: date
    valid_until: date
    status: LicenceStatus
    recorded_by: str
    recorded_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    """Why it was rejected, or why its confirmation is asked for again."""
    version: int

    @property
    def id(self) -> UUID:
        return self.enrolment_id

    @property
    def days(self) -> LicenceDays:
        return LicenceDays(self.issued_on, self.valid_until)


def record(
    before: Licence | None,
    enrolment: Enrolment,
    class_: TrainingClass,
    days: LicenceDays,
    *,
    by: str,
    at: datetime,
) -> tuple[Licence, LicenceRecorded] | None:
    """The licence as recorded now, waiting for an officer; None if just this is recorded or confirmed already.

    Raises NotForLicence, TraineeLeft, DayAhead, LicenceBeforeClass, LicenceEndsBeforeIssue, and IllegalMove for other
    days of a confirmed licence.
    """
    if class_.award.evidence is not AwardEvidence.LICENCE:
        raise NotForLicence(**class_.award.codes)
    if enrolment.status in GIVEN_UP:
        raise TraineeLeft
    _require_sound(days, class_, today=business_day(at))
    if before is not None and before.days == days and before.status is not LicenceStatus.REJECTED:
        return None
    if before is not None:
        move(MOVES, before.status, LicenceVerb.RECORD)
    after = Licence(
        enrolment_id=enrolment.id,
        class_id=class_.id,
        institution_id=class_.institution_id,
        region=class_.region,
        reporting_region=class_.reporting_region,
        issued_on=days.issued_on,
        valid_until=days.valid_until,
        status=LicenceStatus.RECORDED,
        recorded_by=by,
        recorded_at=at,
        decided_by=None,
        decided_at=None,
        reason=None,
        version=1 if before is None else before.version + 1,
    )
    return after, tell(LicenceRecorded, after, enrolment, class_, at=at)


def confirm(
    licence: Licence, enrolment: Enrolment, class_: TrainingClass, *, by: str, at: datetime
) -> tuple[Licence, LicenceConfirmed]:
    """Vouch for a recorded licence. Raises IllegalMove, or SamePerson if `by` recorded it."""
    after = _decided(licence, LicenceVerb.CONFIRM, by=by, reason=None, at=at)
    require_another(by, licence.recorded_by, rule="recording and confirmation of a licence")
    return after, tell(LicenceConfirmed, after, enrolment, class_, at=at)


def reject(
    licence: Licence, enrolment: Enrolment, class_: TrainingClass, *, by: str, reason: str, at: datetime
) -> tuple[Licence, LicenceRejected]:
    """Reject a recorded licence, or take a confirmation back. Raises IllegalMove."""
    after = _decided(licence, LicenceVerb.REJECT, by=by, reason=reason, at=at)
    return after, tell(LicenceRejected, after, enrolment, class_, at=at)


def reopen(
    licence: Licence, enrolment: Enrolment, class_: TrainingClass, *, reason: str, at: datetime
) -> tuple[Licence, LicenceRecorded]:
    """Ask for a confirmation again: it was given for the document under which the training stood before.

    Raises IllegalMove.
    """
    after = replace(
        licence,
        status=move(MOVES, licence.status, LicenceVerb.REOPEN),
        decided_by=None,
        decided_at=None,
        reason=reason,
        version=licence.version + 1,
    )
    return after, tell(LicenceRecorded, after, enrolment, class_, at=at)


def tell(fact: type[F], licence: Licence, enrolment: Enrolment, class_: TrainingClass, *, at: datetime) -> F:
    """The `fact` of what `licence` is now."""
    return fact(
        subject=f"licences/{licence.enrolment_id}",
        version=licence.version,
        at=at,
        enrolment_id=licence.enrolment_id,
        class_id=licence.class_id,
        institution_id=licence.institution_id,
        person=enrolment.person,
        **dimensions_of(enrolment, class_).as_fields(),
        issued_on=licence.issued_on,
        status=licence.status,
    )


def _decided(licence: Licence, verb: LicenceVerb, *, by: str, reason: str | None, at: datetime) -> Licence:
    return replace(
        licence,
        status=move(MOVES, licence.status, verb),
        decided_by=by,
        decided_at=at,
        reason=reason,
        version=licence.version + 1,
    )


def _require_sound(days: LicenceDays, class_: TrainingClass, *, today: date) -> None:
    if days.issued_on > today:
        raise DayAhead(pointer="/issued_on", today=today.isoformat())
    if days.issued_on < class_.starts_on:
        raise LicenceBeforeClass(pointer="/issued_on", starts_on=class_.starts_on.isoformat())
    if days.valid_until < days.issued_on:
        raise LicenceEndsBeforeIssue(pointer="/valid_until")
