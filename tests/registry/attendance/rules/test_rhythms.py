"""Impossible rhythms: what is flagged, and what is not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.attendance.rules import rhythms
from services.registry.attendance.rules.hours import DayHours, Presence, Stamp, presences
from services.registry.attendance.rules.marks import Direction, Method
from services.registry.attendance.rules.rhythms import Coordinates, DeviceStamp, SameSecond
from tests.registry.attendance.rules.marking import DAY, attendee, mark, moment, policy, stamp

HERE, THERE = UUID(int=3), UUID(int=30)
ZHENGZHOU, LUOYANG, NEXT_DOOR = UUID(int=101), UUID(int=102), UUID(int=103)
PLACES = {
    ZHENGZHOU: Coordinates(113.62, 34.75),
    LUOYANG: Coordinates(112.45, 34.62),
    NEXT_DOOR: Coordinates(113.63, 34.75),
}
ATTENDEES = {HERE: attendee()}
BY_CLASS = {UUID(int=1): attendee()}
POLICIES = {UUID(int=1): policy()}
METHODS = st.sampled_from([Method.QR, Method.FACE])


def elsewhere(direction: str, at: str, **changes: Any) -> Stamp:
    return stamp(direction, at, enrolment_id=THERE, class_id=UUID(int=10), **changes)


DAYS_IN_TWO_CLASSES = st.lists(
    st.tuples(st.sampled_from(["in", "out"]), st.integers(0, 179), st.sampled_from([stamp, elsewhere])).map(
        lambda each: each[2](each[0], f"{each[1] // 60:02d}:{each[1] % 60:02d}")
    ),
    max_size=14,
)


class TestTwoPlaces:
    def seen(self, *stamps: Stamp, lessons: tuple[Presence, ...] = ()) -> list[tuple[str, str]]:
        return [(each.check, each.kind) for each in rhythms.in_two_places(stamps, lessons, ATTENDEES)]

    def test_a_mark_while_present_in_another_class_is_flagged_as_c05(self) -> None:
        seen = self.seen(elsewhere("in", "09:00"), elsewhere("out", "12:00"), stamp("in", "10:00"))

        assert seen == [("C05", "two-places-at-once")]

    def test_the_same_hours_in_two_classes_are_one_flag_from_both_sides(self) -> None:
        stamps = [stamp("in", "09:00"), stamp("out", "12:00"), elsewhere("in", "09:00"), elsewhere("out", "12:00")]

        flags = list(rhythms.in_two_places(stamps, (), ATTENDEES))
        from_there = rhythms.in_two_places(stamps, (), {THERE: attendee(enrolment_id=THERE)})

        assert len({(flag.kind, flag.seen) for flag in [*flags, *from_there]}) == 1
        assert {flag.person for flag in flags} == {UUID(int=4)}

    def test_classes_that_follow_each_other_are_not(self) -> None:
        assert not self.seen(
            stamp("in", "09:00"), stamp("out", "12:00"), elsewhere("in", "12:00"), elsewhere("out", "15:00")
        )

    def test_a_mark_during_a_lesson_of_another_class_is(self) -> None:
        lesson = Presence(THERE, UUID(int=10), moment("09:00"), moment("10:30"))

        assert self.seen(stamp("in", "09:30"), lessons=(lesson,))
        assert not self.seen(stamp("in", "10:30"), lessons=(lesson,))
        assert not self.seen(stamp("in", "09:30"), lessons=(lesson._replace(enrolment_id=HERE),))

    @given(DAYS_IN_TWO_CLASSES, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=3))
    def test_every_mark_within_a_presence_or_lesson_elsewhere_is_found_and_no_other(
        self, stamps: list[Stamp], drawn: list[tuple[int, int]]
    ) -> None:
        lessons: list[Presence] = []
        for pause, minutes in drawn:
            begins = (lessons[-1].ends if lessons else moment("00:00")) + timedelta(minutes=pause)
            lessons.append(Presence(THERE, UUID(int=10), begins, begins + timedelta(minutes=minutes)))
        busy = [presences(each for each in stamps if each.enrolment_id == which) for which in (HERE, THERE)]

        found = list(rhythms.in_two_places(stamps, lessons * 2, ATTENDEES))

        assert len(found) == sum(
            any(
                other.enrolment_id != stamp.enrolment_id
                and other.begins <= stamp.at <= other.ends
                and stamp.at != (other.ends if stamp.direction is Direction.IN else other.begins)
                for other in stretch
            )
            for stamp in stamps
            for stretch in (*busy, lessons)
        )

    def test_of_one_class_alone_are_not_compared_with_each_other(self) -> None:
        stamps = [stamp(("in", "out")[each % 2], f"{each // 60:02d}:{each % 60:02d}") for each in range(24 * 60)]

        assert not self.seen(*stamps)


class TestTooFarApart:
    def seen(self, *stamps: Stamp, **changes: Any) -> list[Any]:
        return list(rhythms.too_far_apart(stamps, PLACES, ATTENDEES, policy=policy(**changes)))

    def test_luoyang_is_not_reached_from_zhengzhou_within_the_hour(self) -> None:
        (flag,) = self.seen(stamp("in", "09:00", site_id=ZHENGZHOU), elsewhere("in", "09:50", site_id=LUOYANG))

        assert (flag.check, flag.kind, flag.facts["km"], flag.facts["minutes"]) == ("C05", "too-far-apart", 108, 50)

    def test_in_two_hours_it_is(self) -> None:
        assert not self.seen(stamp("in", "09:00", site_id=ZHENGZHOU), elsewhere("in", "11:00", site_id=LUOYANG))

    def test_the_policy_says_how_fast_people_travel(self) -> None:
        stamps = stamp("in", "09:00", site_id=ZHENGZHOU), elsewhere("in", "09:50", site_id=LUOYANG)

        assert not self.seen(*stamps, attendance_travel_km_per_hour=120)

    def test_the_building_next_door_is_reached_at_once_and_an_unknown_place_from_anywhere(self) -> None:
        assert not self.seen(stamp("out", "09:00", site_id=ZHENGZHOU), stamp("in", "09:00", site_id=NEXT_DOOR))
        assert not self.seen(stamp("in", "09:00", site_id=ZHENGZHOU), elsewhere("in", "09:00", site_id=UUID(int=1)))
        assert not self.seen(stamp("in", "09:00", site_id=ZHENGZHOU), elsewhere("in", "09:00"))

    @given(*[st.floats(73, 136), st.floats(3, 54)] * 2)
    def test_distance_is_a_distance(self, east: float, north: float, other_east: float, other_north: float) -> None:
        here, there = Coordinates(east, north), Coordinates(other_east, other_north)

        assert rhythms.distance(here, there) == pytest.approx(rhythms.distance(there, here))
        assert 0 <= rhythms.distance(here, there) < 8_000
        assert rhythms.distance(here, here) == 0


class TestTimes:
    def kinds(self, at: str, *, holidays: set[date] | None = None) -> list[str]:
        marks = [mark("in", at)]
        found = list(rhythms.at_impossible_times(marks, attendee(), policy=policy(), holidays=holidays or set()))
        assert all((flag.check, flag.class_id) == ("C20", UUID(int=1)) for flag in found)
        return [flag.kind for flag in found]

    @pytest.mark.parametrize(
        ("at", "flagged"), [("05:59:59", True), ("06:00", False), ("22:00", False), ("22:00:01", True), ("00:00", True)]
    )
    def test_training_at_night_is_flagged(self, at: str, flagged: bool) -> None:
        assert self.kinds(at) == (["at-odd-hours"] if flagged else [])

    def test_training_on_a_public_holiday_is(self) -> None:
        assert self.kinds("09:00", holidays={DAY}) == ["on-a-holiday"]
        assert self.kinds("09:00", holidays={DAY + timedelta(1)}) == []

    @pytest.mark.parametrize(("minutes", "flagged"), [(8 * 45, False), (9 * 45 - 1, False), (9 * 45, True)])
    def test_more_hours_in_a_day_than_count_are(self, minutes: int, flagged: bool) -> None:
        day = DayHours(HERE, DAY, minutes=minutes, hours=8)

        found = list(rhythms.over_daily_hours(day, attendee(), hours_max=8))

        assert [(flag.check, flag.kind, flag.seen) for flag in found] == (
            [("C20", "over-daily-hours", f"{UUID(int=1)}/{DAY}")] if flagged else []
        )


class TestDevices:
    def stamps(self, count: int, *, seconds: int, method: Method = Method.QR) -> list[DeviceStamp]:
        return [
            DeviceStamp(
                "phone", UUID(int=1), UUID(int=50 + each), method, moment("09:00") + timedelta(0, seconds * each)
            )
            for each in range(count)
        ]

    @pytest.mark.parametrize(
        ("trainees", "method", "flagged"),
        [(2, Method.QR, False), (3, Method.QR, True), (30, Method.DEVICE, False), (30, Method.FACE, False)],
    )
    def test_a_phone_is_for_few_trainees_and_a_gate_for_all(self, trainees: int, method: Method, flagged: bool) -> None:
        stamps = self.stamps(trainees, seconds=60, method=method)

        found = list(rhythms.shared_devices(stamps, BY_CLASS, POLICIES))

        assert [(flag.check, flag.kind) for flag in found] == [("C16", "one-device-many-trainees")] * flagged

    @pytest.mark.parametrize(
        ("classes", "about"),
        [
            ([1, 1, 1], [UUID(int=1)]),
            ([1, 10, 11], [None]),
            ([1, 1, 1, 10], [UUID(int=1), None]),
            ([1, 10], []),
            ([10, 11, 12], []),
        ],
    )
    def test_a_phone_that_goes_from_class_to_class_is_seen_at_the_institution(
        self, classes: list[int], about: list[UUID | None]
    ) -> None:
        stamps = [
            each._replace(class_id=UUID(int=class_id))
            for each, class_id in zip(self.stamps(len(classes), seconds=60), classes, strict=True)
        ]

        found = list(rhythms.shared_devices(stamps, BY_CLASS, POLICIES))

        assert [flag.class_id for flag in found] == about
        assert all(flag.institution_id == UUID(int=2) for flag in found)

    def test_one_trainee_who_marks_often_shares_no_phone(self) -> None:
        stamps = [each._replace(enrolment_id=HERE) for each in self.stamps(9, seconds=60)]

        assert not list(rhythms.shared_devices(stamps, BY_CLASS, POLICIES))

    @pytest.mark.parametrize(
        ("count", "seconds", "flagged"), [(30, 1, False), (31, 1, True), (200, 2, False), (60, 0, True)]
    )
    def test_a_device_cannot_be_passed_by_more_than_so_many_in_any_minute(
        self, count: int, seconds: int, flagged: bool
    ) -> None:
        stamps = self.stamps(count, seconds=seconds, method=Method.DEVICE)

        found = {(flag.check, flag.kind, flag.seen) for flag in rhythms.hurried_devices(stamps, BY_CLASS)}

        assert found == ({("C16", "device-too-fast", f"{UUID(int=2)}/phone/{DAY}")} if flagged else set())

    @given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 86399), METHODS), max_size=20))
    def test_is_looked_at_around_each_of_its_marks_and_never_twice(self, marks: list[Any]) -> None:
        made = [
            mark("in", "00:00", device=device, method=method)._replace(at=moment("00:00") + timedelta(0, second))
            for device, second, method in marks
        ]

        windows = rhythms.windows(made)

        assert all(
            sum(each.device == window.device and window.begins <= each.at <= window.ends for window in windows)
            == (each.device is not None)
            for each in made
        )


class TestSameSecond:
    @pytest.mark.parametrize(
        ("trainees", "devices", "by_hand", "flagged"),
        [(5, 2, False, True), (5, 0, True, True), (5, 1, False, False), (4, 3, False, False), (4, 0, True, False)],
    )
    def test_five_at_several_devices_or_by_hand_are_flagged(
        self, trainees: int, devices: int, by_hand: bool, flagged: bool
    ) -> None:
        second = SameSecond(UUID(int=1), moment("09:00"), trainees, devices, by_hand)

        found = list(rhythms.same_second([second], BY_CLASS))

        assert [(flag.check, flag.kind) for flag in found] == [("C20", "same-second")] * flagged
