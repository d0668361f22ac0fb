"""Working days: Monday to Friday, but for the days that the calendar lists otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from shared.kernel.refusals import Conflict

_ONE_DAY: Final = timedelta(days=1)


class CalendarUnset(Conflict):
    """The holidays of a year are not loaded, so working days in it cannot be counted. Facts: `year`."""

    slug = "calendar-unset"
    title_en = "The public holidays of that year are not available yet."
    title_zh = "该年度的节假日安排尚未录入。"
    cure_en = "Ask the province to load the calendar of {year}."
    cure_zh = "请由省级管理人员录入 {year} 年的节假日安排。"


@dataclass(frozen=True)
class WorkingDays:
    """`listed` says of each day that is not what its weekday says whether it is worked; its years are known whole."""

    listed: Mapping[date, bool]

    @property
    def holidays(self) -> set[date]:
        """The days that are listed as not worked."""
        return {day for day, worked in self.listed.items() if not worked}

    @cached_property
    def _years(self) -> set[int]:
        return {day.year for day in self.listed}

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked. Raises CalendarUnset."""
        found = self.listed.get(day)
        if found is not None:
            return found
        if day.year not in self._years:
            raise CalendarUnset(year=day.year)
        return day.weekday() < 5

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself does not count; `day` for 0. Raises CalendarUnset."""
        while count > 0:
            day += _ONE_DAY
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and with `last`. Raises CalendarUnset."""
        days = (first + _ONE_DAY * each for each in range(1, (last - first).days + 1))
        return sum(self.is_working(day) for day in days)
