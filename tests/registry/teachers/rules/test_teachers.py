"""Rules of the teacher pool: what each institution says of a teacher, papers that count, ages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.teachers.rules import teachers as rules
from services.registry.teachers.rules.teachers import Qualification, Teacher
from shared.kernel.identity import DocumentKind, IdentityDocument
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound
from tests.support.people import identity_number

FIRST = date(2025, 1, 1)
DAYS = st.integers(0, 60)
LENGTHS = st.none() | st.integers(0, 30)
OWN, OTHER = UUID(int=50), UUID(int=51)
PROJECTS = st.sets(st.sampled_from("ABCDE"))


def teacher(**changes: object) -> Teacher:
    usual = Teacher(UUID(int=1), UUID(int=2), "resident_id", b"", OWN, frozenset(), (), 1)
    return replace(usual, **changes)  # type: ignore[arg-type]


def paper(number: int, held: Period | None = None, institution_id: UUID = OWN) -> Qualification:
    return Qualification(
        UUID(int=number), institution_id, "二级", UUID(int=100 + number % 3), b"", held or Period(FIRST)
    )


def period(first: int, length: int | None) -> Period:
    begins = FIRST + timedelta(days=first)
    return Period(begins, None if length is None else begins + timedelta(days=length))


class TestLearning:
    @given(PROJECTS, PROJECTS)
    def test_projects_add_up_and_nothing_new_is_the_very_same_teacher(self, first: set[str], second: set[str]) -> None:
        known = rules.learn(teacher(), OWN, first, [])
        after = rules.learn(known, OWN, second, [])

        assert after.projects == after.projects_at(OWN) == tuple(sorted(first | second))
        assert (after is known) is (second <= first)
        assert after.version == known.version + (0 if second <= first else 1)

    @given(PROJECTS, PROJECTS)
    def test_each_institution_speaks_for_itself(self, own: set[str], others: set[str]) -> None:
        papers = [paper(1), paper(2)]
        known = rules.learn(teacher(), OWN, own, papers)
        foreign = paper(4, period(0, 3), OTHER)
        heard = rules.learn(known, OTHER, others, [foreign])
        after = rules.correct(heard, OTHER, [], [])

        assert heard.projects_at(OWN) == tuple(sorted(own))
        assert heard.papers_at(OWN) == known.papers_at(OWN) == tuple(papers)
        assert heard.papers_at(OTHER) == (foreign,)
        assert (after.assignments, after.qualifications) == (known.assignments, known.qualifications)

    def test_a_paper_that_is_held_longer_stands_in_the_stead_of_the_one_before(self) -> None:
        known = rules.learn(teacher(), OWN, [], [paper(1, period(0, 10)), paper(2)])
        after = rules.learn(known, OWN, [], [paper(4, period(0, None)), paper(5)])

        assert [(each.id, each.held) for each in after.qualifications] == [
            (UUID(int=2), Period(FIRST)), (UUID(int=4), period(0, None)),
        ]  # fmt: skip

    @given(DAYS, LENGTHS, DAYS)
    def test_somebody_is_qualified_on_the_days_of_a_paper(self, first: int, length: int | None, day: int) -> None:
        holder, on = teacher(qualifications=(paper(1, period(first, length)),)), FIRST + timedelta(days=day)

        assert holder.is_qualified_on(on, OWN) is (first <= day and (length is None or day <= first + length))


class TestCorrecting:
    @given(PROJECTS, PROJECTS)
    def test_what_is_said_now_is_all_that_is_said_and_what_was_is_kept(self, before: set[str], now: set[str]) -> None:
        known = rules.learn(teacher(), OWN, before, [paper(1), paper(2)])
        after = rules.correct(known, OWN, now, [paper(4)])

        assert after.projects == tuple(sorted(now))
        # The first paper is said again, so it stays the one that it was.
        assert [each.id for each in after.qualifications] == [UUID(int=1)]
        changed = rules.changed(known, after)
        assert changed["qualifications"] == {"gone": [str(UUID(int=2))], "new": []}
        assert changed.get("projects", {"gone": [], "new": []}) == {
            "gone": sorted(before - now), "new": sorted(now - before),
        }  # fmt: skip
        assert rules.changed(known, known) == {}


class TestVerifying:
    def test_a_paper_counts_elsewhere_once_an_officer_has_seen_it(self) -> None:
        known = rules.learn(teacher(), OWN, [], [paper(1)])
        seen = rules.verify(known, UUID(int=1), by="officer")

        assert [known.is_qualified_on(FIRST, each) for each in (OWN, OTHER)] == [True, False]
        assert [seen.is_qualified_on(FIRST, each) for each in (OWN, OTHER)] == [True, True]
        assert rules.verify(seen, UUID(int=1), by="another") is seen
        with pytest.raises(NotFound):
            known.paper(UUID(int=2))

    def test_another_paper_has_to_be_seen_anew(self) -> None:
        seen = rules.verify(rules.learn(teacher(), OWN, [], [paper(1, period(0, 10))]), UUID(int=1), by="officer")

        same = rules.learn(seen, OWN, ["A"], [paper(4, period(0, 10))])
        longer = rules.learn(seen, OWN, [], [paper(4, period(0, 20))])

        assert [each.is_qualified_on(FIRST, OTHER) for each in (same, longer)] == [True, False]


class TestAge:
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
