"""Rules of changed timetables: what is settled, what was not held, what a change touches."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.directory.rules.sites import Room, RoomKind
from services.registry.teachers.rules.teachers import TeacherTooOld
from services.registry.timetable.rules import changes, faults
from services.registry.timetable.rules import lessons as rules
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.timetables import LessonKind
from shared.kernel.identity import DocumentKind, IdentityDocument
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
from tests.support.people import identity_number


class TestSettled:
    @given(st.integers(-1, 11), st.sampled_from(ClassStatus))
    def test_lessons_of_an_approved_class_settle_as_they_begin(self, day: int, status: ClassStatus) -> None:
        approved = status in (ClassStatus.APPROVED, ClassStatus.RUNNING)

        settled = changes.settled(PLAN, training_class(status=status), at=FIRST + day * DAY + HOUR)

        assert sorted(settled) == (PLAN[: max(day + 1, 0)] if approved else [])

    def test_what_is_settled_is_asked_for_its_hours_only(self) -> None:
        settled = {lesson(0, room="102"), lesson(-1)}
        plan = [*settled, *PLAN[1:9]]

        rules.require_sound(plan, training_class(), rooms=ROOMS, policy=RULES, settled=settled)
        rules.require_teachers(plan[:2], training_class(), staff(), settled=settled)
        with pytest.raises(faults.TimetableHoursDiffer):
            rules.require_sound(plan[:9], training_class(), rooms=ROOMS, policy=RULES, settled=settled)
        with pytest.raises(faults.RoomsTooSmall):
            rules.require_sound([*plan[:9], lesson(9, room="102")], training_class(), rooms=ROOMS, policy=RULES,
                                settled=settled)  # fmt: skip

    @given(st.integers(1, 80), st.integers(1, 80), st.integers(1, 80))
    def test_groups_share_what_their_rooms_hold(self, seats: int, first: int, second: int) -> None:
        rooms = {(SITE, "shop"): Room(RoomKind.PRACTICE, first), (SITE, "yard"): Room(RoomKind.PRACTICE, second)}
        groups = [lesson(room="shop", kind=LessonKind.PRACTICE), lesson(room="yard", teacher_id=BEN)]

        crowded = rules.overcrowded(groups, training_class(seats=seats), rooms=rooms, policy=RULES)

        # The teacher of practice looks after thirty, whatever the room holds.
        assert crowded == (set() if min(first, 30) + second >= seats else {*groups})


class TestAges:
    @given(st.integers(0, 9), st.integers(0, 9))
    def test_nobody_gives_a_lesson_to_come_who_is_too_old_on_its_day(self, birthday: int, begun: int) -> None:
        born = date(1954, 3, 1 + birthday)
        documents = {ANN: IdentityDocument(DocumentKind.RESIDENT_ID, identity_number(born, 1))}
        settled = {*PLAN[: begun + 1]}

        if birthday <= begun and begun == 9:
            rules.require_ages(PLAN, documents, policy=RULES, settled=settled)
        else:
            with pytest.raises(TeacherTooOld) as refused:
                rules.require_ages(PLAN, documents, policy=RULES, settled=settled)
            assert refused.value.pointer == f"/lessons/{max(birthday, begun + 1)}/teacher"


class TestOmission:
    @given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
    def test_as_many_hours_may_be_missing_as_fell_out(self, fallen: set[int], left_out: set[int]) -> None:
        planned = [each for day, each in enumerate(PLAN) if day not in fallen | left_out]
        omitted = [PLAN[day] for day in fallen]

        if left_out <= fallen:
            rules.require_sound(planned, training_class(), rooms=ROOMS, policy=RULES, omitted=omitted)
        else:
            with pytest.raises(faults.TimetableHoursDiffer):
                rules.require_sound(planned, training_class(), rooms=ROOMS, policy=RULES, omitted=omitted)

    def test_all_groups_of_a_lesson_that_fell_out_are_meant_and_count_once(self) -> None:
        groups = [lesson(9, room="shop"), lesson(9, room="yard", teacher_id=BEN)]
        at = FIRST + 10 * DAY

        omitted = changes.omit([*PLAN[:9], *groups], [groups[0].begins] * 2, at=at)

        assert omitted == groups
        assert changes.omit(PLAN, [PLAN[0].begins], known=[PLAN[0].begins], at=at) == []
        with pytest.raises(faults.TimetableHoursDiffer):
            rules.require_sound(PLAN[:8], training_class(), rooms=ROOMS, policy=RULES, omitted=omitted)

    @given(st.integers(0, 9), st.integers(-1, 10))
    def test_only_what_has_begun_can_have_fallen_out(self, lesson_on: int, today: int) -> None:
        at = FIRST + today * DAY + HOUR

        if lesson_on <= today:
            assert changes.omit(PLAN, [PLAN[lesson_on].begins], at=at) == [PLAN[lesson_on]]
        else:
            with pytest.raises(faults.LessonToCome):
                changes.omit(PLAN, [PLAN[lesson_on].begins], at=at)


class TestChanges:
    def test_another_time_or_room_touches_from_the_earlier_of_the_two_lessons(self) -> None:
        later = lesson(5, begins=lesson(5).begins + HOUR, ends=lesson(5).ends + HOUR)

        assert changes.touched_from(PLAN, PLAN) is None
        assert changes.touched_from(PLAN, [*PLAN[:5], later, *PLAN[6:]]) == lesson(5).begins
        assert changes.touched_from(PLAN, [*PLAN[:9], lesson(9, room="shop")]) == lesson(9).begins
        assert changes.touched_from([], PLAN) == FIRST

    def test_another_teacher_is_a_change_that_touches_nothing(self) -> None:
        after = [*PLAN[:9], lesson(9, teacher_id=BEN)]

        assert changes.touched_from(PLAN, after) is None
        assert changes.changed_from(PLAN, after) == lesson(9).begins
        assert changes.changed_from(PLAN, PLAN) is None
