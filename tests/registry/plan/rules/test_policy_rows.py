"""Policy rows: one figure for a day and a place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.plan.rules.policy import (
    PolicyRow,
    PolicyRowOverlaps,
    UnknownPolicyKey,
    WrongPolicyValue,
    holding,
    parse,
    require_no_overlap,
)
from shared.kernel.periods import PeriodEndsBeforeStart

DAYS = st.dates(date(2025, 1, 1), date(2025, 1, 31))
ABOVE = ["410102", "410100", "410000"]


def row(**changes: Any) -> PolicyRow:
    usual = PolicyRow("class.seats_max", "60", "410000", date(2025, 1, 1), None, "sourced", "a document")
    return usual._replace(**changes)


@st.composite
def rows(draw: st.DrawFn) -> PolicyRow:
    first = draw(DAYS)
    last = draw(st.none() | DAYS.filter(lambda day: day >= first))
    return row(value=str(draw(st.integers(1, 99))), region=draw(st.sampled_from([*ABOVE, "419001"])), first_on=first,
               last_on=last)  # fmt: skip


@given(st.lists(rows(), max_size=6), DAYS)
def test_the_row_of_the_nearest_region_holds(found: list[PolicyRow], day: date) -> None:
    valid = [each for each in found if each.first_on <= day and (each.last_on is None or day <= each.last_on)]
    near = [each for region in ABOVE for each in valid if each.region == region]

    held = holding(found, day=day, region_and_above=ABOVE)

    assert held.keys() == {each.key for each in near}
    assert not near or held["class.seats_max"].region == near[0].region


@given(rows(), rows())
def test_a_row_stands_beside_others_only_if_no_day_has_two(one: PolicyRow, other: PolicyRow) -> None:
    days = [date(2025, 1, 1) + timedelta(each) for each in range(40)]
    shared = any(
        one.first_on <= day <= (one.last_on or date.max) and other.first_on <= day <= (other.last_on or date.max)
        for day in days
    )
    follows = one.last_on is None and other.last_on is None and one.first_on < other.first_on

    if shared and one.region == other.region and not follows:
        with pytest.raises(PolicyRowOverlaps):
            require_no_overlap(other, [one])
    else:
        require_no_overlap(other, [one])


def test_a_row_of_another_key_is_no_matter() -> None:
    require_no_overlap(row(), [row(key="class.size_min")])


def test_a_row_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PeriodEndsBeforeStart):
        require_no_overlap(row(last_on=date(2024, 12, 31)), [])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("class.seats_max", "many"),
        ("class.seats_max", "-1"),
        ("attendance.share_min", "80"),
        ("attendance.share_min", "NaN"),
        ("attendance.marks_required", "maybe"),
        ("attendance.day_starts", "25:00"),
        ("trainee.paper_first_on", "2000"),
    ],
)
def test_a_value_has_the_form_of_its_key(key: str, value: str) -> None:
    with pytest.raises(WrongPolicyValue):
        parse(key, value)


def test_a_key_that_no_rule_asks_for_is_refused() -> None:
    with pytest.raises(UnknownPolicyKey):
        parse("class.colour", "red")
