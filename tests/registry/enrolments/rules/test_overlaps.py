"""Days in common, and what is said of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules.overlaps import (
    ClassDays,
    OccupiedDays,
    OverlappingClass,
    meet,
    meeting,
    overlaps,
    require_free,
)
from shared.kernel.periods import BUSINESS_ZONE, business_day

DAY = date(2025, 3, 1)
HERE, THERE = UUID(int=1), UUID(int=2)
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
        require_free([taken(span)], ClassDays(HERE, span[1], date(2025, 4, 1)), institution_id=UUID(int=3))
    with pytest.raises(OverlappingClass) as foreign:
        require_free([taken(span)], ClassDays(HERE, DAY, DAY), institution_id=UUID(int=9))

    assert own.value.check == "C04"
    assert own.value.facts == {"first_on": "2025-03-01", "last_on": "2025-03-10", "local_id": "T1"}
    assert foreign.value.facts == {"first_on": "2025-03-01", "last_on": "2025-03-10"}


def test_days_before_and_after_are_free() -> None:
    require_free(
        [taken((DAY, DAY)), taken((DAY + timedelta(days=2), DAY + timedelta(days=1)))],
        ClassDays(HERE, DAY + timedelta(days=1), DAY + timedelta(days=3)),
        institution_id=UUID(int=3),
    )


Times = list[tuple[datetime, datetime]]


def taught(drawn: list[tuple[int, int, int]]) -> Times:
    """Lessons on these days of March (from 0), from one half hour of the day to a later one."""
    midnights = [datetime.combine(DAY + timedelta(days=day), time(), BUSINESS_ZONE) for day, _, _ in drawn]
    return [
        (midnight + timedelta(minutes=30 * begins), midnight + timedelta(minutes=30 * (begins + halves)))
        for midnight, (_, begins, halves) in zip(midnights, drawn, strict=True)
    ]


LESSONS = st.lists(st.tuples(st.integers(0, 20), st.integers(16, 36), st.integers(1, 6)), max_size=6).map(taught)


class TestMeet:
    EVENINGS = taught([(day, 38, 4) for day in range(5)])
    WEEKEND = taught([(0, 17, 8), (1, 17, 8)])
    ALL_MARCH = ClassDays(HERE, DAY, DAY + timedelta(days=30))
    SAME_DAYS = ClassDays(THERE, DAY, DAY + timedelta(days=30))

    def test_an_evening_and_a_weekend_class_of_the_same_weeks_do_not(self) -> None:
        assert not meet(self.ALL_MARCH, self.SAME_DAYS, {HERE: self.EVENINGS, THERE: self.WEEKEND})

    def test_lessons_that_follow_each_other_do_not_and_a_minute_in_common_is_enough(self) -> None:
        begins, ends = self.WEEKEND[0]
        after, minute = [(ends, ends + (ends - begins))], timedelta(minutes=1)

        assert not meet(self.ALL_MARCH, self.SAME_DAYS, {HERE: self.WEEKEND, THERE: after})
        assert meet(self.ALL_MARCH, self.SAME_DAYS, {HERE: self.WEEKEND, THERE: [(ends - minute, ends + minute)]})

    @pytest.mark.parametrize("lessons", [{}, {HERE: EVENINGS}, {THERE: WEEKEND}], ids=["neither", "one", "other"])
    def test_days_count_where_a_class_has_no_timetable(self, lessons: dict[UUID, Times]) -> None:
        assert meet(self.ALL_MARCH, self.SAME_DAYS, lessons)

    def test_days_count_in_one_and_the_same_class(self) -> None:
        assert meet(self.ALL_MARCH, self.ALL_MARCH, {HERE: []})

    def test_lessons_count_on_common_days_of_training_only(self) -> None:
        late = ClassDays(THERE, DAY + timedelta(days=1), DAY + timedelta(days=30))

        assert not meet(self.ALL_MARCH, late, {HERE: self.WEEKEND[:1], THERE: self.WEEKEND[:1]})

    @given(SPANS, SPANS, LESSONS, LESSONS)
    def test_is_what_looking_at_every_pair_of_lessons_says(
        self, one: tuple[date, date], other: tuple[date, date], here: Times, there: Times
    ) -> None:
        lessons = {HERE: here, THERE: there}
        common = days(one) & days(other)
        pairs = ((a, b) for a in here for b in there if {business_day(a[0]), business_day(b[0])} <= common)

        met = meet(ClassDays(HERE, *one), ClassDays(THERE, *other), lessons)

        assert met == meet(ClassDays(THERE, *other), ClassDays(HERE, *one), lessons)
        assert met == any(a[0] < b[1] and b[0] < a[1] for a, b in pairs)


@given(
    st.lists(st.tuples(SPANS, st.integers(0, 3), st.sampled_from([HERE, THERE])), max_size=5),
    st.lists(st.tuples(SPANS, st.integers(0, 3), st.sampled_from([HERE, THERE])), max_size=5),
)
def test_trainings_meet_those_of_the_same_person_but_not_themselves(
    wanted: list[tuple[tuple[date, date], int, UUID]], others: list[tuple[tuple[date, date], int, UUID]]
) -> None:
    trainings = [
        taken(span, enrolment_id=UUID(int=100 + place), person=UUID(int=person), class_id=class_id)
        for place, (span, person, class_id) in enumerate((*wanted, *others))
    ]
    asked = trainings[: len(wanted)]

    found = meeting(asked, trainings)

    assert [each.enrolment_id for each in found] == [
        one.enrolment_id
        for one in asked
        if any(one is not two and one.person == two.person and meet(one.days, two.days) for two in trainings)
    ]
