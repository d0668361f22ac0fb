"""Terms of projects: one at most holds on a day, and what the province has put stands against a plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.plan.rules.projects import Project, ProjectTermOverlaps, planned, put
from shared.kernel.periods import Period
from tests.registry.directory.rules.directory import project

START = date(2025, 1, 1)
DAYS = [START + timedelta(days=number) for number in range(30)]
PROVINCE = "somebody in the province"


@st.composite
def new_terms(draw: st.DrawFn, *, put_by: str | None = PROVINCE) -> Project:
    first = draw(st.integers(0, 20))
    days = draw(st.none() | st.integers(0, 8))
    last = None if days is None else DAYS[first + days]
    return project(listed=Period(DAYS[first], last), hours_min=draw(st.integers(1, 99)), put_by=put_by)


@st.composite
def histories(draw: st.DrawFn) -> list[Project]:
    """The terms after some were put by the province or planned; those refused left out."""
    terms: list[Project] = []
    for each in draw(st.lists(new_terms() | new_terms(put_by=None), max_size=6)):
        try:
            terms = after(terms, each if each.put_by else planned(each, terms))
        except ProjectTermOverlaps:
            continue
    return terms


def after(terms: list[Project], new: Project | None) -> list[Project]:
    """All terms once `new` has its place."""
    if new is None:
        return terms
    changed = {each.listed.first: each for each in put(new, terms)}
    return list(({each.listed.first: each for each in terms} | changed).values())


def on(terms: list[Project], day: date) -> Project | None:
    """The one term that holds on the day."""
    found = [each for each in terms if each.is_listed_on(day)]
    assert len(found) <= 1
    return found[0] if found else None


@given(histories(), new_terms())
def test_a_term_holds_on_its_days_and_leaves_the_days_before_it_as_they_were(
    terms: list[Project], new: Project
) -> None:
    if any(each.listed.first > new.listed.first and each.listed.overlaps(new.listed) for each in terms):
        with pytest.raises(ProjectTermOverlaps):
            after(terms, new)
        return

    now = after(terms, new)

    for day in DAYS:
        if new.is_listed_on(day):
            assert on(now, day) == new
        elif day < new.listed.first:
            was, is_ = on(terms, day), on(now, day)
            assert (was and was.hours_min) == (is_ and is_.hours_min)


@given(histories(), new_terms(put_by=None))
def test_a_plan_changes_no_day_of_the_province_and_is_loaded_once(terms: list[Project], new: Project) -> None:
    now = after(terms, planned(new, terms))

    for day in DAYS:
        was = on(terms, day)
        if was is not None and was.put_by is not None:
            assert on(now, day) == was
    assert planned(new, now) is None


def test_a_later_term_ends_the_one_before_and_mending_a_term_leaves_the_others() -> None:
    first, second = project(), project(listed=Period(date(2026, 1, 1)), hours_min=70)

    ended, opened = put(second, [first])
    mended = put(project(listed=ended.listed, hours_min=40), [ended, opened])

    assert (ended.listed.last, ended.hours_min, opened) == (date(2025, 12, 31), first.hours_min, second)
    assert [each.hours_min for each in mended] == [40]


def test_one_that_would_reach_into_a_later_one_is_refused() -> None:
    later = project(listed=Period(date(2026, 1, 1)))

    with pytest.raises(ProjectTermOverlaps) as refused:
        put(project(), [later])

    assert refused.value.facts == {"first_on": "2026-01-01", "last_on": None}


def test_a_plan_that_was_mended_mends_what_it_brought() -> None:
    mended = project(hours_min=70)

    assert planned(mended, [project()]) == mended
    assert planned(mended, [project(put_by=PROVINCE)]) is None
