"""Attendance: which marks are taken, and what hours they make."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.attendance.rules import hours as attendance
from services.registry.attendance.rules import marks as attendance_marks
from services.registry.attendance.rules.hours import DayHours, LessonTime, Stamp, Total, minutes_of, presences, recount
from services.registry.attendance.rules.marks import ClassTakesNoMarks, MarkFromFuture, MarkOutsideClass, NotInTraining
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentStatus
from tests.registry.attendance.rules.marking import DAY, attendee, mark, moment, policy, stamp
from tests.registry.builders import NOON

EMPTY = DayHours(UUID(int=3), DAY)
MARKS = st.lists(
    st.tuples(st.sampled_from(["in", "out"]), st.integers(0, 24 * 60 - 1)).map(
        lambda each: stamp(each[0], f"{each[1] // 60:02d}:{each[1] % 60:02d}")
    ),
    max_size=12,
)


def hours(*stamps: Stamp, hours_max: int = 8) -> int:
    return recount(EMPTY, stamps, hours_max=hours_max).hours


class TestPresences:
    @pytest.mark.parametrize(
        ("marks", "minutes"),
        [
            ([("in", "09:00"), ("out", "12:00")], 180),
            ([("in", "09:00"), ("out", "12:00"), ("in", "14:00"), ("out", "17:30")], 390),
            ([("in", "09:00")], 0),
            ([("out", "12:00")], 0),
            ([("out", "09:00"), ("in", "12:00")], 0),
            ([("in", "09:00"), ("in", "14:00"), ("out", "17:00")], 180),
            ([("in", "09:00"), ("out", "12:00"), ("out", "17:00")], 180),
            ([("in", "09:00"), ("out", "12:00"), ("in", "12:00"), ("out", "13:00")], 240),
            ([("in", "09:00"), ("out", "09:00")], 0),
            ([("in", "09:00:00"), ("out", "09:00:59")], 0),
            ([], 0),
        ],
    )
    def test_a_check_in_counts_to_the_check_out_that_comes_next(
        self, marks: list[tuple[str, str]], minutes: int
    ) -> None:
        assert minutes_of(presences(stamp(*each) for each in marks)) == minutes

    @given(MARKS, st.randoms(use_true_random=False), st.data())
    def test_any_order_of_arrival_and_any_repeat_give_the_same(
        self, marks: list[Stamp], random: Any, draw: st.DataObject
    ) -> None:
        repeats = draw.draw(st.lists(st.sampled_from(marks), max_size=6)) if marks else []
        batch = [*marks, *repeats]
        random.shuffle(batch)

        assert minutes_of(presences(batch)) == minutes_of(presences(marks))

    @given(MARKS)
    def test_nobody_is_present_twice_at_once_or_longer_than_between_the_first_and_the_last_mark(
        self, marks: list[Stamp]
    ) -> None:
        found = presences(marks)

        assert all(each.begins < each.ends for each in found)
        assert all(here.ends <= there.begins for here, there in pairwise(found))
        if marks:
            longest = max(each.at for each in marks) - min(each.at for each in marks)
            assert minutes_of(found) <= longest / timedelta(minutes=1)

    @given(MARKS, st.sampled_from(["in", "out"]))
    def test_check_ins_alone_make_no_hours_and_neither_do_check_outs(self, marks: list[Stamp], direction: str) -> None:
        alone = [each for each in marks if each.direction == direction]

        assert presences(alone) == []


class TestHours:
    @pytest.mark.parametrize(
        ("out", "expected"), [("09:44", 0), ("09:45", 1), ("10:29", 1), ("10:30", 2), ("15:00", 8), ("21:00", 8)]
    )
    def test_are_whole_class_hours_of_45_minutes_under_the_daily_cap(self, out: str, expected: int) -> None:
        assert hours(stamp("in", "09:00"), stamp("out", out)) == expected

    def test_of_a_day_add_up_by_the_minute_before_they_are_cut(self) -> None:
        assert hours(stamp("in", "09:00"), stamp("out", "09:30"), stamp("in", "10:00"), stamp("out", "10:15")) == 1

    @given(MARKS, st.integers(0, 12))
    def test_never_pass_the_cap_whatever_the_marks(self, marks: list[Stamp], hours_max: int) -> None:
        day = recount(EMPTY, marks, hours_max=hours_max)

        assert 0 <= day.hours <= hours_max
        assert day.hours * 45 <= day.minutes

    @given(MARKS)
    def test_of_an_edited_day_stay_whatever_marks_come_later(self, marks: list[Stamp]) -> None:
        day = recount(EMPTY._replace(hours=3, edited=True), marks, hours_max=8)

        assert (day.hours, day.edited, day.minutes) == (3, True, minutes_of(presences(marks)))


class TestLessons:
    MORNING = LessonTime(moment("08:30"), moment("11:30"), 4)
    AFTERNOON = LessonTime(moment("14:00"), moment("17:30"), 4)

    @pytest.mark.parametrize(
        ("marks", "expected"),
        [
            ([("in", "08:20"), ("out", "17:30")], 8),
            ([("in", "08:20"), ("out", "11:40")], 4),
            ([("in", "08:20"), ("out", "13:59")], 4),
            ([("in", "11:30"), ("out", "14:00")], 0),
            ([("in", "10:00"), ("out", "15:30")], 4),
            ([("in", "14:00"), ("out", "17:30")], 4),
            ([("in", "18:00"), ("out", "22:00")], 0),
        ],
    )
    def test_only_what_lies_in_them_makes_hours(self, marks: list[tuple[str, str]], expected: int) -> None:
        stamps = [stamp(*each) for each in marks]

        day = recount(EMPTY, stamps, lessons=[self.MORNING, self.AFTERNOON], hours_max=24)

        assert day.hours == expected

    @given(MARKS, st.lists(st.tuples(st.integers(0, 20), st.integers(1, 180), st.integers(1, 4)), max_size=4))
    def test_never_make_more_hours_than_they_have_or_than_the_presences_without_them(
        self, marks: list[Stamp], drawn: list[tuple[int, int, int]]
    ) -> None:
        lessons: list[LessonTime] = []
        begins = moment("00:00")
        for pause, minutes, planned in drawn:
            begins += timedelta(minutes=pause)
            lessons.append(LessonTime(begins, begins + timedelta(minutes=minutes), planned))
            begins = lessons[-1].ends

        counted = minutes_of(presences(marks), lessons)

        assert counted <= minutes_of(presences(marks))
        if lessons:
            assert counted <= sum(each.hours for each in lessons) * 45


class TestTotals:
    @given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=10))
    def test_are_the_sum_of_the_days_and_tell_only_what_changed(self, days: list[tuple[int, int]]) -> None:
        pairs = [
            (
                EMPTY._replace(day=DAY + timedelta(place), hours=old),
                EMPTY._replace(day=DAY + timedelta(place), hours=new),
            )
            for place, (old, new) in enumerate(days)
        ]
        before = Total(UUID(int=3), sum(old for old, _ in days), sum(old > 0 for old, _ in days), version=4)

        after, fact = attendance.record(attendee(), before, pairs, at=NOON)

        assert (after.hours, after.days) == (sum(new for _, new in days), sum(new > 0 for _, new in days))
        changed = [new for old, new in pairs if old.hours != new.hours]
        assert after.version == (5 if changed else 4)
        if changed:
            assert fact is not None
            assert (fact.day, fact.day_hours) == (changed[-1].day, changed[-1].hours)
            assert (fact.subject, fact.version, fact.hours) == (f"attendance/{UUID(int=3)}", 5, after.hours)
        else:
            assert fact is None


class TestAdmit:
    def admit(self, at: str, *, now: str = "20:00", **changes: Any) -> None:
        attendance_marks.admit(mark("in", at), attendee(**changes), now=moment(now))

    def test_takes_a_mark_of_a_running_class_however_late(self) -> None:
        attendance_marks.admit(mark("in", "09:00"), attendee(), now=moment("09:00") + timedelta(90))

    def test_forgives_a_clock_some_minutes_of_drift(self) -> None:
        self.admit("09:05", now="09:00")

        with pytest.raises(MarkFromFuture):
            self.admit("09:05:01", now="09:00")

    @pytest.mark.parametrize(("starts", "ends"), [(6, 20), (1, 4)])
    def test_refuses_a_day_outside_the_class(self, starts: int, ends: int) -> None:
        with pytest.raises(MarkOutsideClass) as refused:
            self.admit("09:00", starts_on=date(2025, 3, starts), ends_on=date(2025, 3, ends))
        assert refused.value.facts == {"starts_on": f"2025-03-{starts:02d}", "ends_on": f"2025-03-{ends:02d}"}

    @pytest.mark.parametrize("status", sorted(set(ClassStatus) - {ClassStatus.RUNNING}))
    def test_refuses_a_class_that_is_not_running(self, status: ClassStatus) -> None:
        with pytest.raises(ClassTakesNoMarks):
            self.admit("09:00", class_status=status)

    @pytest.mark.parametrize("status", sorted(EnrolmentStatus))
    def test_judges_by_the_day_and_not_by_what_became_of_the_training_since(self, status: EnrolmentStatus) -> None:
        self.admit("09:00", status=status, spans=((date(2025, 3, 1), date(2025, 3, 5)),))

        with pytest.raises(NotInTraining) as refused:
            self.admit("09:00", status=status, spans=((date(2025, 3, 1), date(2025, 3, 4)),))
        assert refused.value.facts == {"state": status, "from_on": "2025-03-01", "until_on": "2025-03-04"}

    @given(st.lists(st.tuples(st.integers(1, 10), st.integers(0, 10)), min_size=1, max_size=3))
    def test_takes_a_day_of_any_stretch_of_the_training_and_no_other(self, stretches: list[tuple[int, int]]) -> None:
        spans = tuple((date(2025, 3, first), date(2025, 3, 1) + timedelta(last - 1)) for first, last in stretches)

        if any(first <= DAY <= last for first, last in spans):
            self.admit("09:00", spans=spans)
        else:
            with pytest.raises(NotInTraining):
                self.admit("09:00", spans=spans)

    @pytest.mark.parametrize(
        ("matched", "score", "shows"),
        [(None, None, True), (True, None, True), (True, 80, True), (True, 79, False), (False, None, False),
         (False, 100, False)],
    )  # fmt: skip
    def test_counts_a_comparison_of_faces_that_succeeded(
        self, matched: bool | None, score: int | None, shows: bool
    ) -> None:
        rules = policy(attendance_face_score_min=80)

        assert attendance_marks.shows_presence(matched=matched, score=score, policy=rules) is shows

    def test_knows_a_mark_sent_again_by_its_content(self) -> None:
        first = mark("in", "09:00")

        assert first.says_the_same(mark("in", "09:00", id=UUID(int=8), marked_by="another"))
        assert not first.says_the_same(mark("out", "09:00"))
        assert not first.says_the_same(mark("in", "09:00:01"))
        assert not first.says_the_same(mark("in", "09:00", enrolment_id=UUID(int=5)))
        assert not first.says_the_same(mark("in", "09:00", matched=False))
