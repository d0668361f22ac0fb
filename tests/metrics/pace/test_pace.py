"""Pace by the shape of the year before, by rule."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.pace.rules import Method, pace, shape

YEAR_END = date(2025, 12, 31)
LAST_YEAR = {date(2024, 3, 1): 250, date(2024, 2, 29): 250, date(2024, 12, 20): 1_500}
days = st.dates(date(2025, 1, 1), YEAR_END)


def test_the_year_before_gives_the_shape_where_it_is_known() -> None:
    known = shape(2025, LAST_YEAR)

    assert known.method is Method.LAST_YEAR
    asked = [date(2025, 2, 28), date(2025, 3, 1), date(2025, 12, 19), YEAR_END, date(2026, 1, 1), date(2024, 12, 31)]
    assert [known.on(day) for day in asked] == [0, Decimal("0.25"), Decimal("0.25"), 1, 1, 0]
    assert shape(2025, {date(2024, 3, 1): 999}).method is Method.LINEAR


def test_whoever_works_at_the_end_of_the_year_is_not_behind_in_summer() -> None:
    found = pace("410100", 1_000, {date(2025, 3, 1): 250}, shape(2025, LAST_YEAR), day=date(2025, 7, 1))

    assert (found.expected, found.behind_by, found.behind_since, found.forecast) == (250, 0, None, 1_000)


def test_behind_counts_from_the_last_day_on_which_it_kept_up() -> None:
    linear = shape(2025, {})
    # 10 a day is expected: 100 at once hold until the 10th day, and another 100 on the 15th until the 20th.
    reached = {date(2025, 1, 1): 100, date(2025, 1, 15): 100}

    found = pace("410100", 3_650, reached, linear, day=date(2025, 1, 31))

    assert (found.expected, found.behind_by, found.behind_since) == (310, 110, date(2025, 1, 21))
    assert found.alert


@given(day=days, amounts=st.dictionaries(days, st.integers(0, 50), max_size=20), target=st.integers(1, 2_000))
def test_what_is_behind_is_behind_since_a_day_until_which_it_was_not(
    day: date, amounts: dict[date, int], target: int
) -> None:
    linear = shape(2025, {})
    found = pace("x", target, amounts, linear, day=day)

    assert found.behind_by is not None
    assert (found.behind_since is None) == (found.behind_by == 0)
    if found.behind_since is not None:
        assert found.behind_since <= day
        before = pace("x", target, amounts, linear, day=found.behind_since - timedelta(days=1))
        assert before.behind_by == 0
