"""Changes of a class: what they touch, how early they are reported, and what they mean for the trainees."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.class_lifecycle.rules import changes as class_changes
from services.registry.class_lifecycle.rules.changes import ClassHasStarted, first_day_touched
from services.registry.classes.rules.notice import ChangeReportedTooLate, begins_at, require_reported_before
from services.registry.enrolments.rules.days import days_of
from services.registry.enrolments.rules.overlaps import OccupiedDays
from shared.contracts.registry.classes import ClassStatus
from tests.registry.builders import enrolment, training_class

APPROVED = training_class(status=ClassStatus.APPROVED)
RUNNING = training_class(status=ClassStatus.RUNNING)
DAYS = st.integers(-10, 10).map(lambda days: timedelta(days=days))


class TestTouched:
    @given(DAYS)
    def test_another_last_day_touches_the_first_day_that_comes_or_goes(self, by: timedelta) -> None:
        touched = first_day_touched(RUNNING, replace(RUNNING, ends_on=RUNNING.ends_on + by))

        in_before = {RUNNING.starts_on + timedelta(days=day) for day in range(20)}
        last = RUNNING.ends_on + by
        in_after = {day for day in (RUNNING.starts_on + timedelta(days=each) for each in range(40)) if day <= last}
        assert touched == min(in_before ^ in_after, default=None)

    @given(DAYS, DAYS)
    def test_a_class_that_has_not_started_touches_nothing_before_its_new_first_day(
        self, start: timedelta, end: timedelta
    ) -> None:
        after = replace(APPROVED, starts_on=APPROVED.starts_on + start, ends_on=APPROVED.ends_on + end)

        touched = first_day_touched(APPROVED, after)

        assert (touched is None) == (after == APPROVED)
        assert touched is None or touched >= after.starts_on
        assert not start or touched == after.starts_on

    def test_a_running_class_has_its_first_day_behind_it(self) -> None:
        with pytest.raises(ClassHasStarted):
            first_day_touched(RUNNING, replace(RUNNING, starts_on=date(2025, 3, 2)))

    def test_another_site_touches_the_first_day_of_a_class_that_has_not_started(self) -> None:
        site = UUID(int=8)

        assert first_day_touched(APPROVED, replace(APPROVED, site_id=site)) == APPROVED.starts_on
        assert first_day_touched(RUNNING, replace(RUNNING, site_id=site)) is None

    def test_seats_touch_no_day(self) -> None:
        assert first_day_touched(APPROVED, replace(APPROVED, seats=1)) is None


class TestReportedBefore:
    @given(st.integers(-72 * 60, 72 * 60), st.integers(0, 72))
    def test_a_change_is_reported_the_hours_of_the_policy_ahead(self, minutes: int, lead_hours: int) -> None:
        touches_from = begins_at(date(2026, 6, 10))
        at = touches_from.astimezone(UTC) - timedelta(minutes=minutes)

        if minutes >= lead_hours * 60:
            require_reported_before(touches_from, lead_hours=lead_hours, at=at)
        else:
            with pytest.raises(ChangeReportedTooLate) as refused:
                require_reported_before(touches_from, lead_hours=lead_hours, at=at)
            assert refused.value.facts == {"touches_from": "2026-06-10T00:00:00+08:00", "lead_hours": lead_hours}

    def test_a_day_begins_at_midnight_in_china(self) -> None:
        assert begins_at(date(2026, 6, 10)) == datetime(2026, 6, 9, 16, tzinfo=UTC)

    def test_what_touches_nothing_may_be_reported_at_any_time(self) -> None:
        require_reported_before(None, lead_hours=24, at=datetime(2026, 6, 9, tzinfo=UTC))


class TestDays:
    @given(DAYS, st.integers(0, 15))
    def test_who_came_with_the_class_follows_it(self, start: timedelta, length: int) -> None:
        after = replace(APPROVED, starts_on=APPROVED.starts_on + start)
        after = replace(after, ends_on=after.starts_on + timedelta(days=length))

        assert days_of(enrolment(), APPROVED, after) == (after.starts_on, after.ends_on)

    @given(st.integers(1, 19), st.integers(0, 40))
    def test_who_came_later_does_not_begin_earlier(self, came: int, length: int) -> None:
        late = enrolment(from_on=RUNNING.starts_on + timedelta(days=came))
        after = replace(RUNNING, ends_on=RUNNING.starts_on + timedelta(days=length))

        from_on, until_on = days_of(late, RUNNING, after)

        assert until_on == after.ends_on
        assert from_on == min(late.from_on, after.ends_on)


class TestTraineesFree:
    """Two trainees who are moved to the days of the change, the second of whom has another training."""

    def training(self, person: int, class_id: int, *, first: int, last: int) -> OccupiedDays:
        start = APPROVED.starts_on
        days = start + timedelta(days=first), start + timedelta(days=last)
        ids = UUID(int=person * 10 + class_id), UUID(int=class_id), UUID(int=3), UUID(int=person)
        return OccupiedDays(*ids, f"T{person}", *days)

    def require(self, *, first: int) -> None:
        moved = [self.training(person, 1, first=0, last=9) for person in (1, 2)]
        other = self.training(2, 2, first=first, last=first + 9)
        class_changes.require_trainees_free(moved, [*moved, other], {})

    @pytest.mark.parametrize("first", [-9, 0, 9])
    def test_a_common_day_is_refused_and_counts_the_trainees(self, first: int) -> None:
        with pytest.raises(class_changes.ChangeOverlaps) as refused:
            self.require(first=first)

        assert (refused.value.check, refused.value.facts) == ("C04", {"trainees": 1})

    @pytest.mark.parametrize("first", [-10, 10])
    def test_the_day_before_and_the_day_after_are_free(self, first: int) -> None:
        self.require(first=first)
