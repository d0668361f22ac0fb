"""Rooms, groups and assignments of sessions, as rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.examiners.rules import Examiner, ExaminerKind, ExaminerStatus, Qualification
from services.assessment.exams.rules import assignments, sittings
from services.assessment.exams.rules.assignments import (
    ExaminerElsewhere,
    ExaminerNotActive,
    ExaminerNotQualified,
    ExaminerNotRotated,
    ExaminerOverloaded,
    Staff,
    TrainerExamines,
)
from services.assessment.exams.rules.sittings import GroupTooSmall, Hours, PanelEven, Sitting
from services.assessment.standards.rules import Part
from shared.kernel.awards import Award
from tests.assessment.session_rules import IN_2026

DAY = date(2026, 3, 10)
NINE = datetime(2026, 3, 10, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(begin: int, end: int, part: Part = Part.SKILLS, *, seats: int = 10, group: int = 3) -> Sitting:
    """A sitting from hour to hour after nine, in a room of its own, with the first examiners."""
    who = tuple(UUID(int=number + 1) for number in range(group))
    return Sitting(part, f"{part}{begin}", NINE + begin * HOUR, NINE + end * HOUR, seats, who)


def an_examiner(number: int, **changes: object) -> Examiner:
    may = Qualification("4-10-01-05", Award.TECHNICIAN, "KP", date(2025, 1, 1), date(2026, 12, 31))
    entry = Examiner(
        UUID(int=number), UUID(int=99), f"P{number}", UUID(int=1000 + number), ExaminerKind.EXAMINER, None,
        date(2025, 1, 1), None, (may,),
    )  # fmt: skip
    return replace(entry, **changes)  # type: ignore[arg-type]


def staff(*changed: Examiner, **known: object) -> Staff:
    entries = {entry.id: entry for entry in (*map(an_examiner, range(1, 6)), *changed)}
    return Staff(entries, {each.id: each.person for each in entries.values()}, **known)  # type: ignore[arg-type]


def assign(*planned: Sitting, of: Staff, award: Award = Award.SENIOR_WORKER) -> int:
    """How many duties there are."""
    duties = assignments.require_possible(
        planned, (), of, occupation="4-10-01-05", award=award, day=DAY, figures=IN_2026
    )
    return len(duties)


class TestGroups:
    @given(seats=st.integers(1, 500))
    def test_invigilators_are_two_in_a_room_and_one_to_fifteen_seats(self, seats: int) -> None:
        size = sittings.group_size_min(Part.THEORY, seats, IN_2026)

        assert size >= 2
        assert size * 15 >= seats
        assert size == 2 or (size - 1) * 15 < seats

    def test_a_review_panel_is_odd_and_has_three_at_least(self) -> None:
        for group, refusal in ((2, GroupTooSmall), (4, PanelEven)):
            with pytest.raises(refusal):
                sittings.require_groups([at(0, 1, Part.REVIEW, group=group)], [UUID(int=9)], IN_2026)
        sittings.require_groups([at(0, 1, Part.REVIEW, group=5)], [UUID(int=9)], IN_2026)


class TestAssignments:
    def test_each_fault_of_an_examiner_is_named(self) -> None:
        met = {UUID(int=1001): [Hours(NINE, NINE + HOUR)]}
        often = [frozenset({UUID(int=1001)})] * 3
        cases = [
            (staff(an_examiner(1, status=ExaminerStatus.SUSPENDED)), ExaminerNotActive),
            (staff(an_examiner(1, first_on=date(2026, 3, 11))), ExaminerNotActive),
            (staff(an_examiner(1, qualifications=())), ExaminerNotQualified),
            (staff(trainers={UUID(int=1001)}), TrainerExamines),
            (staff(taken=met), ExaminerElsewhere),
            (staff(taken={UUID(int=1001): [Hours(NINE + HOUR * n, NINE + HOUR * (n + 1)) for n in (3, 4, 5, 6)]}),
             ExaminerOverloaded),
            (staff(recent=often), ExaminerNotRotated),
        ]  # fmt: skip

        for known, refusal in cases:
            with pytest.raises(refusal):
                assign(at(0, 1), of=known)
        assert assign(at(1, 2), of=staff(taken=met)) == 3
        assert assign(at(0, 1), of=staff(recent=often[:2])) == 3

    def test_the_same_human_in_two_bodies_is_one_and_adjacent_hours_do_not_meet(self) -> None:
        twin = an_examiner(4, person=UUID(int=1001))
        other_body = {UUID(int=1001): [Hours(NINE - HOUR, NINE), Hours(NINE + HOUR, NINE + 2 * HOUR)]}

        assert assign(at(0, 1), of=staff(taken=other_body)) == 3
        with pytest.raises(ExaminerElsewhere) as refused:
            assign(replace(at(0, 1), examiners=(UUID(int=1), UUID(int=2), UUID(int=4))), of=staff(twin))
        assert (refused.value.check, refused.value.facts["local_id"]) == ("C06", "P4")

    def test_the_trainer_of_the_class_examines_no_part_of_it_and_another_class_at_will(self) -> None:
        for part in Part:
            with pytest.raises(TrainerExamines) as refused:
                assign(at(0, 1, part), of=staff(trainers={UUID(int=1003)}), award=Award.TECHNICIAN)
            assert (refused.value.check, refused.value.facts["local_id"]) == ("C23", "P3")
        assert assign(at(0, 1), of=staff(trainers={UUID(int=1004)})) == 3

    def test_an_entry_that_ends_later_still_holds_on_the_day(self) -> None:
        ended = an_examiner(1, status=ExaminerStatus.ENDED, last_on=DAY)

        assert assign(at(0, 1), of=staff(ended)) == 3
        with pytest.raises(ExaminerNotActive):
            assign(at(0, 1), of=staff(replace(ended, last_on=date(2026, 3, 9))))

    def test_a_qualification_covers_the_levels_below_it_and_no_other(self) -> None:
        assert assign(at(0, 1), of=staff(), award=Award.JUNIOR_WORKER) == 3
        assert assign(at(0, 1), of=staff(), award=Award.TECHNICIAN) == 3
        with pytest.raises(ExaminerNotQualified):
            assign(at(0, 1), of=staff(), award=Award.SENIOR_TECHNICIAN)

    @given(hours=st.lists(st.integers(0, 8), min_size=1, max_size=4, unique=True), length=st.integers(1, 4))
    def test_sittings_of_one_group_are_possible_if_and_only_if_no_two_meet(self, hours: list[int], length: int) -> None:
        planned = [at(begin, begin + length) for begin in hours]
        gaps = [later - earlier for earlier, later in zip(sorted(hours), sorted(hours)[1:], strict=False)]

        if all(gap >= length for gap in gaps):
            assert assign(*planned, of=staff()) == 3 * len(hours)
        else:
            with pytest.raises(ExaminerElsewhere):
                assign(*planned, of=staff())


class TestClash:
    @given(taken=st.tuples(st.integers(0, 9), st.integers(1, 3)))
    def test_a_candidate_can_come_if_each_part_has_a_free_sitting(self, taken: tuple[int, int]) -> None:
        hours = Hours(NINE + taken[0] * HOUR, NINE + sum(taken) * HOUR)
        planned = [at(0, 1, Part.THEORY), at(2, 3, Part.THEORY), at(4, 6)]

        free = [each.part for each in planned if not each.meets(*hours)]
        assert (sittings.clash(planned, [hours]) is None) == (set(free) == {Part.THEORY, Part.SKILLS})
