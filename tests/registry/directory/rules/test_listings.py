"""The second catalogue: membership is a period, and the class's first day decides (C02)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.directory.rules.listings import (
    InstitutionNotListed,
    Listing,
    ListingEnded,
    ListingOverlaps,
    ProjectNotListed,
    close,
    open_,
    require_listed,
)
from shared.kernel.periods import Period, PeriodEndsBeforeStart
from tests.registry.builders import NOON
from tests.registry.directory.rules.directory import institution, listing, project

DAYS = st.dates(date(2025, 1, 1), date(2025, 2, 28))


@st.composite
def listings(draw: st.DrawFn, *, id_: int) -> Listing:
    first = draw(DAYS)
    last = draw(st.none() | DAYS.filter(lambda day: day >= first))
    return listing(id=UUID(int=id_), first_on=first, last_on=last)


@given(listings(id_=1), DAYS)
def test_an_institution_may_begin_a_class_on_the_days_of_its_listing_and_no_other(each: Listing, day: date) -> None:
    if each.first_on <= day and (each.last_on is None or day <= each.last_on):
        require_listed(project(), [each], day=day)
    else:
        with pytest.raises(InstitutionNotListed) as refused:
            require_listed(project(), [each], day=day)
        assert refused.value.check == "C02"


@given(DAYS, DAYS)
def test_a_project_counts_on_the_days_that_it_is_in_the_catalogue(last: date, day: date) -> None:
    ended = project(listed=Period(date(2025, 1, 1), last))

    if day <= last:
        require_listed(ended, [listing()], day=day)
    else:
        with pytest.raises(ProjectNotListed) as refused:
            require_listed(ended, [listing()], day=day)
        assert (refused.value.check, refused.value.facts["last_on"]) == ("C02", last.isoformat())


def test_a_listing_for_another_project_does_not_help() -> None:
    with pytest.raises(InstitutionNotListed):
        require_listed(project(), [listing(project="4-10-01-05-L3")], day=date(2025, 3, 1))


@given(listings(id_=1), listings(id_=2), st.sampled_from(["4-10-01-05-L4", "4-10-01-05-L3"]))
def test_two_listings_for_one_project_never_share_a_day(one: Listing, other: Listing, of: str) -> None:
    other = listing(id=other.id, project=of, first_on=other.first_on, last_on=other.last_on)
    shared = any(
        one.stands_on(day) and other.stands_on(day) for day in (date(2025, 1, 1) + timedelta(n) for n in range(60))
    )

    if shared and of == one.project:
        with pytest.raises(ListingOverlaps):
            open_(other, institution(), others=[one], at=NOON)
    else:
        _, fact = open_(other, institution(), others=[one], at=NOON)
        assert (fact.first_on, fact.last_on, fact.region) == (other.first_on, other.last_on, "410102")


def test_one_that_would_end_before_it_begins_is_refused() -> None:
    with pytest.raises(PeriodEndsBeforeStart):
        open_(listing(last_on=date(2024, 12, 31)), institution(), others=[], at=NOON)


@given(listings(id_=1), DAYS)
def test_a_closed_listing_holds_as_before_up_to_the_day_and_not_from_it_on(before: Listing, from_on: date) -> None:
    try:
        after, fact = close(before, institution(), from_on=from_on, by="officer", reason="注销", at=NOON)
    except ListingEnded:
        assert before.last_on is not None
        assert before.last_on < from_on
        return

    for day in (date(2025, 1, 1) + timedelta(n) for n in range(90)):
        assert after.stands_on(day) is (before.stands_on(day) and day < from_on)
    assert (fact.version, fact.last_on, after.ended_by, after.ended_at) == (2, after.last_on, "officer", NOON)


@given(listings(id_=1), DAYS, st.none() | st.integers(0, 20), st.booleans())
def test_it_meets_a_period_if_it_holds_on_one_of_its_days(
    each: Listing, first: date, days: int | None, never: bool
) -> None:
    if never:
        each = listing(first_on=each.first_on, last_on=each.first_on - timedelta(days=1))
    period = Period(first, None if days is None else first + timedelta(days=days))

    shared = any(
        each.stands_on(day) and period.contains(day) for day in (date(2025, 1, 1) + timedelta(n) for n in range(90))
    )

    assert each.meets(period) is shared


def test_one_of_the_first_day_there_is_can_be_closed() -> None:
    after, _ = close(listing(first_on=date.min), institution(), from_on=date.min, by="officer", reason="误录", at=NOON)

    assert after.last_on == date.min


def test_one_closed_before_it_began_leaves_its_days_to_another() -> None:
    never, _ = close(listing(), institution(), from_on=date(2024, 6, 1), by="officer", reason="误录", at=NOON)

    again, _ = open_(listing(id=UUID(int=7)), institution(), others=[never], at=NOON)

    assert never.last_on == date(2024, 12, 31)
    assert again.stands_on(date(2025, 1, 1))
