"""Which days have figures as they were known, and whether those are final."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from shared.kernel.refusals import Invalid


class DayNotKnown(Invalid):
    """Facts: `first_day`, `last_day`."""

    slug = "day-not-known"
    title_en = "Figures as known on that day are not kept."
    title_zh = "没有保存该日所知的数据。"
    cure_en = "Ask for a day from {first_day} to {last_day}; the last one is today and not final."
    cure_zh = "请选择 {first_day} 至 {last_day} 之间的日期；最后一天为今天，尚未定稿。"


class Closing(NamedTuple):
    """What was known when a day had ended, taken at that time."""

    day: date
    taken_at: datetime


class Known(NamedTuple):
    """On which day the figures of an answer were known; while the day has no closing they may still change."""

    on: date
    taken_at: datetime | None
    is_final: bool


def known(day: date, closing: Closing | None, *, closed: tuple[date, date] | None, today: date) -> Known:
    """How figures as known on `day` stand; `closing` is that of the day, `closed` the first and the last day with one.

    Raises DayNotKnown for a day to come, and for one before the first closing.
    """
    first = today if closed is None else closed[0]
    if not first <= day <= today:
        raise DayNotKnown(pointer="/known_on", first_day=first, last_day=today)
    return Known(day, None, is_final=False) if closing is None else Known(day, closing.taken_at, is_final=True)


def to_close(last_closed: date | None, *, today: date) -> Iterator[date]:
    """The days that have ended without a closing: without any closing, yesterday alone."""
    day = today - timedelta(days=1) if last_closed is None else last_closed + timedelta(days=1)
    while day < today:
        yield day
        day += timedelta(days=1)
