"""Patrols: an officer visited a running class and counted the trainees present, compared with those enrolled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.supervision import PatrolLevel, PatrolMethod, PatrolRecorded
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.periods import BUSINESS_ZONE, Period, business_day
from shared.kernel.refusals import Conflict, Invalid
from shared.plan import Plan

COVERED_DAYS_MAX: Final = 366
"""Coverage is computed for at most a year, so that an answer stays within the time limit of a request."""

_ONE_DAY: Final = timedelta(days=1)
_OPENED: Final = (ClassStatus.RUNNING, ClassStatus.COMPLETED)


class ClassNotPatrolled(Conflict):
    """Facts: `state`."""

    slug = "class-not-patrolled"
    title_en = "The class has not begun, so it cannot be patrolled."
    title_zh = "只能登记对已开班班级的巡查。"
    cure_en = "Check that this is the right class; a patrol can be recorded for a running or completed class."
    cure_zh = "请选择进行中或已结班的班级登记巡查，并核对班级是否填写正确。"


class PatrolAhead(Invalid):
    slug = "patrol-ahead"
    title_en = "The time of the patrol is in the future."
    title_zh = "巡查时间晚于当前时间。"
    cure_en = "Record a patrol after it has taken place; check the time and its time zone."
    cure_zh = "请在巡查完成后登记，并核对时间和时区。"


class PatrolOutsideClass(Invalid):
    """Facts: `first_on`, `last_on` of the class."""

    slug = "patrol-outside-class"
    title_en = "The class did not run on the day of the patrol."
    title_zh = "巡查日期不在该班培训期内。"
    cure_en = "Enter a time from {first_on} to {last_on}, and check that this is the right class."
    cure_zh = "巡查时间应在 {first_on} 至 {last_on} 之间，并请核对班级。"


class CoverageTooLong(Invalid):
    """Facts: `days_max`."""

    slug = "coverage-too-long"
    title_en = "The period is longer than one answer can cover."
    title_zh = "查询的日期范围过长。"
    cure_en = "Request at most {days_max} days at once."
    cure_zh = "一次最多查询 {days_max} 天。"


@dataclass(frozen=True)
class Patrol:
    """What one patrol saw; immutable. `enrolled` is the registry's count of trainings that included that day."""

    id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    level: PatrolLevel
    method: PatrolMethod
    local_id: str
    patrolled_at: datetime
    present: int
    enrolled: int
    note: str
    done_by: str
    version: int = 1

    def same_as(self, other: Patrol) -> bool:
        """Whether the officer's part of `other` is the same; what the registry added is ignored."""
        return replace(other, id=self.id, level=self.level, enrolled=self.enrolled) == self


class Area(StrEnum):
    """The unit of coverage: each reporting region as a whole, or each county."""

    REPORTING_REGION = "reporting_region"
    REGION = "region"


class ClassesRun(NamedTuple):
    """How many classes of an area ran on some days, and how many of these each level patrolled.

    `region` is None for a reporting region as a whole.
    """

    reporting_region: str
    classes: int
    patrolled: Mapping[PatrolLevel, int]
    region: str | None = None


class Coverage(NamedTuple):
    """What one level patrolled and what it had to; `share` is a fraction of 1."""

    level: PatrolLevel
    patrolled: int
    share: Decimal
    needed: int

    @property
    def is_met(self) -> bool:
        return self.patrolled >= self.needed


def level_of(plan: Plan, caller: Caller) -> PatrolLevel:
    """The level at which `caller` patrols: by role, then by what the caller's region is. Raises ForeignRegion."""
    if caller.role is Role.PROVINCE:
        return PatrolLevel.PROVINCE
    region = plan.regions.get(caller.region or "")
    if region is None:
        raise ForeignRegion
    reporting_region = region.on(caller.today).reporting_region
    if reporting_region is None:
        return PatrolLevel.PROVINCE
    return PatrolLevel.CITY if reporting_region == region.code else PatrolLevel.COUNTY


