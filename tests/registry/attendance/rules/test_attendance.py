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
from services.registry.attendance.rules.hours import (
    DayHours,
    DayLimits,
    LessonTime,
    Stamp,
    Total,
    double_taps,
    minutes_of,
    presences,
    recount,
)
from services.registry.attendance.rules.marks import (
    ClassTakesNoMarks,
    MarkFromFuture,
    MarkOutsideClass,
    MarkTooLate,
    NotInTraining,
)
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

SECONDS = st.integers(0, 24 * 60 * 60 - 1)
TAPS = st.lists(
    st.tuples(st.sampled_from(["in", "out"]), SECONDS | st.integers(30_000, 30_300)).map(
        lambda each: stamp(each[0], "00:00")._replace(at=moment("00:00") + timedelta(seconds=each[1]))
    ),
    max_size=10,
)
"""To the second, and often many within five minutes."""
GRACES = st.integers(0, 15)


def plan(drawn: list[tuple[int, int, int]]) -> list[LessonTime]:
    """Lessons one after another, each as (minutes of pause before it, class hours, minutes of breaks in it)."""
    lessons: list[LessonTime] = []
    begins = moment("08:00")
    for pause, planned, breaks in drawn:
        begins += timedelta(minutes=pause)
        lessons.append(LessonTime(begins, begins + timedelta(minutes=45 * planned + breaks), planned))
        begins = lessons[-1].ends
    return lessons


PLANS = st.lists(st.tuples(st.integers(40, 90), st.integers(1, 4), st.integers(0, 30)), max_size=3).map(plan)


def hours(*stamps: Stamp, hours_max: int = 8) -> int:
    return recount(EMPTY, stamps, limits=DayLimits(hours_max)).hours


