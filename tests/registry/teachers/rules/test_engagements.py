"""Rules of engagements: side by side at institutions, full time at one, ended early."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.teachers.rules import engagements as rules
from services.registry.teachers.rules.engagements import Engagement
from shared.kernel.periods import Period, PeriodEndsBeforeStart
from tests.registry.builders import NOON

FIRST = date(2025, 1, 1)
DAYS = st.integers(0, 60)
LENGTHS = st.none() | st.integers(0, 30)


def period(first: int, length: int | None) -> Period:
    begins = FIRST + timedelta(days=first)
    return Period(begins, None if length is None else begins + timedelta(days=length))


def engagement(institution: int, engaged: Period, *, id_: int = 1, full_time: bool = False) -> Engagement:
    return Engagement(UUID(int=id_), UUID(int=1), UUID(int=institution), "J1", full_time, engaged)


class TestEngaging:
    @given(st.lists(st.tuples(st.integers(2, 5), DAYS, LENGTHS), max_size=6), DAYS, LENGTHS, st.integers(1, 3))
    def test_on_no_day_of_an_engagement_does_anybody_teach_at_too_many_institutions(
        self, others: list[tuple[int, int, int | None]], first: int, length: int | None, most: int
    ) -> None:
        standing = [engagement(each[0], period(*each[1:]), id_=place) for place, each in enumerate(others)]
        new = engagement(1, period(first, length))
        last = 200 if length is None else first + length
        days = (FIRST + timedelta(days=day) for day in range(first, last + 1))
        busiest = max(1 + sum(each.engaged.contains(day) for each in standing) for day in days)

        if busiest <= most:
            rules.require_possible(new, standing, institutions_max=most)
        else:
            with pytest.raises(rules.TooManyInstitutions) as refused:
                rules.require_possible(new, standing, institutions_max=most)
            assert refused.value.check == "C06"

    @given(DAYS, LENGTHS, DAYS, LENGTHS)
    def test_nobody_is_engaged_twice_at_one_institution_on_one_day(
        self, first: int, length: int | None, again: int, length_again: int | None
    ) -> None:
        standing, new = engagement(1, period(first, length), id_=7), engagement(1, period(again, length_again))

        if standing.engaged.overlaps(new.engaged):
            with pytest.raises(rules.EngagedAlready) as refused:
                rules.require_possible(new, [standing], institutions_max=9)
            assert refused.value.facts == {"engagement": UUID(int=7)}
        else:
            rules.require_possible(new, [standing], institutions_max=9)


class TestFullTime:
    @given(DAYS, LENGTHS, DAYS, LENGTHS, st.booleans(), st.booleans(), st.sampled_from([1, 2]))
    def test_nobody_works_full_time_for_two_institutions_on_one_day(
        self, first: int, length: int | None, other: int, other_length: int | None, one: bool, two: bool, where: int
    ) -> None:
        standing = engagement(where, period(other, other_length), id_=7, full_time=two)
        new = engagement(1, period(first, length))
        meet = standing.engaged.overlaps(new.engaged) and where != 1

        if meet and one and two:
            with pytest.raises(rules.FullTimeElsewhere) as refused:
                rules.correct(new, [new, standing], full_time=one, at=NOON)
            assert (refused.value.check, refused.value.pointer) == ("C06", "/full_time")
        else:
            after, fact = rules.correct(new, [new, standing], full_time=one, at=NOON)
            assert (after.full_time, fact.full_time, fact.version) == (one, one, 2)

    def test_it_holds_for_who_is_engaged_anew(self) -> None:
        standing = engagement(2, period(0, None), id_=7, full_time=True)

        rules.require_possible(engagement(1, period(0, 1)), [standing], institutions_max=3)
        with pytest.raises(rules.FullTimeElsewhere):
            rules.require_possible(engagement(1, period(0, 1), full_time=True), [standing], institutions_max=3)

    def test_a_correction_keeps_what_was_said_before(self) -> None:
        before = engagement(1, period(0, 1), full_time=True)
        after, _ = rules.correct(before, [], full_time=False, at=NOON)

        assert rules.changed(before, after) == {"full_time": {"from": True, "to": False}}
        assert rules.changed(before, before) == {}


class TestEnding:
    @given(DAYS, LENGTHS, st.integers(-10, 100))
    def test_an_engagement_ends_earlier_never_later_and_not_before_it_began(
        self, first: int, length: int | None, day: int
    ) -> None:
        before, last_on = engagement(1, period(first, length)), FIRST + timedelta(days=day)

        if length is not None and day >= first + length:
            with pytest.raises(rules.EngagementOver):
                rules.end(before, last_on=last_on, at=NOON)
        elif day < first:
            with pytest.raises(PeriodEndsBeforeStart):
                rules.end(before, last_on=last_on, at=NOON)
        else:
            after, fact = rules.end(before, last_on=last_on, at=NOON)
            assert (after.engaged.last, fact.last_on, fact.version) == (last_on, last_on, 2)
