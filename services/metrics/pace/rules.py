"""Pace and forecast: by how much of a year's work is usually done on a day.

The method, as it is published in every answer. `last-year`: the share of the year before that had been reached on the
same day, over the whole province. `linear`: the share of the year's days that have passed, where the year before is
not known. Expected is the target times the share; the forecast for 31 December is what was reached, divided by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

SHAPE_MIN: Final = 1_000
"""A year before with less than this has no shape of its own."""
BEHIND_PERCENT: Final = 5
"""What is behind by more than this many percent of what was expected is an alert (an assumption)."""


class Method(StrEnum):
    LAST_YEAR = "last-year"
    LINEAR = "linear"


@dataclass(frozen=True)
class Shape:
    """The share of a year that is done at the end of each of its days, from 0 to 1."""

    year: int
    method: Method
    shares: Mapping[date, Decimal]

    def on(self, day: date) -> Decimal:
        """The share at the end of `day`: 0 before the year, 1 after it."""
        if day.year != self.year:
            return Decimal(day.year > self.year)
        return self.shares[day]


@dataclass(frozen=True)
class Pace:
    """How far `key` is on a day. None: it has no target, or nothing can be said yet."""

    key: str
    target: int | None
    done: int
    percent: Decimal | None
    expected: int | None
    behind_by: int | None
    """How much less than expected; 0 if it keeps up."""
    behind_since: date | None
    """The first of the days, without a break until now, at whose end it was behind."""
    forecast: int | None
    forecast_percent: Decimal | None
    alert: bool


def shape(year: int, last_year: Mapping[date, int]) -> Shape:
    """The shape of `year`, from what was reached on each day of the year before."""
    days = [date(year, 1, 1) + timedelta(days=count) for count in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    total = sum(last_year.values())
    if total < SHAPE_MIN or min(last_year.values()) < 0:
        return Shape(year, Method.LINEAR, {day: Decimal(count) / len(days) for count, day in enumerate(days, 1)})
    shares, reached = {}, 0
    left = sorted(last_year.items())
    for day in days:
        # 29 February and 28 February of another year are the end of the same month.
        until = _same_day(day, year - 1)
        while left and left[0][0] <= until:
            reached += left.pop(0)[1]
        shares[day] = Decimal(reached) / total
    return Shape(year, Method.LAST_YEAR, shares)


def _same_day(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def pace(key: str, target: int | None, reached: Mapping[date, int], shape: Shape, *, day: date) -> Pace:
    """How far `key` is at the end of `day`; `reached` is what was reached on each day."""
    done = sum(amount for on, amount in reached.items() if on <= day)
    share = shape.on(day)
    forecast = _whole(done / share) if share else None
    if target is None:
        return Pace(key, None, done, None, None, None, None, forecast, None, alert=False)
    expected = _whole(target * share)
    behind_by = max(0, expected - done)
    return Pace(
        key=key,
        target=target,
        done=done,
        percent=_percent(done, target),
        expected=expected,
        behind_by=behind_by,
        behind_since=_since(target, reached, shape, day=day) if behind_by else None,
        forecast=forecast,
        forecast_percent=None if forecast is None else _percent(forecast, target),
        alert=behind_by * 100 > expected * BEHIND_PERCENT,
    )


def _since(target: int, reached: Mapping[date, int], shape: Shape, *, day: date) -> date | None:
    first, last = date(shape.year, 1, 1), min(day, date(shape.year, 12, 31))
    done = sum(amount for on, amount in reached.items() if on < first)
    since = None
    for count in range((last - first).days + 1):
        on = first + timedelta(days=count)
        done += reached.get(on, 0)
        if done >= _whole(target * shape.on(on)):
            since = None
        elif since is None:
            since = on
    return since


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _percent(done: int, target: int) -> Decimal | None:
    return (Decimal(done) * 100 / target).quantize(Decimal("0.1"), ROUND_HALF_UP) if target else None
