"""Policy rows: one figure for a day and a place, and the days of the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.plan.rules.policy import (
    CALENDAR_KEY,
    CalendarRowTooLong,
    PolicyRow,
    parse,
    require_sound,
    working_days,
)
from shared.dated_rules.figures import UnknownPolicyKey, WrongPolicyValue, nearest
from shared.dated_rules.rules import RowOverlaps
from shared.kernel.periods import Period
from tests.registry.builders import SIGNED

DAYS = st.dates(date(2025, 1, 1), date(2025, 1, 31))
ABOVE = ["410102", "410100", "410000"]
NEW_YEAR = date(2025, 1, 1)


def row(**changes: Any) -> PolicyRow:
    usual: dict[str, Any] = {
        "id": "1", "key": "class.seats_max", "value": "60", "region": "410000", "validity": Period(NEW_YEAR),
        "status": "sourced", "source": "a document", "provenance": SIGNED,
    }  # fmt: skip
    return PolicyRow(**usual | changes)


def day(number: int, value: str | None, *, sequence: int = 1) -> PolicyRow:
    """A row of the calendar about a day of January."""
    on = date(2025, 1, number)
    provenance = replace(SIGNED, sequence=sequence)
    return row(id=f"{number}/{sequence}", key=CALENDAR_KEY, value=value, validity=Period(on, on), provenance=provenance)


@st.composite
def rows(draw: st.DrawFn) -> list[PolicyRow]:
    """Open-ended rows, approved one after the other."""
    return [
        row(
            id=str(number),
            value=str(number),
            region=draw(st.sampled_from([*ABOVE, "419001"])),
            validity=Period(draw(DAYS)),
            provenance=replace(SIGNED, sequence=number),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


@given(rows(), DAYS)
def test_the_row_of_the_nearest_region_decides_and_there_the_one_that_began_last(
    found: list[PolicyRow], on: date
) -> None:
    begun = [each for each in found if each.first_on <= on and each.region in ABOVE]
    begun.sort(key=lambda each: (ABOVE.index(each.region), -each.first_on.toordinal(), -int(each.id)))

    held = nearest(found, day=on, region_and_above=ABOVE)

    assert list(held.values()) == begun[:1]


def test_where_the_row_of_a_county_was_ended_that_of_the_city_decides_again() -> None:
    city, county = row(id="city", region="410100"), row(id="county", region="410102")
    ending = row(id="end", region="410102", value=None, validity=Period(date(2025, 2, 1)))

    held = [
        nearest([city, county, ending], day=date(2025, month, 1), region_and_above=ABOVE)["class.seats_max"].id
        for month in (1, 2)
    ]

    assert held == ["county", "city"]


def test_a_row_may_follow_another_but_neither_leave_days_without_one_nor_reach_into_a_later_one() -> None:
    standing = row(validity=Period(NEW_YEAR))

    require_sound(row(validity=Period(date(2025, 6, 1))), [standing], province="410000")
    require_sound(row(region="410102", validity=Period(NEW_YEAR, NEW_YEAR)), [standing], province="410000")
    for period in (Period(date(2024, 6, 1)), Period(date(2025, 6, 1), date(2025, 6, 30))):
        with pytest.raises(RowOverlaps):
            require_sound(row(validity=period), [standing], province="410000")


def test_the_calendar_is_what_its_rows_say_last() -> None:
    rows_ = [day(1, "no"), day(2, "no"), day(4, "yes"), day(2, "yes", sequence=2), day(4, None, sequence=3)]

    assert working_days(rows_).listed == {date(2025, 1, 1): False, date(2025, 1, 2): True}


@pytest.mark.parametrize(
    "wrong",
    [{"validity": Period(NEW_YEAR)}, {"validity": Period(NEW_YEAR, date(2025, 1, 2))}, {"region": "410102"}],
    ids=str,
)
def test_a_row_of_the_calendar_is_about_one_day_of_the_province(wrong: dict[str, Any]) -> None:
    with pytest.raises(CalendarRowTooLong):
        require_sound(replace(day(1, "no"), **wrong), [], province="410000")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("class.seats_max", "many"),
        ("class.seats_max", "-1"),
        ("attendance.share_min", "80"),
        ("attendance.share_min", "NaN"),
        ("attendance.marks_required", "maybe"),
        ("attendance.day_starts", "25:00"),
        (CALENDAR_KEY, "perhaps"),
    ],
)
def test_a_value_has_the_form_of_its_key(key: str, value: str) -> None:
    with pytest.raises(WrongPolicyValue):
        parse(key, value)


@pytest.mark.parametrize("key", ["class.colour", "attendance.clock_drift_minutes_max"])
def test_a_key_that_no_rule_asks_for_is_refused(key: str) -> None:
    with pytest.raises(UnknownPolicyKey):
        parse(key, "1")
