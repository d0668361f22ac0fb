"""How far ahead a change of a class must be reported."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from shared.kernel.periods import BUSINESS_ZONE
from shared.kernel.refusals import Conflict


class ChangeReportedTooLate(Conflict):
    """Facts: `touches_from`, the first moment that changes, and `lead_hours`."""

    slug = "change-reported-too-late"
    title_en = "The change affects days or lessons that are past or too near."
    title_zh = "变更涉及的日期或课程已过，或距开始时间不足规定的小时数。"
    cure_en = "Report changes at least {lead_hours} hours ahead; what is nearer takes place as filed."
    cure_zh = "变更须至少提前 {lead_hours} 小时报告；时间更近的课程按原报备执行。"


def begins_at(day: date) -> datetime:
    """The moment at which `day` begins where the programme does its business."""
    return datetime.combine(day, time.min, BUSINESS_ZONE)


def require_reported_before(touches_from: datetime | None, *, lead_hours: int, at: datetime) -> None:
    """Raises ChangeReportedTooLate. Source: domain rules §5.2 [18c]."""
    if touches_from is not None and touches_from - at < timedelta(hours=lead_hours):
        raise ChangeReportedTooLate(touches_from=touches_from.isoformat(), lead_hours=lead_hours)
