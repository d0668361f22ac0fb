"""What is shown of a group's rates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.quality.rules import Counts, Pay, Rate, WrongWindow, rates, require_window

counts = st.builds(Counts, st.just("410102"), *[st.integers(0, 30)] * 13)
NOTHING = Rate(None, None, suppressed=True)


@given(counts=counts, size_min=st.integers(1, 30))
def test_no_part_of_a_small_group_is_shown_and_each_other_one_is(counts: Counts, size_min: int) -> None:
    shown = rates(counts, size_min=size_min)

    for rate, numerator, denominator in (
        (shown.demand_match, counts.in_demand, counts.completed),
        (shown.passed_of_started, counts.passed, counts.started),
        (shown.passed_of_tested, counts.passed, counts.tested),
        (shown.level_rise, counts.risen, counts.rise_due),
        (shown.employment, counts.employed, counts.without_work),
    ):
        assert rate == (NOTHING if denominator < size_min else Rate(numerator, denominator, suppressed=False))
    assert shown.pay == (
        Pay(None, None, suppressed=True)
        if counts.paid < size_min
        else Pay(counts.pay_median_permille, counts.paid, suppressed=False)
    )
    for waiting, count in (
        (shown.level_rise_waiting, counts.rise_waiting),
        (shown.employment_waiting, counts.work_waiting),
    ):
        assert waiting == (None if count < size_min else count)


@pytest.mark.parametrize("days", [-1, 366])
def test_a_window_that_is_no_window_is_refused(days: int) -> None:
    with pytest.raises(WrongWindow):
        require_window(date(2025, 1, 1), date(2025, 1, 1) + timedelta(days=days))


@pytest.mark.parametrize("days", [0, 365])
def test_a_window_is_one_day_to_a_year_that_leaps(days: int) -> None:
    require_window(date(2025, 1, 1), date(2025, 1, 1) + timedelta(days=days))