def require_possible(class_: TrainingClass, patrolled_at: datetime, *, at: datetime) -> None:
    """Check that `class_` could be patrolled at that time; it may have been completed since.

    Raises ClassNotPatrolled, PatrolAhead, PatrolOutsideClass.
    """
    if class_.status not in _OPENED:
        raise ClassNotPatrolled(state=class_.status.value)
    if patrolled_at > at:
        raise PatrolAhead(pointer="/patrolled_at")
    # Instants are compared, not days: an instant at the edge of the calendar has no day in the business zone.
    begin = datetime.combine(class_.starts_on, time.min, BUSINESS_ZONE)
    end = datetime.combine(class_.ends_on + _ONE_DAY, time.min, BUSINESS_ZONE)
    if not begin <= patrolled_at < end:
        days = {"first_on": class_.starts_on.isoformat(), "last_on": class_.ends_on.isoformat()}
        raise PatrolOutsideClass(pointer="/patrolled_at", **days)


def counted(patrol: Patrol, *, enrolled: int) -> Patrol:
    """`patrol` with the number of trainees whose training included that day, and its time in UTC."""
    return replace(patrol, enrolled=enrolled, patrolled_at=patrol.patrolled_at.astimezone(UTC))


def record(patrol: Patrol, class_: TrainingClass, *, findings: int, at: datetime) -> PatrolRecorded:
    """The fact that a new `patrol` of `class_` was recorded, with the number of findings."""
    dimensions = class_.dimensions._replace(region=patrol.region, reporting_region=patrol.reporting_region)
    return PatrolRecorded(
        subject=f"patrols/{patrol.id}",
        version=patrol.version,
        at=at,
        patrol_id=patrol.id,
        class_id=patrol.class_id,
        institution_id=patrol.institution_id,
        patrol_level=patrol.level,
        method=patrol.method,
        patrolled_on=business_day(patrol.patrolled_at),
        present=patrol.present,
        enrolled=patrol.enrolled,
        findings=findings,
        **dimensions.as_fields(project=False),
    )


def looks_wrong(patrol: Patrol, class_: TrainingClass, *, share_min: Decimal) -> Iterator[Observation]:
    """Flags: more present than enrolled, perhaps of another class (C24); fewer than `share_min` of them (C14).

    Source: domain rules §4.6, §5.3.
    """
    counted: dict[str, Any] = {"present": patrol.present, "enrolled": patrol.enrolled}
    if patrol.present > patrol.enrolled:
        yield see_class(FlagKind.MORE_PRESENT_THAN_ENROLLED, class_, f"{patrol.id}", facts=counted)
    elif patrol.present < patrol.enrolled * share_min:
        facts = counted | {"share_min": str(share_min)}
        yield see_class(FlagKind.FEW_PRESENT, class_, f"{patrol.id}", facts=facts)


def looks_marked(
    patrol: Patrol, class_: TrainingClass, *, marked: int, tolerance_share: Decimal
) -> Iterator[Observation]:
    """Flag: the patrol met fewer trainees than attendance marks show (`marked`), by more than `tolerance_share` (C14).

    The tolerance is rounded up to whole trainees, so that one trainee may be absent for a moment in a small class.
    Source: domain rules §5.3; the share is an assumption.
    """
    if marked - patrol.present > _whole(marked, tolerance_share):
        facts = {"present": patrol.present, "marked": marked, "tolerance_share": str(tolerance_share)}
        yield see_class(FlagKind.MARKED_NOT_PRESENT, class_, f"{patrol.id}", facts=facts)


def coverage(ran: ClassesRun, policy: Policy) -> list[Coverage]:
    """What each level patrolled of the classes that `ran`, and the share it has to. Source: domain rules §5.3."""
    shares = {
        PatrolLevel.COUNTY: policy.patrol_county_share,
        PatrolLevel.CITY: policy.patrol_city_share,
        PatrolLevel.PROVINCE: policy.patrol_province_share,
    }
    return [
        Coverage(level, ran.patrolled.get(level, 0), share, _whole(ran.classes, share))
        for level, share in shares.items()
    ]


def require_coverable(period: Period) -> None:
    """Check the number of days. Raises CoverageTooLong."""
    if period.last is None or (period.last - period.first).days >= COVERED_DAYS_MAX:
        raise CoverageTooLong(pointer="/last_on", days_max=COVERED_DAYS_MAX)


def _whole(number: int, share: Decimal) -> int:
    # One class in a hundred of three is one class.
    return int((number * share).to_integral_value(ROUND_CEILING))
