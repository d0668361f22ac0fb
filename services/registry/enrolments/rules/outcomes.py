"""Outcomes: what completes a training, who may set its hours, when a class can be concluded by attendance (C14)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.faults import TooEarly
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.periods import BUSINESS_ZONE, business_day
from shared.kernel.refusals import Conflict, Invalid

CHECK: Final = "C14"
CONCLUDED: Final = frozenset({EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED})


class MoreHoursThanAttended(Invalid):
    """Facts: `hours_max`, the hours that attendance counts."""

    slug = "more-hours-than-attended"
    title_en = "The attendance of the class shows fewer hours for this trainee."
    title_zh = "填报学时多于考勤记录的学时。"
    cure_en = "Post at most {hours_max} hours. If the attendance is wrong, first edit the day with a reason."
    cure_zh = "填报学时不得超过 {hours_max}；若考勤有误，请先说明理由更正当日考勤。"
    check = CHECK


class HoursComeFromMarks(Conflict):
    """Facts: `conclusion`, the path to conclude the class by its attendance."""

    slug = "hours-come-from-marks"
    title_en = "The hours of this class come from its attendance and cannot be posted."
    title_zh = "该班学时以考勤记录为准，不能自行填报。"
    cure_en = "Send the missing marks, then conclude the class by its attendance."
    cure_zh = "请补报缺少的考勤记录，再按考勤办理结业。"
    reference = "POST {conclusion}"
    check = CHECK


class LessonsToCome(Conflict):
    """Facts: `ends_at`, when the last lesson ends."""

    slug = "lessons-to-come"
    title_en = "The last lesson of the class is not over yet."
    title_zh = "该班最后一节课尚未结束。"
    cure_en = "Conclude the class after {ends_at}, when all marks have been sent."
    cure_zh = "请在 {ends_at} 之后、考勤记录齐全时办理结业。"


class NoAttendance(Conflict):
    """Facts: `outcomes`, the path to post hours to."""

    slug = "no-attendance"
    title_en = "This class has no attendance records to base its outcomes on."
    title_zh = "该班没有考勤记录，无法据此办理结业。"
    cure_en = "Send the marks of the class, or post the hours of its trainees."
    cure_zh = "请上报该班考勤记录，或填报学员学时。"
    reference = "POST {outcomes}"


class Miss(StrEnum):
    """A condition for completion that a training did not meet."""

    FEW_HOURS = "few-hours"
    """The minimum hours of the project."""
    LOW_SHARE = "low-share"
    """The minimum share of the class's hours."""


class HoursBounds(NamedTuple):
    """The hours of a class, and those of the timetable that stands (`planned`; None without a timetable)."""

    class_hours: int
    planned: int | None = None


class Attended(NamedTuple):
    """Class hours by attendance: of the class itself (`here`), and carried over from the classes that the trainee was
    transferred from, which teach the same."""

    here: int = 0
    carried: int = 0

    def counted(self, bounds: HoursBounds) -> int:
        """The hours that an outcome counts: those here up to the timetable's, with those carried over, up to the
        class's."""
        here = self.here if bounds.planned is None else min(self.here, bounds.planned)
        return min(here + self.carried, bounds.class_hours)


class CompletionThresholds(NamedTuple):
    """What completes a training: a minimum share of the class's hours, and a minimum number of class hours."""

    share_min: Decimal
    hours_min: int


def missed(hours: int, *, class_hours: int, share_min: Decimal, hours_min: int) -> list[Miss]:
    """The conditions that `hours` do not meet; empty if they complete the training. Source: domain rules §5.2."""
    few, low = hours < hours_min, hours < class_hours * share_min
    return [Miss.FEW_HOURS] * few + [Miss.LOW_SHARE] * low


def require_posting(policy: Policy, *, class_id: UUID) -> None:
    """Raises HoursComeFromMarks if policy does not allow institutions to post hours."""
    if policy.attendance_marks_required:
        raise HoursComeFromMarks(conclusion=f"/v1/classes/{class_id}/conclusion")


def require_attended(hours: int, *, attended: int) -> None:
    """Raises MoreHoursThanAttended if `hours` exceed the attendance of a class that keeps it."""
    if hours > attended:
        raise MoreHoursThanAttended(pointer="/hours", hours_max=attended)


def hours_after(hours: int, *, before: int, after: int, policy: Policy) -> int:
    """The hours of an outcome with `hours` after attendance changed from `before` to `after` counted class hours.

    Hours that came from attendance follow it. Posted hours above the old attendance stay as posted; posted hours below
    it stay unless attendance drops below them. If policy requires marks, only attendance counts.
    """
    if policy.attendance_marks_required or hours == before:
        return after
    return hours if hours > before else min(hours, after)


def require_conclusion(
    class_: TrainingClass, policy: Policy, *, is_kept: bool, lessons_end: datetime | None, at: datetime
) -> None:
    """Checks that a class can be concluded by attendance; `lessons_end` is the end of its last planned lesson, if any.

    Raises TooEarly before the last day of the class (without a timetable: before the day after it), and LessonsToCome.
    Raises NoAttendance for a class that keeps none and does not have to: its hours are posted, and concluding it would
    fail every trainee.
    """
    possible_from = class_.ends_on if lessons_end else class_.ends_on + timedelta(days=1)
    if business_day(at) < possible_from:
        raise TooEarly(possible_from=possible_from.isoformat())
    if lessons_end and at < lessons_end:
        raise LessonsToCome(ends_at=lessons_end.astimezone(BUSINESS_ZONE).isoformat())
    if not is_kept and not policy.attendance_marks_required:
        raise NoAttendance(outcomes=f"/v1/classes/{class_.id}/outcomes")
