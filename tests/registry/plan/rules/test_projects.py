"""Terms of projects: one at most decides on a day, and what the province has approved stands against a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.plan.rules.projects import Project, ProjectTermOverlaps, catalogue_of, require_sound
from shared.dated_rules.rules import holding, planned
from shared.kernel.periods import Period
from tests.registry.builders import SIGNED
from tests.registry.directory.rules.directory import project

START = date(2025, 1, 1)
DAYS = [START + timedelta(days=number) for number in range(30)]
LOADER = SIGNED.entered_by
PROVINCE = "somebody in the province"


@st.composite
def new_terms(draw: st.DrawFn, *, by: str = PROVINCE) -> Project:
    first = draw(st.integers(0, 20))
    days = draw(st.none() | st.integers(0, 8))
    last = None if days is None else DAYS[first + days]
    provenance = replace(SIGNED, entered_by=by)
    return project(listed=Period(DAYS[first], last), hours_min=draw(st.integers(1, 99)), provenance=provenance)


@st.composite
def histories(draw: st.DrawFn) -> list[Project]:
    """The terms after some were entered by the province or planned; those refused left out."""
    terms: list[Project] = []
    for each in draw(st.lists(new_terms() | new_terms(by=LOADER), max_size=6)):
        try:
            terms = after(terms, each if each.provenance.entered_by == PROVINCE else plan(each, terms))
        except ProjectTermOverlaps:
            continue
    return terms


def plan(term: Project, terms: list[Project]) -> Project | None:
    return planned(term, terms, loader=LOADER)


def after(terms: list[Project], new: Project | None) -> list[Project]:
    """All terms once `new` was approved. Raises ProjectTermOverlaps."""
    if new is None:
        return terms
    require_sound(new, terms)
    number = len(terms) + 1
    return [*terms, replace(new, id=str(number), provenance=replace(new.provenance, sequence=number))]


def on(terms: list[Project], day: date) -> Project | None:
    """The term that decides on the day."""
    return next(iter(holding(terms, on=day).values()), None)


@given(histories(), new_terms())
def test_a_term_decides_on_its_days_and_leaves_the_days_before_it_as_they_were(
    terms: list[Project], new: Project
) -> None:
    standing = catalogue_of(terms).get(new.code, [])
    if any(each.listed.first > new.listed.first and each.listed.overlaps(new.listed) for each in standing):
        with pytest.raises(ProjectTermOverlaps):
            after(terms, new)
        return

    now = after(terms, new)

    for day in DAYS:
        if new.is_listed_on(day):
            found = on(now, day)
            assert found is not None
            assert found.same_as(new)
        elif day < new.listed.first:
            assert on(now, day) == on(terms, day)


@given(histories(), new_terms(by=LOADER))
def test_a_plan_changes_no_day_of_the_province_and_is_loaded_once(terms: list[Project], new: Project) -> None:
    now = after(terms, plan(new, terms))

    for day in DAYS:
        was = on(terms, day)
        if was is not None and was.provenance.entered_by == PROVINCE:
            assert on(now, day) == was
    assert plan(new, now) is None


@given(histories())
def test_the_catalogue_shows_each_term_with_the_days_on_which_it_decides(terms: list[Project]) -> None:
    found = [each for of_project in catalogue_of(terms).values() for each in of_project]

    for day in DAYS:
        listed = [each.id for each in found if each.is_listed_on(day)]
        standing = on(terms, day)
        assert listed == ([] if standing is None else [standing.id])


def test_one_that_would_reach_into_a_later_one_is_refused() -> None:
    later = project(listed=Period(date(2026, 1, 1)))

    with pytest.raises(ProjectTermOverlaps) as refused:
        require_sound(project(), [later])

    assert refused.value.facts == {"first_on": "2026-01-01", "last_on": None}


def test_a_plan_that_was_mended_mends_what_it_brought() -> None:
    mended = project(hours_min=70)
    of_province = project(provenance=replace(SIGNED, entered_by=PROVINCE))

    assert plan(mended, [project()]) == mended
    assert plan(mended, [of_province]) is None
