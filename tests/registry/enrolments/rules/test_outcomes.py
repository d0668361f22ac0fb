"""Outcomes: who may say the hours, when a class can be concluded, and what completes a training."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.classes.rules.faults import TooEarly
from services.registry.enrolments.rules.enrolments import is_enough
from services.registry.enrolments.rules.outcomes import (
    Attended,
    CompletionThresholds,
    HoursBounds,
    HoursComeFromMarks,
    LessonsToCome,
    MoreHoursThanAttended,
    NoAttendance,
    hours_after,
    missed,
    require_attended,
    require_conclusion,
    require_posting,
)
from shared.kernel.periods import BUSINESS_ZONE
from tests.registry.attendance.rules.marking import policy
from tests.registry.builders import SHARE_MIN, training_class


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE)


class TestOutcomes:
    @given(st.integers(0, 100), st.integers(0, 100))
    def test_nobody_is_given_more_hours_than_attended(self, hours: int, attended: int) -> None:
        if hours <= attended:
            require_attended(hours, attended=attended)
        else:
            with pytest.raises(MoreHoursThanAttended) as refused:
                require_attended(hours, attended=attended)
            assert (refused.value.check, refused.value.facts) == ("C14", {"hours_max": attended})

    def test_hours_are_posted_only_where_they_need_not_come_from_marks(self) -> None:
        require_posting(policy(attendance_marks_required=False), class_id=UUID(int=1))

        with pytest.raises(HoursComeFromMarks) as refused:
            require_posting(policy(attendance_marks_required=True), class_id=UUID(int=1))
        assert refused.value.facts == {"conclusion": f"/v1/classes/{UUID(int=1)}/conclusion"}

    @pytest.mark.parametrize(
        ("hours", "before", "after", "required", "expected"),
        [
            (40, 40, 48, False, 48),
            (40, 40, 32, False, 32),
            (60, 64, 72, False, 60),
            (60, 64, 50, False, 50),
            (30, 40, 48, False, 30),
            (30, 40, 20, False, 20),
            (60, 0, 6, False, 60),
            (60, 0, 6, True, 6),
            (30, 40, 48, True, 48),
        ],
    )
    def test_an_outcome_follows_the_attendance_that_it_was_given_for(
        self, hours: int, before: int, after: int, required: bool, expected: int
    ) -> None:
        rules = policy(attendance_marks_required=required)

        assert hours_after(hours, before=before, after=after, policy=rules) == expected

    @given(*[st.integers(0, 100)] * 3, st.booleans())
    def test_no_outcome_grows_beyond_the_attendance(self, hours: int, before: int, after: int, required: bool) -> None:
        rules = policy(attendance_marks_required=required)

        then = hours_after(hours, before=before, after=after, policy=rules)

        assert then <= max(hours, after)

    @given(st.integers(0, 100), st.integers(0, 100), st.none() | st.integers(0, 60))
    def test_no_outcome_counts_more_hours_than_the_class_or_here_than_its_timetable(
        self, here: int, carried: int, planned: int | None
    ) -> None:
        counted = Attended(here, carried).counted(HoursBounds(60, planned))

        assert counted <= 60
        assert counted <= here + carried
        if planned is not None:
            assert counted <= planned + carried

    @pytest.mark.parametrize(
        ("at", "required", "kept", "lessons_end", "refusal"),
        [
            ("2025-03-20T23:59", True, True, None, TooEarly),
            ("2025-03-21T00:00", True, True, None, None),
            ("2025-03-21T00:00", True, False, None, None),
            ("2025-03-21T00:00", False, True, None, None),
            ("2025-03-21T00:00", False, False, None, NoAttendance),
            ("2025-03-20T16:29", True, True, "2025-03-20T16:30", LessonsToCome),
            ("2025-03-20T16:30", True, True, "2025-03-20T16:30", None),
            ("2025-03-19T16:30", True, True, "2025-03-12T16:30", TooEarly),
            ("2025-03-20T00:00", True, True, "2025-03-12T16:30", None),
        ],
    )
    def test_attendance_concludes_a_class_when_all_of_it_is_over(
        self, at: str, required: bool, kept: bool, lessons_end: str | None, refusal: type[Exception] | None
    ) -> None:
        rules = policy(attendance_marks_required=required)
        end = here(lessons_end) if lessons_end else None

        if refusal is None:
            require_conclusion(training_class(), rules, is_kept=kept, lessons_end=end, at=here(at))
        else:
            with pytest.raises(refusal):
                require_conclusion(training_class(), rules, is_kept=kept, lessons_end=end, at=here(at))

    @pytest.mark.parametrize(
        ("hours", "hours_min", "expected"),
        [(60, 56, []), (56, 56, []), (55, 56, ["few-hours"]), (48, 0, []), (47, 0, ["low-share"]),
         (47, 40, ["low-share"]), (40, 56, ["few-hours", "low-share"])],
    )  # fmt: skip
    def test_a_training_needs_its_share_and_the_least_hours_and_is_told_which_it_missed(
        self, hours: int, hours_min: int, expected: list[str]
    ) -> None:
        least = CompletionThresholds(SHARE_MIN, hours_min)._asdict()

        assert missed(hours, class_hours=60, **least) == expected
        assert is_enough(hours, training_class(hours=60), **least) is not bool(expected)
