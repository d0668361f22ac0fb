"""Dated entries: listings, sanctions, scopes of assessment bodies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from shared.kernel.periods import Period, day_before
from shared.kernel.refusals import Conflict

E = TypeVar("E", bound="DatedEntry")


@dataclass(frozen=True, kw_only=True)
class DatedEntry:
    """Both days are inclusive; an entry that was ended before it began ends on the day before its first day."""

    id: UUID
    first_on: date
    last_on: date | None
    opened_by: str
    opened_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None
    ending_reason: str | None = None
    version: int = 1

    def stands_on(self, day: date) -> bool:
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)

    def meets(self, period: Period) -> bool:
        """Whether it holds on any day of `period`."""
        never = self.last_on is not None and self.last_on < self.first_on
        return not never and Period(self.first_on, self.last_on).overlaps(period)

    def days(self) -> dict[str, str | None]:
        """The days as facts of a refusal."""
        last = self.last_on
        return {"first_on": self.first_on.isoformat(), "last_on": None if last is None else last.isoformat()}


def overlapped(entry: E, others: Iterable[E]) -> E | None:
    """The first of `others` that holds on a day of the new `entry`. Raises PeriodEndsBeforeStart."""
    period = Period(entry.first_on, entry.last_on)
    return next((each for each in others if each.meets(period)), None)


def end(entry: E, *, from_on: date, by: str, reason: str, at: datetime, ended: type[Conflict]) -> E:
    """The next version of `entry`, whose last day is the day before `from_on`.

    Raises `ended` (facts: `last_on`) if the entry already ends before that day.
    """
    last_on = day_before(max(from_on, entry.first_on))
    if entry.last_on is not None and entry.last_on <= last_on:
        raise ended(last_on=entry.last_on.isoformat())
    return replace(entry, last_on=last_on, ended_by=by, ended_at=at, ending_reason=reason, version=entry.version + 1)