class TestPresences:
    @pytest.mark.parametrize(
        ("marks", "minutes"),
        [
            ([("in", "09:00"), ("out", "12:00")], 180),
            ([("in", "09:00"), ("out", "12:00"), ("in", "14:00"), ("out", "17:30")], 390),
            ([("in", "09:00")], 0),
            ([("out", "12:00")], 0),
            ([("out", "09:00"), ("in", "12:00")], 0),
            ([("in", "09:00"), ("in", "14:00"), ("out", "17:00")], 480),
            ([("in", "09:00"), ("out", "10:00"), ("in", "11:00"), ("in", "14:00"), ("out", "17:00")], 420),
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
        day = recount(EMPTY, marks, limits=DayLimits(hours_max))

        assert 0 <= day.hours <= hours_max
        assert day.hours * 45 <= day.minutes

    @given(MARKS)
    def test_of_an_edited_day_stay_whatever_marks_come_later(self, marks: list[Stamp]) -> None:
        day = recount(EMPTY._replace(hours=3, edited=True, signed=3), marks, limits=DayLimits(8))

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

        day = recount(EMPTY, stamps, lessons=[self.MORNING, self.AFTERNOON], limits=DayLimits(24))

        assert day.hours == expected

    @given(MARKS)
    def test_a_day_without_any_counts_nothing_in_a_class_with_a_timetable(self, marks: list[Stamp]) -> None:
        limits = DayLimits(8, grace_minutes=5)

        assert recount(EMPTY, marks, lessons=[], limits=limits).hours == 0
        assert recount(EMPTY._replace(hours=6, edited=True, signed=6), marks, lessons=[], limits=limits).hours == 0

    def test_that_fell_out_take_an_edit_with_them_and_one_in_their_place_brings_it_back(self) -> None:
        edited = EMPTY._replace(hours=6, edited=True, signed=6)

        fallen_out = recount(edited, [], lessons=[self.MORNING], limits=DayLimits(8))
        made_up = recount(fallen_out, [], lessons=[self.MORNING, self.AFTERNOON], limits=DayLimits(8))

        assert (fallen_out.hours, made_up.hours) == (4, 6)

    @given(MARKS, PLANS, GRACES)
    def test_never_make_more_hours_than_they_have(
        self, marks: list[Stamp], lessons: list[LessonTime], grace: int
    ) -> None:
        day = recount(EMPTY, marks, lessons=lessons, limits=DayLimits(24, grace))

        assert day.hours <= sum(each.hours for each in lessons)
        assert day.minutes <= sum(each.hours for each in lessons) * 45

    @given(MARKS, PLANS)
    def test_never_make_more_minutes_than_the_presences_without_them(
        self, marks: list[Stamp], lessons: list[LessonTime]
    ) -> None:
        assert minutes_of(presences(marks), lessons) <= minutes_of(presences(marks))


class TestCounting:
    """What holds for pairing and counting together, whatever the marks, the lessons and the grace."""

    def count(self, marks: list[Stamp], lessons: list[LessonTime] | None, grace: int) -> int:
        return recount(EMPTY, marks, lessons=lessons, limits=DayLimits(24, grace)).hours

    @given(TAPS, st.none() | PLANS, GRACES, SECONDS)
    def test_another_check_in_never_lowers_the_hours(
        self, marks: list[Stamp], lessons: list[LessonTime] | None, grace: int, second: int
    ) -> None:
        checked_in = stamp("in", "00:00")._replace(at=moment("00:00") + timedelta(seconds=second))

        assert self.count([*marks, checked_in], lessons, grace) >= self.count(marks, lessons, grace)

    @given(TAPS, st.none() | PLANS, GRACES, st.randoms(use_true_random=False))
    def test_the_order_of_arrival_does_not_matter(
        self, marks: list[Stamp], lessons: list[LessonTime] | None, grace: int, random: Any
    ) -> None:
        arriving = random.sample(marks, len(marks))

        assert self.count(arriving, lessons, grace) == self.count(marks, lessons, grace)

    @given(PLANS, GRACES, st.data())
    def test_seconds_within_the_grace_never_cost_an_hour(
        self, lessons: list[LessonTime], grace: int, draw: st.DataObject
    ) -> None:
        late = st.integers(-60, grace * 60).map(lambda seconds: timedelta(seconds=seconds))
        marks = []
        for each in lessons:
            here = stamp("in", "00:00")._replace(at=each.begins + draw.draw(late))
            gone = stamp("out", "00:00")._replace(at=max(each.ends - draw.draw(late), here.at + timedelta(minutes=1)))
            marks += [here, gone]

        assert self.count(marks, lessons, grace) == sum(each.hours for each in lessons)

    @given(st.integers(1, 20), GRACES, st.data())
    def test_seconds_within_the_grace_never_cost_an_hour_without_a_timetable(
        self, hours: int, grace: int, draw: st.DataObject
    ) -> None:
        short = draw.draw(st.integers(0, grace * 60))
        gone = moment("01:00") + timedelta(minutes=45 * hours, seconds=-short)

        assert self.count([stamp("in", "01:00"), stamp("out", "00:00")._replace(at=gone)], None, grace) == hours


class TestGrace:
    LESSONS = (LessonTime(moment("08:30"), moment("11:30"), 4), LessonTime(moment("14:00"), moment("17:00"), 4))

    @pytest.mark.parametrize(
        ("marks", "expected"),
        [
            ([("in", "08:30:01"), ("out", "11:30"), ("in", "14:00:01"), ("out", "17:00")], 8),
            ([("in", "08:35"), ("out", "11:25"), ("in", "14:05"), ("out", "16:55")], 8),
            ([("in", "08:35:01"), ("out", "11:30"), ("in", "14:00"), ("out", "17:00")], 7),
            ([("in", "08:30"), ("out", "11:24:59"), ("in", "14:00"), ("out", "17:00")], 7),
            ([("in", "08:30"), ("out", "08:33"), ("in", "08:34"), ("out", "11:30")], 4),
        ],
    )
    def test_lets_a_trainee_come_late_and_leave_early_by_minutes(
        self, marks: list[tuple[str, str]], expected: int
    ) -> None:
        stamps = [stamp(*each) for each in marks]

        assert recount(EMPTY, stamps, lessons=self.LESSONS, limits=DayLimits(8, grace_minutes=5)).hours == expected

    @pytest.mark.parametrize(("out", "expected"), [("11:25", 4), ("11:24:59", 3), ("11:29:59", 4), ("11:30", 4)])
    def test_completes_a_class_hour_without_a_timetable(self, out: str, expected: int) -> None:
        stamps = [stamp("in", "08:30"), stamp("out", out)]

        assert recount(EMPTY, stamps, limits=DayLimits(8, grace_minutes=5)).hours == expected


class TestDoubleTaps:
    @pytest.mark.parametrize(
        ("marks", "minutes"),
        [
            ([("in", "08:30:00"), ("out", "08:30:04"), ("out", "12:00")], 210),
            ([("in", "08:30:00"), ("out", "08:30:04"), ("in", "08:30:08"), ("out", "12:00")], 210),
            ([("in", "08:30:00"), ("in", "08:30:04"), ("out", "12:00")], 210),
            ([("in", "08:30"), ("in", "11:59:58"), ("out", "12:00:00")], 210),
            ([("in", "08:30"), ("out", "12:00:00"), ("in", "12:00:04"), ("out", "12:00:08")], 210),
            ([("in", "08:30:00"), ("out", "08:30:04")], 0),
            ([("in", "08:30"), ("out", "08:31"), ("out", "12:00")], 1),
        ],
    )
    def test_cost_nobody_the_time_before_or_after_them(self, marks: list[tuple[str, str]], minutes: int) -> None:
        assert minutes_of(presences(stamp(*each) for each in marks)) == minutes

    def test_are_found_in_both_directions(self) -> None:
        marks = [("in", "08:30:00"), ("out", "08:30:04"), ("out", "12:00"), ("in", "12:00:59"), ("out", "17:00")]

        found = double_taps([stamp(*each) for each in marks])

        assert [(here.direction, there.direction) for here, there in found] == [("in", "out"), ("out", "in")]


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
        attendance_marks.admit(mark("in", at), attendee(**changes), policy=policy(), now=moment(now))

    def test_takes_a_mark_as_long_as_an_institution_may_edit_the_day(self) -> None:
        rules, last = policy(attendance_edit_days_max=7), moment("23:59") + timedelta(7)

        attendance_marks.admit(mark("in", "09:00"), attendee(), policy=rules, now=last)

        with pytest.raises(MarkTooLate) as refused:
            attendance_marks.admit(mark("in", "09:00"), attendee(), policy=rules, now=last + timedelta(minutes=1))
        assert refused.value.facts == {"days_max": 7}

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
