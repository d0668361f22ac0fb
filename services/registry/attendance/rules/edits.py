"""Edits of attendance: a day's hours set by hand, signed with a reason, and the flags that this raises (C14, C20)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.registry.attendance.rules.flags import see_class_of, see_trainee
from services.registry.attendance.rules.hours import DayHours, Total, describe, hours_by_marks, sum_up
from services.registry.attendance.rules.marks import ClassTakesNoMarks
from services.registry.enrolments.rules.attendee import Attendee
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from shared.contracts.registry.attendance import AttendanceEdited
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.refusals import Conflict, Invalid


class TooManyDayHours(Invalid):
    """Facts: `hours_max`."""

    slug = "too-many-day-hours"
    title_en = "This is more than the class hours that can count for one day."
    title_zh = "超过单日可计学时上限。"
    cure_en = (
        "Give at most {hours_max} class hours of 45 minutes. In a class with a timetable, a day counts no more than "
        "its lessons."
    )
    cure_zh = "单日最多填写 {hours_max} 学时（每学时45分钟）；有课程表的班级，不得超过当日课程的学时。"


class EditTooLate(Conflict):
    """Facts: `days_max`, the days in which an institution can edit."""

    slug = "attendance-edit-too-late"
    title_en = "The period in which an institution can edit this day has ended."
    title_zh = "已超过机构自行更正考勤的期限。"
    cure_en = "Institutions can edit a day for {days_max} days. Ask an officer of the region to edit this one."
    cure_zh = "机构可在 {days_max} 天内自行更正；请联系所在地区的工作人员办理。"


class DayToCome(Invalid):
    slug = "attendance-day-to-come"
    title_en = "This day is in the future."
    title_zh = "该日期尚未到来。"
    cure_en = "Edit today or an earlier day."
    cure_zh = "只能更正当日或以前的考勤。"


@dataclass(frozen=True, slots=True)
class Edit:
    """A day's hours set by hand: an event stored beside the marks, which do not change."""

    id: UUID
    enrolment_id: UUID
    day: date
    hours_before: int
    hours_after: int
    reason: str
    signed_by: str
    signed_at: datetime
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str


def edit(
    attendee: Attendee, day: DayHours, total: Total, *, signed: Edit, hours_max: int
) -> tuple[DayHours, Total, AttendanceEdited]:
    """The day as `signed` sets it, the new total and the fact. Raises TooManyDayHours.

    Later marks for that day do not undo the edit.
    """
    if signed.hours_after > hours_max:
        raise TooManyDayHours(pointer="/hours", hours_max=hours_max)
    after = day._replace(hours=signed.hours_after, edited=True, signed=signed.hours_after)
    summed = sum_up(total, [(day, after)])
    # An edit that confirms the hours is published too: from now on marks do not change them.
    summed = summed._replace(version=total.version + 1)
    return after, summed, describe(AttendanceEdited, attendee, summed, after, at=signed.signed_at)


def require_held(attendee: Attendee) -> None:
    """Raises ClassTakesNoMarks unless the class is running or completed."""
    if attendee.class_status not in (ClassStatus.RUNNING, ClassStatus.COMPLETED):
        raise ClassTakesNoMarks(state=attendee.class_status)


def require_in_time(day: date, *, today: date, days_max: int | None) -> None:
    """Raises DayToCome, or EditTooLate for an institution (`days_max` None: an officer, who has no limit)."""
    if day > today:
        raise DayToCome(pointer="/day")
    if days_max is not None and (today - day).days > days_max:
        raise EditTooLate(pointer="/day", days_max=days_max)


def without_marks(signed: Edit, before: DayHours, attendee: Attendee, *, hours_max: int) -> Iterator[Observation]:
    """Hours set by an institution above those of the day's marks (C14): a claim waits for the flag."""
    by_marks = hours_by_marks(before, hours_max=hours_max)
    if signed.hours_after > by_marks:
        seen = f"{signed.enrolment_id}/{signed.day}/{signed.hours_after}"
        facts = {"day": signed.day.isoformat(), "hours": signed.hours_after, "hours_by_marks": by_marks}
        yield see_trainee(FlagKind.HOURS_WITHOUT_MARKS, attendee, seen, **facts)


def on_a_holiday(signed: Edit, attendee: Attendee, *, holidays: Collection[date]) -> Iterator[Observation]:
    """Hours set for a public holiday: the same flag as for marks on a holiday (C20)."""
    if signed.hours_after and signed.day in holidays:
        yield see_class_of(FlagKind.ON_A_HOLIDAY, attendee, f"{signed.day}", day=signed.day.isoformat())
