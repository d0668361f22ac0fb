"""Spot checks: after a class is completed, some trainees are asked by phone whether they were trained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry import ClassStatus, PatrolLevel, SpotCheckRecorded
from shared.kernel.refusals import Conflict, Invalid


class ClassNotOver(Conflict):
    """Facts: `state`."""

    slug = "class-not-over"
    title_en = "The class is not completed, so it cannot be spot-checked."
    title_zh = "班级结班后才能对学员进行电话抽查。"
    cure_en = "Check that this is the right class; for a running class, record a patrol instead."
    cure_zh = "进行中的班级请登记巡查，并核对班级是否填写正确。"


class SpotCheckDayWrong(Invalid):
    """Facts: `possible_from`, `possible_until`."""

    slug = "spot-check-day-wrong"
    title_en = "The day of the spot check is before the last day of the class, or in the future."
    title_zh = "抽查日期不得早于班级最后一天，也不得晚于今天。"
    cure_en = "Enter a day from {possible_from} to {possible_until}."
    cure_zh = "请填写 {possible_from} 至 {possible_until} 之间的日期。"


class MoreConfirmedThanAsked(Invalid):
    slug = "more-confirmed-than-asked"
    title_en = "The number of trainees who confirmed is larger than the number asked."
    title_zh = "确认人数多于抽查人数。"
    cure_en = "Count each trainee who was asked once; among these, count those who confirmed."
    cure_zh = "请按接通人数填写抽查人数，确认人数不得超过抽查人数。"


class WrongNumberAsked(Invalid):
    """Facts: `asked_min`, `asked_max`."""

    slug = "wrong-number-asked"
    title_en = "The number of trainees asked is larger than the class, or below the required share of it."
    title_zh = "抽查人数超过本班学员人数，或低于规定的抽查比例。"
    cure_en = "Ask at least {asked_min} and at most {asked_max} trainees of the class, and correct the number."
    cure_zh = "请抽查本班 {asked_min} 至 {asked_max} 名学员。"


@dataclass(frozen=True)
class SpotCheck:
    """What some trainees said; immutable. `trained` is the registry's count of those with a seat until the end."""

    id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    level: PatrolLevel
    local_id: str
    checked_on: date
    asked: int
    confirmed: int
    trained: int
    note: str
    done_by: str
    version: int = 1

    def same_as(self, other: SpotCheck) -> bool:
        """Whether the officer's part of `other` is the same; what the registry added is ignored."""
        return replace(other, id=self.id, level=self.level, trained=self.trained) == self


def require_possible(check: SpotCheck, class_: TrainingClass, policy: Policy, *, today: date) -> None:
    """Check that trainees of `class_` could be asked on that day, and that enough of them were.

    Raises ClassNotOver, SpotCheckDayWrong, MoreConfirmedThanAsked, WrongNumberAsked. Source: domain rules §4.5, §5.3.
    """
    if class_.status is not ClassStatus.COMPLETED:
        raise ClassNotOver(state=class_.status.value)
    if not class_.ends_on <= check.checked_on <= today:
        days = {"possible_from": class_.ends_on.isoformat(), "possible_until": today.isoformat()}
        raise SpotCheckDayWrong(pointer="/checked_on", **days)
    if check.confirmed > check.asked:
        raise MoreConfirmedThanAsked(pointer="/confirmed")
    asked_min = _whole(check.trained, policy.spotcheck_asked_share_min)
    if not asked_min <= check.asked <= check.trained:
        raise WrongNumberAsked(pointer="/asked", asked_min=asked_min, asked_max=check.trained)


def record(check: SpotCheck, class_: TrainingClass, *, at: datetime) -> SpotCheckRecorded:
    """The fact that a new spot `check` of `class_` was recorded."""
    dimensions = class_.dimensions._replace(region=check.region, reporting_region=check.reporting_region)
    return SpotCheckRecorded(
        subject=f"spot-checks/{check.id}",
        version=check.version,
        at=at,
        spot_check_id=check.id,
        class_id=check.class_id,
        institution_id=check.institution_id,
        **dimensions.as_fields(project=False),
        patrol_level=check.level,
        checked_on=check.checked_on,
        asked=check.asked,
        confirmed=check.confirmed,
        trained=check.trained,
    )


def looks_wrong(check: SpotCheck, class_: TrainingClass, *, denied_share_max: Decimal) -> Iterator[Observation]:
    """Flag: more than `denied_share_max` of those asked did not confirm that they were trained (C14)."""
    if check.asked - check.confirmed > check.asked * denied_share_max:
        facts: dict[str, Any] = {"asked": check.asked, "confirmed": check.confirmed}
        facts["denied_share_max"] = str(denied_share_max)
        yield see_class(FlagKind.TRAINING_NOT_CONFIRMED, class_, str(check.id), facts=facts)


def _whole(number: int, share: Decimal) -> int:
    # A tenth of fifteen trainees is two of them.
    return int((number * share).to_integral_value(ROUND_CEILING))
