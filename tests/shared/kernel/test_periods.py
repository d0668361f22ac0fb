"""Periods and business days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.periods import Period, PeriodEndsBeforeStart, business_day, day_before, months_after

START = date(2025, 1, 1)
DAYS = st.integers(0, 12).map(lambda days: START + timedelta(days=days))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(DAYS)
    return Period(first, draw(st.none() | DAYS.filter(lambda day: day >= first)))


def test_both_ends_belong_to_a_period() -> None:
    year = Period(date(2025, 1, 1), date(2025, 12, 31))

    assert year.contains(date(2025, 1, 1))
    assert year.contains(date(2025, 12, 31))
    assert not year.contains(date(2024, 12, 31))
    assert not year.contains(date(2026, 1, 1))


def test_a_period_without_a_last_day_goes_on() -> None:
    assert Period(START).contains(date.max)
    assert not Period(START).contains(date(2024, 12, 31))


def test_one_day_is_a_period() -> None:
    assert Period(START, START).contains(START)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(PeriodEndsBeforeStart) as refusal:
        Period(date(2025, 2, 1), date(2025, 1, 31))

    assert refusal.value.facts == {"first": "2025-02-01", "last": "2025-01-31"}


def test_periods_that_meet_do_not_overlap() -> None:
    january = Period(date(2025, 1, 1), date(2025, 1, 31))

    assert not january.overlaps(Period(date(2025, 2, 1)))
    assert january.overlaps(Period(date(2025, 1, 31)))


@given(periods(), periods())
def test_periods_overlap_exactly_when_they_share_a_day(one: Period, other: Period) -> None:
    days = [START + timedelta(days=offset) for offset in range(13)]
    shared = any(one.contains(day) and other.contains(day) for day in days)

    assert one.overlaps(other) is shared
    assert other.overlaps(one) is shared


@given(st.dates())
def test_the_day_before_is_one_earlier_but_for_the_first_there_is(day: date) -> None:
    assert day_before(day) == (day if day == date.min else day - timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 12, 31), 12, date(2026, 12, 31)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
    ],
)
def test_months_later_a_day_that_the_month_lacks_becomes_its_last(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(0, 60))
def test_months_later_is_in_the_month_that_is_meant(day: date, months: int) -> None:
    later = months_after(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(st.dates(date(2024, 6, 1), date(2027, 1, 1)), st.dates(date(2024, 6, 1), date(2027, 1, 1)))
def test_months_later_the_order_of_days_is_kept(one: date, other: date) -> None:
    first, second = sorted([one, other])

    assert months_after(first, 12) <= months_after(second, 12)


def test_the_business_day_changes_at_midnight_in_china() -> None:
    assert business_day(datetime(2025, 5, 31, 15, 59, 59, tzinfo=UTC)) == date(2025, 5, 31)
    assert business_day(datetime(2025, 5, 31, 16, 0, tzinfo=UTC)) == date(2025, 6, 1)


@given(st.integers(0, 4_000_000_000), st.integers(-12, 14))
def test_the_business_day_does_not_depend_on_the_zone_of_the_instant(seconds: int, hours: int) -> None:
    instant = datetime.fromtimestamp(seconds, tz=UTC)

    assert business_day(instant.astimezone(timezone(timedelta(hours=hours)))) == business_day(instant)


def test_an_instant_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(AssertionError):
        business_day(datetime(2025, 6, 1))  # noqa: DTZ001 (that is the mistake)
