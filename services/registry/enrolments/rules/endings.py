"""Where the days of a training end early: never before they began, and never before a day that attendance counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from shared.kernel.refusals import Conflict, Invalid

_ONE_DAY: Final = timedelta(days=1)


class EndsBeforeItBegan(Invalid):
    """Facts: `first_on`, the first day of the training as it goes now."""

    slug = "ends-before-it-began"
    title_en = "The training cannot end before it began."
    title_zh = "退学、休学日期不能早于该学员的培训开始日期。"
    cure_en = (
        "The first day without training is {first_on} or later; {first_on} itself if there was no training at all."
    )
    cure_zh = "停止培训的首日不得早于 {first_on}；从未参加培训的，填写 {first_on}。"


class EndsBeforeAttendance(Conflict):
    """Facts: `attended_on`, the last day that attendance counts hours for."""

    slug = "ends-before-attendance"
    title_en = "Attendance counts hours for this trainee on that day or later, so the training did not end before."
    title_zh = "该学员在所填日期或之后仍有计入学时的考勤，培训不能在此之前结束。"
    cure_en = (
        "Give a day after {attended_on} (once it has come). If that attendance is wrong, edit the day to 0 hours first."
    )
    cure_zh = "请填写 {attended_on} 之后的日期（到期后办理）；若该考勤有误，请先将当日学时更正为 0。"
    check = "C04"


def last_day(days: tuple[date, date], *, on: date, attended_on: date | None, today: date) -> date:
    """The last of the `days`, both ends included, that is left when `on` is the first one without training.

    It lies before the first if none is left. `attended_on` is the last day that attendance counts hours for, if it
    counts any. A training that is still to begin can be given up today.

    Raises EndsBeforeItBegan, EndsBeforeAttendance (C04: what was trained stays taken).
    """
    from_on, until_on = days
    if on < min(from_on, today):
        raise EndsBeforeItBegan(pointer="/on", first_on=from_on.isoformat())
    if attended_on is not None and on <= attended_on:
        raise EndsBeforeAttendance(pointer="/on", attended_on=attended_on.isoformat())
    return min(until_on, on - _ONE_DAY)
