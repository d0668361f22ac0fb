"""Days in common, and what is said of them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules.overlaps import OccupiedDays, OverlappingClass, overlaps, require_free

DAY = date(2025, 3, 1)
SPANS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(
    lambda span: (DAY + timedelta(days=span[0]), DAY + timedelta(days=span[1]))
)


def days(span: tuple[date, date]) -> set[date]:
    return {span[0] + timedelta(days=place) for place in range((span[1] - span[0]).days + 1)}


def taken(span: tuple[date, date], **changes: object) -> OccupiedDays:
    return OccupiedDays(UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4), "T1", *span)._replace(**changes)  # type: ignore[arg-type]


@given(SPANS, SPANS)
def test_spans_overlap_if_they_have_a_day_in_common(one: tuple[date, date], other: tuple[date, date]) -> None:
    assert overlaps(one, other) == overlaps(other, one) == bool(days(one) & days(other))


def test_the_refusal_names_check_and_days_and_an_own_class_only() -> None:
    span = (DAY, DAY + timedelta(days=9))

    with pytest.raises(OverlappingClass) as own:
        require_free([taken(span)], from_on=span[1], until_on=date(2025, 4, 1), institution_id=UUID(int=3))
    with pytest.raises(OverlappingClass) as foreign:
        require_free([taken(span)], from_on=DAY, until_on=DAY, institution_id=UUID(int=9))

    assert own.value.check == "C04"
    assert own.value.facts == {"first_on": "2025-03-01", "last_on": "2025-03-10", "local_id": "T1"}
    assert foreign.value.facts == {"first_on": "2025-03-01", "last_on": "2025-03-10"}


def test_days_before_and_after_are_free() -> None:
    require_free(
        [taken((DAY, DAY)), taken((DAY + timedelta(days=2), DAY + timedelta(days=1)))],
        from_on=DAY + timedelta(days=1),
        until_on=DAY + timedelta(days=3),
        institution_id=UUID(int=3),
    )
