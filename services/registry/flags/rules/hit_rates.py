"""Hit rates: how many of the flags that a rule raised were upheld, and what is shown where these are few."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from services.registry.flags.rules.kinds import FlagKind
from shared.kernel.periods import Period
from shared.kernel.refusals import Invalid

DAYS_MAX: Final = 366


class RatesTooLong(Invalid):
    """Facts: `days_max`."""

    slug = "flag-rates-too-long"
    title_en = "The period is longer than one answer can cover."
    title_zh = "查询的日期范围过长。"
    cure_en = "Request at most {days_max} days at once."
    cure_zh = "一次最多查询 {days_max} 天。"


class Counts(NamedTuple):
    """The flags of one kind that were raised in a period, by what became of them; `overdue` are some of the `open`.

    `of_people`: some of them concern a person.
    """

    kind: FlagKind
    raised: int
    upheld: int
    dismissed: int
    open: int
    overdue: int
    of_people: bool


class HitRate(NamedTuple):
    """What is shown of a kind; a suppressed one shows no count. `upheld_permille` is of the settled, rounded down."""

    kind: FlagKind
    suppressed: bool
    raised: int | None = None
    upheld: int | None = None
    dismissed: int | None = None
    open: int | None = None
    overdue: int | None = None
    upheld_permille: int | None = None


def require_days(first_on: date, last_on: date) -> None:
    """Raises PeriodEndsBeforeStart, RatesTooLong."""
    Period(first_on, last_on)
    if last_on - first_on >= timedelta(days=DAYS_MAX):
        raise RatesTooLong(pointer="/query/last_on", days_max=DAYS_MAX)


def hit_rate(counts: Counts, *, size_min: int) -> HitRate:
    """The rate of `counts`. Where people could be recognised in fewer than `size_min` flags, it is suppressed."""
    if counts.of_people and counts.raised < size_min:
        return HitRate(counts.kind, suppressed=True)
    settled = counts.upheld + counts.dismissed
    permille = counts.upheld * 1000 // settled if settled else None
    return HitRate(
        counts.kind,
        False,
        counts.raised,
        counts.upheld,
        counts.dismissed,
        counts.open,
        counts.overdue,
        permille,
    )
