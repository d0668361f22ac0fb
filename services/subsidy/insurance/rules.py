"""Months of insurance, from the periods that lists of the insurance show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class InsuredPeriod(NamedTuple):
    """A period in which a person was insured, of a list as of a day; None is a side without a bound."""

    first_on: date | None
    last_on: date | None
    as_of: date


def insured_months(periods: Iterable[InsuredPeriod], *, until: date) -> int:
    """The calendar months of all periods together, until a day. A list shows nothing past its own day, and a period
    without a beginning shows the month of its end alone.

    Source: domain rules §4.3, paid for one year or more; that the months need not follow each other is an assumption.
    """
    months = set[int]()
    for period in periods:
        last = min(period.last_on or period.as_of, period.as_of, until)
        first = period.first_on or last
        months.update(range(_number(first), _number(last) + 1))
    return len(months)


def _number(day: date) -> int:
    return day.year * 12 + day.month
