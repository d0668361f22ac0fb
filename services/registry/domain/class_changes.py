"""Changes of a class after its approval: reported before the lessons and days that they touch."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from services.registry.domain.classes import TrainingClass
from services.registry.domain.enrolments import Enrolment
from shared.contracts.registry import ClassStatus
from shared.kernel.periods import BUSINESS_ZONE
from shared.kernel.refusals import Conflict

_ONE_DAY = timedelta(days=1)


class ChangeReportedTooLate(Conflict):
    """Facts: `touches_from`, the first moment that would be another, and `lead_hours`."""

    slug = "change-reported-too-late"
    title_en = "The change touches days or lessons that have passed or are too near."
    title_zh = "变更涉及的日期或课程已过，或距开始时间不足规定的小时数。"
    cure_en = "Report it `lead_hours` hours ahead of what it touches; what is nearer takes place as it was filed."
    cure_zh = "变更须至少提前 `lead_hours` 小时报告；时间更近的课程按原报备执行。"


class ClassHasStarted(Conflict):
    """Facts: `starts_on`."""

    slug = "class-has-started"
    title_en = "The class is running, so its first day cannot become another."
    title_zh = "班级已经开班，不能再变更开班日期。"
    cure_en = "Leave `starts_on` out; other terms can still be changed."
    cure_zh = "请不要填写 `starts_on`；其他事项仍可变更。"


class ChangeOverlaps(Conflict):
    """Facts: `trainees`, how many would be in two classes on one day."""

    slug = "change-overlaps"
    title_en = "On the new days, trainees of the class would be in another class at the same time."
    title_zh = "按变更后的日期，部分学员将同时参加其他培训班。"
    cure_en = "Choose days on which none of the `trainees` trainees is in another class, or withdraw or transfer them."
    cure_zh = "请另选日期，避免 `trainees` 名学员培训时间重叠；或先为其办理退学、转班。"
    check = "C04"


def first_day_touched(before: TrainingClass, after: TrainingClass) -> date | None:
    """The first day of training that is another in `after`; None if none is.

    A class that has not started touches no day before its new first one: what was to begin and did not can be put off.
    Seats and the examination touch no day, nor does another site of a running class: its lessons say from when on they
    are held elsewhere. Raises ClassHasStarted.
    """
    touched = []
    if before.starts_on != after.starts_on:
        if before.status is ClassStatus.RUNNING:
            raise ClassHasStarted(pointer="/starts_on", starts_on=before.starts_on.isoformat())
        touched.append(after.starts_on)
    if before.ends_on != after.ends_on:
        touched.append(max(after.starts_on, min(before.ends_on, after.ends_on) + _ONE_DAY))
    if before.site_id != after.site_id and before.status is not ClassStatus.RUNNING:
        touched.append(after.starts_on)
    return min(touched, default=None)


def begins_at(day: date) -> datetime:
    """The moment at which `day` begins where the programme does its business."""
    return datetime.combine(day, time.min, BUSINESS_ZONE)


def require_reported_before(touches_from: datetime | None, *, lead_hours: int, at: datetime) -> None:
    """Raises ChangeReportedTooLate. Source: domain rules §5.2 [18c]."""
    if touches_from is not None and touches_from - at < timedelta(hours=lead_hours):
        raise ChangeReportedTooLate(touches_from=touches_from.isoformat(), lead_hours=lead_hours)


def days_of(enrolment: Enrolment, before: TrainingClass, after: TrainingClass) -> tuple[date, date]:
    """First and last day of a trainee's training when its class goes from `before` to `after`.

    Who came with the class begins with it, who came later does not begin earlier than that; the end likewise.
    """
    from_on = after.starts_on
    if enrolment.from_on > before.starts_on:
        from_on = max(enrolment.from_on, after.starts_on)
    until_on = after.ends_on
    if enrolment.until_on < before.ends_on:
        until_on = min(enrolment.until_on, after.ends_on)
    return min(from_on, until_on), until_on
