"""Rules of the teacher pool: papers that add up, engagements side by side, ages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import teachers as rules
from services.registry.domain.teachers import Engagement, Qualification, Teacher
from shared.kernel.identity import DocumentKind, IdentityDocument
from shared.kernel.periods import Period, PeriodEndsBeforeStart
from tests.registry.domain.builders import NOON
from tests.support.people import identity_number

FIRST = date(2025, 1, 1)
DAYS = st.integers(0, 60)
LENGTHS = st.none() | st.integers(0, 30)


def teacher(**changes: object) -> Teacher:
    usual = Teacher(UUID(int=1), UUID(int=2), "resident_id", b"", (), (), 1)
    return replace(usual, **changes)  # type: ignore[arg-type]


def paper(number: int, held: Period | None = None) -> Qualification:
    return Qualification(UUID(int=number), "二级", UUID(int=100 + number % 3), b"", held or Period(FIRST))


def period(first: int, length: int | None) -> Period:
    begins = FIRST + timedelta(days=first)
    return Period(begins, None if length is None else begins + timedelta(days=length))


def engagement(institution: int, engaged: Period, *, id_: int = 1) -> Engagement:
    return Engagement(UUID(int=id_), UUID(int=1), UUID(int=institution), "J1", True, engaged)


class TestLearning:
    @given(st.sets(st.sampled_from("ABCDE")), st.sets(st.sampled_from("ABCDE")))
    def test_projects_add_up_and_nothing_new_is_the_very_same_teacher(self, first: set[str], second: set[str]) -> None:
        known = rules.learn(teacher(), first, [])
        after = rules.learn(known, second, [])

        assert after.projects == tuple(sorted(first | second))
        assert (after is known) is (second <= first)
        assert after.version == known.version + (0 if second <= first else 1)

    def test_a_paper_that_is_held_longer_is_the_same_paper(self) -> None:
        known = rules.learn(teacher(), [], [paper(1, period(0, 10)), paper(2)])
        after = rules.learn(known, [], [paper(4, period(0, None))])

        assert [(each.id, each.held) for each in after.qualifications] == [
            (UUID(int=1), period(0, None)), (UUID(int=2), Period(FIRST)),
        ]  # fmt: skip

    @given(DAYS, LENGTHS, DAYS)
    def test_somebody_is_qualified_on_the_days_of_a_paper(self, first: int, length: int | None, day: int) -> None:
        holder, on = teacher(qualifications=(paper(1, period(first, length)),)), FIRST + timedelta(days=day)

        assert holder.is_qualified_on(on) is (first <= day and (length is None or day <= first + length))


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

    @given(st.integers(0, 999))
    def test_a_teacher_is_as_old_as_policy_allows_or_younger(self, order: int) -> None:
        document = IdentityDocument(DocumentKind.RESIDENT_ID, identity_number(date(1955, 3, 2), order))

        rules.require_age(document, on=date(2026, 3, 1), age_max=70)
        with pytest.raises(rules.TeacherTooOld) as refused:
            rules.require_age(document, on=date(2026, 3, 2), age_max=70)
        assert refused.value.facts == {"age_max": 70, "on": "2026-03-02"}

    def test_a_card_without_a_date_of_birth_passes(self) -> None:
        document = IdentityDocument(DocumentKind.FOREIGN_PERMANENT_RESIDENT, "XYZ123456789012")

        rules.require_age(document, on=FIRST, age_max=0)


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
