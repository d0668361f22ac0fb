"""Early ends of a training: not before its first day, and not on or before a day with attendance hours."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from shared.kernel.refusals import Conflict, Invalid

_ONE_DAY: Final = timedelta(days=1)


class EndsBeforeItBegan(Invalid):
    """Facts: `first_on`, the first day of the current training period."""

    slug = "ends-before-it-began"
    title_en = "The training cannot end before it began."
    title_zh = "退学、休学日期不能早于该学员的培训开始日期。"
    cure_en = (
        "Give {first_on} or a later day as the first day without training. If there was no training at all, give "
        "{first_on}."
    )
    cure_zh = "停止培训的首日不得早于 {first_on}；从未参加培训的，填写 {first_on}。"


class EndsBeforeAttendance(Conflict):
    """Facts: `attended_on`, the last day with attendance hours."""

    slug = "ends-before-attendance"
    title_en = "The trainee has attendance hours on or after this day, so the training did not end before it."
    title_zh = "该学员在所填日期或之后仍有计入学时的考勤，培训不能在此之前结束。"
    cure_en = (
        "Give a day after {attended_on}, once that day has come. If the attendance is wrong, first edit the day to 0 "
        "hours."
    )
    cure_zh = "请填写 {attended_on} 之后的日期（到期后办理）；若该考勤有误，请先将当日学时更正为 0。"
    check = "C04"


def last_day(days: tuple[date, date], *, on: date, attended_on: date | None, today: date) -> date:
    """The last training day of `days` (both ends included) when `on` is the first day without training.

    It is before the first day if no day is left. `attended_on` is the last day with attendance hours, if any. A
    training that has not begun can be given up today.

    Raises EndsBeforeItBegan, EndsBeforeAttendance (C04: days that were attended stay occupied).
    """
    from_on, until_on = days
    if on < min(from_on, today):
        raise EndsBeforeItBegan(pointer="/on", first_on=from_on.isoformat())
    if attended_on is not None and on <= attended_on:
        raise EndsBeforeAttendance(pointer="/on", attended_on=attended_on.isoformat())
    return min(until_on, on - _ONE_DAY)
