"""Rules of timetables: one fault at a time, and properties that hold for every plan."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.directory.rules.sites import Room, RoomKind
from services.registry.enrolments.rules.overlaps import LessonTimes, OccupiedDays
from services.registry.timetable.rules import faults
from services.registry.timetable.rules import flags as oddities
from services.registry.timetable.rules import lessons as rules
from services.registry.timetable.rules.lessons import Clash, Lesson, Staff
from shared.contracts.registry.timetables import LessonKind
from shared.kernel.periods import Period
from shared.kernel.refusals import Refusal
from tests.registry.builders import training_class
from tests.registry.timetable.rules.timetables import (
    ANN,
    BEN,
    DAY,
    FIRST,
    HOUR,
    PLAN,
    ROOMS,
    RULES,
    SITE,
    lesson,
    staff,
)


def require(lessons: list[Lesson], **changes: Any) -> None:
    rules.require_sound(lessons, training_class(**changes), rooms=ROOMS, policy=RULES)


class TestSound:
    def test_a_plan_that_fits_passes(self) -> None:
        require(PLAN)

    @pytest.mark.parametrize(
        ("changed", "fault", "check"),
        [
            (lesson(-1), faults.LessonOutsideClass, ""),
            (lesson(20), faults.LessonOutsideClass, ""),
            (lesson(9, ends=lesson(9).begins + 4 * HOUR), faults.LessonTooShort, "C14"),
            (lesson(9, room="102"), faults.RoomsTooSmall, "C18"),
            (lesson(9, room="shop", kind=LessonKind.PRACTICE), faults.RoomsTooSmall, "C18"),
            (lesson(9, hours=5), faults.TimetableHoursDiffer, "C14"),
            (lesson(8), faults.TeacherInTwoPlaces, "C06"),
            (lesson(8, teacher_id=BEN), faults.RoomTaken, "C18"),
            (lesson(8, teacher_id=BEN, room="shop", hours=5), faults.LessonsMeet, ""),
            (lesson(8, begins=lesson(8).begins + 4 * HOUR, ends=lesson(8).ends + 4 * HOUR), faults.LessonsMeet, ""),
            (lesson(8, begins=lesson(8).ends, ends=lesson(8).ends + 5 * HOUR), faults.TooManyLessonHours, "C20"),
        ],
        ids=lambda value: getattr(value, "slug", ""),
    )
    def test_a_plan_with_one_fault_is_refused_for_that(self, changed: Lesson, fault: type[Refusal], check: str) -> None:
        with pytest.raises(fault) as refused:
            require([*PLAN[:9], changed])

        assert refused.value.check == check
        assert refused.value.pointer is not None
        assert refused.value.pointer.startswith("/lessons")

    def test_groups_at_the_same_time_share_the_class_and_count_once(self) -> None:
        practice = {"kind": LessonKind.PRACTICE}
        groups = [lesson(9, room="shop", **practice), lesson(9, room="yard", teacher_id=BEN, **practice)]

        require([*PLAN[:9], *groups], seats=60)
        with pytest.raises(faults.RoomsTooSmall) as refused:
            require([*PLAN[:9], *groups], seats=61)
        # Sixty sit in the room of the first lesson; in practice, two teachers look after thirty each.
        assert refused.value.facts == {"holds": 60, "seats": 61}

    @given(st.permutations(PLAN))
    def test_the_order_in_which_lessons_are_sent_does_not_matter(self, lessons: list[Lesson]) -> None:
        require(lessons)

    @given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(1, 6)), min_size=1, max_size=8))
    def test_a_plan_that_passes_has_nobody_in_two_places_and_the_hours_of_the_class(
        self, drawn: list[tuple[int, int, int]]
    ) -> None:
        lessons = [
            lesson(day, begins=FIRST + day * DAY + begins * HOUR, ends=FIRST + day * DAY + (begins + hours) * HOUR)
            ._replace(hours=hours)
            for day, begins, hours in drawn
        ]  # fmt: skip
        hours = sum(hours for _, _, hours in drawn)
        try:
            require(lessons, hours=hours)
        except Refusal:
            meet = any(
                first.begins < second.ends and second.begins < first.ends
                for place, first in enumerate(lessons)
                for second in lessons[:place]
            )
            by_day = [sum(each.hours for each in lessons if each.day == day) for day in {each.day for each in lessons}]
            assert meet or max(by_day) > RULES.attendance_day_hours_max
        else:
            ordered = sorted(lessons)
            assert all(one.ends <= other.begins for one, other in pairwise(ordered))


YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
WINTER = Period(date(2025, 1, 1), date(2025, 3, 9))
"""Up to the day before the last lesson."""


class TestTeachers:
    def test_who_is_engaged_and_qualified_for_the_project_teaches(self) -> None:
        rules.require_teachers(PLAN, training_class(project="P"), staff(paper=YEAR, own=YEAR))

    @pytest.mark.parametrize(
        ("people", "fault"),
        [
            (staff(paper=YEAR), faults.TeacherNotEngaged),
            (staff(paper=YEAR, other=YEAR), faults.TeacherNotEngaged),
            (staff(paper=YEAR, own=WINTER), faults.TeacherNotEngaged),
            (staff(paper=YEAR, own=YEAR, projects=()), faults.TeacherNotForProject),
            (staff(own=YEAR), faults.TeacherNotQualified),
            (staff(paper=WINTER, own=YEAR), faults.TeacherNotQualified),
        ],
        ids=["nowhere", "elsewhere", "left", "other projects", "no paper", "paper over"],
    )
    def test_who_may_not_teach_the_last_lesson_is_refused(self, people: Staff, fault: type[Refusal]) -> None:
        with pytest.raises(fault):
            rules.require_teachers(PLAN, training_class(project="P"), people)

    def test_outside_the_catalogue_and_for_safety_no_paper_is_asked_for(self) -> None:
        safety = [each._replace(kind=LessonKind.SAFETY) for each in PLAN]

        rules.require_teachers(PLAN, training_class(project=None), staff(own=YEAR, projects=()))
        rules.require_teachers(safety, training_class(project="P"), staff(own=YEAR, projects=()))

    def test_lessons_of_other_classes_take_the_teacher_before_the_room(self) -> None:
        rules.require_free(PLAN, [])
        with pytest.raises(faults.TeacherInTwoPlaces) as taken:
            rules.require_free(PLAN, [Clash(4, by_teacher=False), Clash(3, by_teacher=True)])
        with pytest.raises(faults.RoomTaken) as full:
            rules.require_free(PLAN, [Clash(2, by_teacher=False)])

        assert (taken.value.pointer, taken.value.facts) == (
            "/lessons/3/teacher", {"begins_at": "2025-03-04T08:30:00+08:00"},
        )  # fmt: skip
        assert (full.value.pointer, full.value.check) == ("/lessons/2/room", "C18")


class TestFlags:
    def test_who_works_full_time_elsewhere_is_borrowed_and_the_claim_waits(self) -> None:
        seen = list(oddities.borrowed_teachers(PLAN, training_class(), staff(own=YEAR, other=WINTER)))

        assert {(each.check, each.kind, each.holds, each.seen) for each in seen} == {
            ("C24", "borrowed-teacher", True, f"{training_class().id}/{ANN}")
        }
        assert len(seen) == 9
        assert not list(oddities.borrowed_teachers(PLAN, training_class(), staff(own=YEAR)))

    def test_a_site_that_another_institution_lists_is_borrowed(self) -> None:
        (seen,) = oddities.borrowed_sites({SITE: [UUID(int=3)]}, training_class())

        assert (seen.check, seen.kind, seen.holds) == ("C24", "borrowed-site", True)
        assert seen.facts["institutions"] == [str(UUID(int=3))]

    @given(st.integers(0, 23), st.integers(1, 6))
    def test_lessons_at_night_are_odd(self, begins: int, hours: int) -> None:
        midnight = datetime(2025, 2, 28, 16, tzinfo=UTC)
        at_night = lesson(begins=midnight + begins * HOUR, ends=midnight + (begins + hours) * HOUR)

        seen = list(oddities.at_odd_times([at_night], training_class(), policy=RULES))

        assert bool(seen) is (begins < 6 or begins + hours > 22)
        assert all((each.check, each.kind) == ("C20", "lesson-at-odd-time") for each in seen)

    def test_lessons_on_holidays_are_odd(self) -> None:
        (seen,) = oddities.on_holidays(PLAN, training_class(), {date(2025, 3, 4), date(2025, 10, 1)})

        assert (seen.check, seen.kind, seen.facts) == ("C20", "lesson-on-a-holiday", {"day": "2025-03-04"})

    @given(st.sampled_from(RoomKind), st.sampled_from(LessonKind))
    def test_only_practice_in_a_room_for_theory_is_odd(self, room: RoomKind, kind: LessonKind) -> None:
        rooms = {(SITE, "101"): Room(room, 60)}

        seen = list(oddities.in_wrong_rooms([lesson(kind=kind)], training_class(), rooms))

        assert bool(seen) is (room is RoomKind.THEORY and kind is LessonKind.PRACTICE)
        assert all((each.check, each.kind, each.holds) == ("C18", "practice-in-theory-room", False) for each in seen)


class TestTrainees:
    """Trainees of class 1, some of whom are in class 2 as well."""

    HERE, THERE = UUID(int=1), UUID(int=2)

    def training(self, person: int, class_id: UUID, *, until: int = 30) -> OccupiedDays:
        days = FIRST.date(), (FIRST + until * DAY).date()
        name = f"T{person:02}"
        return OccupiedDays(UUID(int=person * 10 + class_id.int), class_id, UUID(int=3), UUID(int=person), name, *days)

    def require(self, elsewhere: LessonTimes, *, persons: int = 3, until: int = 30) -> None:
        here = [self.training(person, self.HERE) for person in range(persons)]
        there = [self.training(person, self.THERE, until=until) for person in range(1, persons)]
        rules.require_trainees_free(self.HERE, [lesson(5)], [*here, *there], elsewhere)

    @pytest.mark.parametrize("persons", [2, 30])
    def test_a_lesson_elsewhere_at_the_same_time_is_refused_and_names_the_first_trainees(self, persons: int) -> None:
        with pytest.raises(faults.TraineesElsewhere) as refused:
            self.require({self.THERE: [(FIRST + 5 * DAY + HOUR, FIRST + 5 * DAY + 2 * HOUR)]}, persons=persons)

        assert refused.value.check == "C04"
        assert refused.value.facts == {
            "trainees": persons - 1, "local_ids": [f"T{person:02}" for person in range(1, persons)][:20]
        }  # fmt: skip

    def test_lessons_one_after_the_other_and_those_after_its_last_day_there_are_free(self) -> None:
        begins, ends = lesson(5).begins, lesson(5).ends
        self.require({self.THERE: [(begins - HOUR, begins), (ends, ends + HOUR)]})
        self.require({self.THERE: [(begins, ends)]}, until=4)

    def test_days_alone_take_nobody_from_a_lesson(self) -> None:
        self.require({})
