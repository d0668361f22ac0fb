"""Marks: check-ins and check-outs of trainees, made by a device or by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.enrolments.rules.attendee import Attendee
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict, Invalid

CLOCK_DRIFT_MAX: Final = timedelta(minutes=5)
"""How far the clock of a device may be off. It is a matter of devices, not of counties, so it is not policy: one that
synchronises its clock once a day stays far below it.
"""


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Method(StrEnum):
    """How the trainee was identified."""

    DEVICE = "device"
    QR = "qr"
    """The trainee's own phone read a code."""
    FACE = "face"
    """A device compared a face, and sent only the result."""
    HAND = "hand"


class MarkFromFuture(Invalid):
    """Facts: `now`, the time here."""

    slug = "mark-from-future"
    title_en = "The time of the mark is in the future."
    title_zh = "考勤时间晚于当前时间。"
    cure_en = "Set the clock of the device (the time here is {now}), and send the mark with its real time."
    cure_zh = "请校准设备时钟（本系统时间为 {now}），并以实际时间重新上报。"


class MarkTooLate(Conflict):
    """Facts: `days_max`, the days for which marks of a day are taken."""

    slug = "mark-too-late"
    title_en = "The period in which marks of this day are taken has ended."
    title_zh = "已超过该日考勤的补报期限。"
    cure_en = (
        "Marks are taken for {days_max} days, those made by hand too. Show an officer of the region what proves the "
        "attendance, and ask them to edit the day."
    )
    cure_zh = "考勤（含人工登记）须在 {days_max} 天内上报；已超期的，请持出勤证明联系所在地区的工作人员更正当日学时。"


class MarkOutsideClass(Conflict):
    """Facts: `starts_on`, `ends_on` of the class, both included."""

    slug = "mark-outside-class"
    title_en = "The class does not run on this day."
    title_zh = "该日期不在班级的培训期内。"
    cure_en = "Check the day and the clock of the device. The class runs from {starts_on} to {ends_on}."
    cure_zh = "请核对日期和设备时钟；该班培训期为 {starts_on} 至 {ends_on}。"


class NotInTraining(Conflict):
    """Facts: `state` of the enrolment; `from_on` and `until_on`, the latest days of the training, both included."""

    slug = "not-in-training"
    title_en = "The trainee was not in training on this day."
    title_zh = "该学员当日不在培训期内。"
    cure_en = "Check the day. Attendance does not count before entry, during a deferral or after leaving."
    cure_zh = "请核对日期：入班前、休学期间和离班后不计考勤。"


class ClassTakesNoMarks(Conflict):
    """Facts: `state` of the class."""

    slug = "class-takes-no-marks"
    title_en = "The class is not running, so its attendance cannot be recorded."
    title_zh = "该班未在进行中，不能登记考勤。"
    cure_en = "If the class is approved, start it first. If it is completed, edit the day with a reason."
    cure_zh = "请先将已批准的班级开班；已结班的，请说明理由更正当日考勤。"


class TooManyDayMarks(Conflict):
    """Facts: `marks_max`."""

    slug = "too-many-day-marks"
    title_en = "The trainee already has the maximum number of marks for this day."
    title_zh = "该学员当日打卡记录已达上限。"
    cure_en = (
        "At most {marks_max} marks a day are accepted. Check whether a device sends the same mark under different ids."
    )
    cure_zh = "每名学员每天最多接收 {marks_max} 条打卡记录；请检查设备是否以不同编号重复上报。"


class UnknownSite(Invalid):
    slug = "unknown-mark-site"
    title_en = "Your institution has no site with this local_id."
    title_zh = "本机构没有此 local_id 的培训地点。"
    cure_en = "Use the local_id of one of your sites. For the site of the class, leave the field empty."
    cure_zh = "请使用本机构培训地点的 local_id；若即为班级地点，可不填。"


class Mark(NamedTuple):
    """One check-in or check-out. `matched` and `score` (0 to 100) are the result of a face comparison."""

    id: UUID
    local_id: str
    enrolment_id: UUID
    class_id: UUID
    day: date
    at: datetime
    direction: Direction
    method: Method
    device: str | None
    site_id: UUID | None
    score: int | None
    matched: bool | None
    """Whether the device matched the faces; `face` marks only."""
    marked_by: str | None
    """Who recorded it, if it was made by hand."""
    counts: bool
    """Whether it shows that the trainee was present; a failed face comparison does not."""

    def says_the_same(self, other: Mark) -> bool:
        """Whether `other` has the same content; who sent it does not matter."""
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        how = (self.method, self.device, self.score, self.matched)
        return (self.enrolment_id, self.at, self.direction, self.site_id, *how)


def shows_presence(*, matched: bool | None, score: int | None, policy: Policy) -> bool:
    """Whether a face comparison shows presence: the device matched the faces, and the score, if any, is high enough.

    True for marks without a comparison.
    """
    return matched is not False and (score is None or score >= policy.attendance_face_score_min)


def admit(mark: Mark, attendee: Attendee, *, policy: Policy, now: datetime) -> None:
    """Raises ClassTakesNoMarks, MarkOutsideClass, NotInTraining, MarkFromFuture, MarkTooLate.

    Marks arrive within the days in which an institution may edit the day: later, only an officer changes its hours.
    """
    if attendee.class_status is not ClassStatus.RUNNING:
        raise ClassTakesNoMarks(state=attendee.class_status)
    require_day(mark.day, attendee, pointer="/at")
    if mark.at > now + CLOCK_DRIFT_MAX:
        raise MarkFromFuture(pointer="/at", now=now.isoformat(timespec="seconds"))
    days_max = policy.attendance_edit_days_max
    # Nearly every mark is younger than that by the hour, whatever the day is.
    if now - mark.at > timedelta(days_max) and (business_day(now) - mark.day).days > days_max:
        raise MarkTooLate(pointer="/at", days_max=days_max)


def require_day(day: date, attendee: Attendee, *, pointer: str) -> None:
    """Checks that the trainee was in training on `day`; later changes of the training do not matter.

    Raises MarkOutsideClass, NotInTraining.
    """
    if not attendee.starts_on <= day <= attendee.ends_on:
        starts_on, ends_on = attendee.starts_on.isoformat(), attendee.ends_on.isoformat()
        raise MarkOutsideClass(pointer=pointer, starts_on=starts_on, ends_on=ends_on)
    if not any(first <= day <= last for first, last in attendee.spans):
        first, last = max(attendee.spans)
        raise NotInTraining(
            pointer=pointer, state=attendee.status, from_on=first.isoformat(), until_on=last.isoformat()
        )
