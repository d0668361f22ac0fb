"""Quality rates: which days may be asked for, and what is shown of a group that is small (domain rules §5.4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from shared.kernel.refusals import Invalid

WINDOW_MAX: Final = timedelta(days=366)


class WrongWindow(Invalid):
    """Facts: `days_max`."""

    slug = "wrong-window"
    title_en = "The period is not valid."
    title_zh = "统计时段不正确。"
    cure_en = "Set last_on to first_on or later, and ask for at most {days_max} days at once."
    cure_zh = "last_on 不得早于 first_on，且时段不超过 {days_max} 天。"


class Counts(NamedTuple):
    """The counts behind the rates of one group.

    `rise_due` and `without_work` count trainees whose months are over; the `*_waiting` counts, those whose are not.
    """

    key: str
    started: int
    tested: int
    passed: int
    completed: int
    in_demand: int
    rise_due: int
    risen: int
    rise_waiting: int
    without_work: int
    employed: int
    work_waiting: int
    paid: int
    pay_median_permille: int | None


class Rate(NamedTuple):
    """A rate with its numerator and denominator; a suppressed rate (group too small) has neither."""

    numerator: int | None
    denominator: int | None
    suppressed: bool


class Pay(NamedTuple):
    """The median change in pay of `n` people, in whole thousandths, rounded down."""

    median_permille: int | None
    n: int | None
    suppressed: bool


class Rates(NamedTuple):
    """The five rates of a group, the pass rate by each of two denominators. Source: domain rules §5.4."""

    key: str
    demand_match: Rate
    passed_of_started: Rate
    passed_of_tested: Rate
    level_rise: Rate
    level_rise_waiting: int | None
    employment: Rate
    employment_waiting: int | None
    pay: Pay


def require_window(first_on: date, last_on: date) -> None:
    """Raises WrongWindow."""
    if not timedelta() <= last_on - first_on < WINDOW_MAX:
        raise WrongWindow(pointer="/last_on", days_max=WINDOW_MAX.days)


def rates(counts: Counts, *, size_min: int) -> Rates:
    """The rates of a group; each rate over fewer than `size_min` people is suppressed."""

    def rate(numerator: int, denominator: int) -> Rate:
        if denominator < size_min:
            return Rate(None, None, suppressed=True)
        return Rate(numerator, denominator, suppressed=False)

    def shown(count: int) -> int | None:
        return None if count < size_min else count

    few_paid = counts.paid < size_min
    return Rates(
        key=counts.key,
        demand_match=rate(counts.in_demand, counts.completed),
        passed_of_started=rate(counts.passed, counts.started),
        passed_of_tested=rate(counts.passed, counts.tested),
        level_rise=rate(counts.risen, counts.rise_due),
        level_rise_waiting=shown(counts.rise_waiting),
        employment=rate(counts.employed, counts.without_work),
        employment_waiting=shown(counts.work_waiting),
        pay=Pay(None if few_paid else counts.pay_median_permille, shown(counts.paid), suppressed=few_paid),
    )
