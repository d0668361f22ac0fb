"""Edits of attendance: what they do, until when, and what looks wrong about them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.registry.attendance.rules import edits as attendance_edits
from services.registry.attendance.rules.edits import DayToCome, Edit, EditTooLate, TooManyDayHours
from services.registry.attendance.rules.hours import DayHours, Total
from services.registry.attendance.rules.marks import ClassTakesNoMarks
from shared.contracts.registry.classes import ClassStatus
from tests.registry.attendance.rules.marking import DAY, attendee
from tests.registry.builders import NOON

EMPTY = DayHours(UUID(int=3), DAY)


def signed(day: DayHours, hours: int) -> Edit:
    of = attendee()
    return Edit(
        UUID(int=7), day.enrolment_id, day.day, day.hours, hours, "停电", "clerk", NOON, of.class_id, of.institution_id,
        of.region, of.reporting_region,
    )  # fmt: skip


class TestEdit:
    def edit(self, day: DayHours, hours: int) -> Any:
        total = Total(day.enrolment_id, day.hours + 10, 3, version=2)
        return attendance_edits.edit(attendee(), day, total, signed=signed(day, hours), hours_max=8)

    @pytest.mark.parametrize("hours", [0, 2, 8])
    def test_sets_the_day_and_the_total_with_it(self, hours: int) -> None:
        day, total, fact = self.edit(EMPTY._replace(minutes=95, hours=2), hours)

        assert (day.hours, day.minutes, day.edited) == (hours, 95, True)
        assert (total.hours, total.version) == (10 + hours, 3)
        assert (fact.day_hours, fact.hours, fact.version) == (hours, 10 + hours, 3)

    def test_over_the_daily_cap_is_refused(self) -> None:
        with pytest.raises(TooManyDayHours):
            self.edit(EMPTY, 9)

    @pytest.mark.parametrize(("days", "in_time"), [(0, True), (7, True), (8, False)])
    def test_by_an_institution_is_open_for_some_days(self, days: int, in_time: bool) -> None:
        today = DAY + timedelta(days)

        attendance_edits.require_in_time(DAY, today=today, days_max=None)
        if in_time:
            attendance_edits.require_in_time(DAY, today=today, days_max=7)
        else:
            with pytest.raises(EditTooLate):
                attendance_edits.require_in_time(DAY, today=today, days_max=7)

    def test_of_a_day_to_come_is_refused_to_everybody(self) -> None:
        with pytest.raises(DayToCome):
            attendance_edits.require_in_time(DAY, today=DAY - timedelta(1), days_max=None)

    @pytest.mark.parametrize("status", sorted(ClassStatus))
    def test_is_for_a_class_that_was_opened_also_when_it_is_over(self, status: ClassStatus) -> None:
        if status in (ClassStatus.RUNNING, ClassStatus.COMPLETED):
            attendance_edits.require_held(attendee(class_status=status))
        else:
            with pytest.raises(ClassTakesNoMarks):
                attendance_edits.require_held(attendee(class_status=status))


class TestWhatLooksWrong:
    @pytest.mark.parametrize(
        ("minutes", "before", "hours", "flagged"),
        [(0, 0, 1, True), (100, 2, 2, False), (100, 2, 3, True), (100, 8, 2, False), (600, 8, 8, False)],
    )
    def test_hours_beyond_what_the_marks_give_hold_a_claim(
        self, minutes: int, before: int, hours: int, flagged: bool
    ) -> None:
        day = EMPTY._replace(minutes=minutes, hours=before)

        found = list(attendance_edits.without_marks(signed(day, hours), day, attendee(), hours_max=8))

        assert [(flag.check, flag.kind, flag.holds, flag.enrolment_id) for flag in found] == [
            ("C14", "hours-without-marks", True, day.enrolment_id)
        ] * flagged

    @pytest.mark.parametrize(("hours", "holiday", "flagged"), [(8, DAY, True), (0, DAY, False), (8, None, False)])
    def test_hours_on_a_public_holiday_are_flagged(self, hours: int, holiday: date | None, flagged: bool) -> None:
        holidays = {holiday} if holiday else set()

        found = list(attendance_edits.on_a_holiday(signed(EMPTY, hours), attendee(), holidays=holidays))

        assert [(flag.check, flag.kind) for flag in found] == [("C20", "on-a-holiday")] * flagged
