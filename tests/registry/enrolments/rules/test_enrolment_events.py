"""Histories: what a step changed, and how the first line is found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.history import EnrolmentEvent, EntryRecord, changes, entry_of
from shared.contracts.registry import EmploymentState, EnrolmentStatus
from tests.registry.builders import NOON, enrolment

DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 31))
STATES: st.SearchStrategy[Mapping[str, Any]] = st.fixed_dictionaries(
    {
        "programme": st.sampled_from(["S01", "S10"]),
        "tags": st.sampled_from([(), ("S06",), ("S06", "S07")]),
        "status": st.sampled_from(EnrolmentStatus),
        "hours": st.integers(0, 60),
        "from_on": DAYS,
        "until_on": DAYS,
        "employment": st.none() | st.sampled_from(EmploymentState),
        "priority": st.booleans(),
        "evidence_on": st.none() | DAYS,
        "consented_on": st.none() | DAYS,
        "person": st.sampled_from([UUID(int=4), UUID(int=5)]),
    }
)


def event(before: Enrolment, after: Enrolment) -> EnrolmentEvent:
    return EnrolmentEvent(
        after.id, after.version, "correct", "clerk", NOON, None, after.status, after.from_on, after.until_on,
        changes(before, after),
    )  # fmt: skip


@given(STATES, STATES)
def test_whatever_is_another_is_named_and_nothing_else(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    before, after = enrolment(**one), enrolment(**other)

    found = changes(before, after)

    assert set(found) == {name for name in one if one[name] != other[name]}
    assert changes(before, replace(before, version=9)) == {}


@given(STATES, STATES)
def test_keys_of_persons_are_in_no_history(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    found = changes(enrolment(**one), enrolment(**other))

    assert found.get("person") is None
    assert str(UUID(int=4)) not in str(found)


@given(st.lists(STATES, min_size=1, max_size=6))
def test_the_days_of_the_entry_are_those_before_the_first_change(states: list[Mapping[str, Any]]) -> None:
    life = [enrolment(**state, version=1 + place) for place, state in enumerate(states)]
    events = [event(before, after) for before, after in pairwise(life)]

    entry = entry_of(life[-1], events, EntryRecord("clerk", NOON))

    assert (entry.from_on, entry.until_on) == (life[0].from_on, life[0].until_on)
    assert (entry.verb, entry.version, entry.done_by, entry.done_at) == ("enrol", 1, "clerk", NOON)
