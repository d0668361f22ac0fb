"""The days of the calendar: rows of policy that say of one day whether it is worked, and their facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from services.registry.plan.rules.policy import CALENDAR_KEY, PolicyRow
from shared.contracts.registry.plan import CalendarDayListed
from shared.dated_rules.rules import holding, known


def is_day(row: PolicyRow) -> bool:
    return row.key == CALENDAR_KEY


def listed(approved: Iterable[PolicyRow], rows: Sequence[PolicyRow], *, at: datetime) -> Iterator[CalendarDayListed]:
    """The facts of the days that `approved` are about, by all `rows`. A day whose row was ended is as its weekday."""
    of_calendar = [row for row in known(rows) if is_day(row)]
    for day in sorted({row.validity.first for row in approved if is_day(row)}):
        row = next(iter(holding(of_calendar, on=day).values()), None)
        yield CalendarDayListed(
            subject=f"calendar/{day}",
            version=sum(each.validity.first == day for each in of_calendar),
            at=at,
            day=day,
            working=day.weekday() < 5 if row is None else row.value == "yes",
            name_zh="" if row is None else row.note or "",
        )
