"""Periods of whole days, months later, and the business day in China."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.kernel.refusals import Invalid

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
_SECOND_DAY = date.min + timedelta(days=1)
_LAST_DAY_BUT_ONE = date.max - timedelta(days=1)


class PeriodEndsBeforeStart(Invalid):
    """A period's last day is before its first. Facts: `first`, `last`."""

    slug = "period-ends-before-start"
    title_en = "The last day is before the first day."
    title_zh = "结束日期早于开始日期。"
    cure_en = "Enter a last day that is the first day or later, or leave it out for a period without an end."
    cure_zh = "结束日期应不早于开始日期；长期有效的可不填结束日期。"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included; without `last` it is open-ended. Raises PeriodEndsBeforeStart."""

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise PeriodEndsBeforeStart(first=self.first.isoformat(), last=self.last.isoformat())

    def contains(self, day: date) -> bool:
        """Whether `day` is one of the period's days."""
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: Period) -> bool:
        """Whether any day belongs to both; adjacent periods do not overlap."""
        return (other.last is None or self.first <= other.last) and (self.last is None or other.first <= self.last)


def day_before(day: date) -> date:
    """The day before `day`; the first day of the calendar returns itself."""
    return max(day, _SECOND_DAY) - timedelta(days=1)


def day_after(day: date) -> date:
    """The day after `day`; the last day of the calendar returns itself."""
    return min(day, _LAST_DAY_BUT_ONE) + timedelta(days=1)


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month, as in PostgreSQL."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def business_day(instant: datetime) -> date:
    """The calendar day in China at `instant`, which must have a time zone."""
    assert instant.tzinfo is not None, "an instant without a zone has no business day"
    return instant.astimezone(BUSINESS_ZONE).date()
