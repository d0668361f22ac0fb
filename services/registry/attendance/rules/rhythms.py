"""Implausible patterns in the marks of a day (C05, C16, C20). They raise flags; nothing is refused."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.registry.attendance.rules.flags import see_attendance, see_class_of, see_trainee
from services.registry.attendance.rules.hours import DayHours, Presence, Stamp, double_taps, presences, uncapped_hours
from services.registry.attendance.rules.marks import CLOCK_DRIFT_MAX, Direction, Mark, Method
from services.registry.enrolments.rules.attendee import Attendee
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.policy import Policy
from shared.kernel.periods import BUSINESS_ZONE, business_day

Timed = TypeVar("Timed", Stamp, Presence)

DEVICE_MARKS_PER_MINUTE_MAX: Final = 30
"""One person every two seconds: nobody passes a device faster, anywhere. Source: domain rules §4.6 C16."""
SAME_SECOND_TRAINEES_MAX: Final = 4
"""More trainees of a class, marked in the very same second, were not marked one by one, in whichever county.

Source: domain rules §4.6 C20.
"""

_ONE_PHONE: Final = FlagKind.ONE_DEVICE_MANY_TRAINEES
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_EARTH_RADIUS_KM: Final = 6371.0


class Coordinates(NamedTuple):
    """Degrees east and north."""

    longitude: float
    latitude: float


class DeviceStamp(NamedTuple):
    """A mark as the rules for devices need it."""

    device: str
    class_id: UUID
    enrolment_id: UUID
    method: Method
    at: datetime


class Window(NamedTuple):
    """A period in which one device's marks are examined, both ends included."""

    device: str
    begins: datetime
    ends: datetime


class SameSecond(NamedTuple):
    """Trainees of a class marked in one second, and the number of devices; `by_hand`: some mark had no device."""

    class_id: UUID
    second: datetime
    trainees: int
    devices: int
    by_hand: bool


def at_impossible_times(
    marks: Iterable[Mark], attendee: Attendee, *, policy: Policy, holidays: Collection[date]
) -> Iterator[Observation]:
    """Marks at night and on public holidays, once for a class and day (C20). Ordinary weekends are not flagged."""
    for mark in marks:
        local = mark.at.astimezone(BUSINESS_ZONE).time()
        if not policy.attendance_day_starts <= local <= policy.attendance_day_ends:
            yield see_class_of(FlagKind.AT_ODD_HOURS, attendee, f"{mark.day}", time=local.isoformat("minutes"))
        if mark.day in holidays:
            yield see_class_of(FlagKind.ON_A_HOLIDAY, attendee, f"{mark.day}", day=mark.day.isoformat())


def over_daily_hours(day: DayHours, attendee: Attendee, *, hours_max: int) -> Iterator[Observation]:
    """More hours by the marks of a day than can count (C20), once for a class and day."""
    hours = uncapped_hours(day.minutes)
    if hours > hours_max:
        facts = {"day": day.day.isoformat(), "hours": hours, "hours_max": hours_max}
        yield see_class_of(FlagKind.OVER_DAILY_HOURS, attendee, f"{day.day}", **facts)


def in_two_places(
    stamps: Sequence[Stamp], lessons: Iterable[Presence], attendees: Mapping[UUID, Attendee]
) -> Iterator[Observation]:
    """A mark made while the same person was present in another class, or had a lesson there (C04, as a flag C05).

    `stamps` are one person's of one day, in all of their classes; `lessons` those of the person's other classes.
    A person is present from just after a check-in to just before a check-out, so consecutive classes do not clash.
    """
    taught = set(lessons)
    if len({stamp.enrolment_id for stamp in stamps} | {each.enrolment_id for each in taught}) < 2:
        return
    busy = [*(presences(each) for each in _by_enrolment(stamps)), *(sorted(each) for each in _by_enrolment(taught))]
    for stamp in stamps:
        for ordered in filter(None, busy):
            other = ordered[0].enrolment_id, ordered[0].class_id
            if other[0] != stamp.enrolment_id and _is_among(stamp, ordered):
                yield from _of_two(FlagKind.TWO_PLACES_AT_ONCE, stamp, other, attendees, day=f"{stamp.day}")


def too_far_apart(
    stamps: Iterable[Stamp], places: Mapping[UUID, Coordinates], attendees: Mapping[UUID, Attendee], *, policy: Policy
) -> Iterator[Observation]:
    """Two consecutive marks at places that are too far apart for the time between them (C05).

    `stamps` are one person's of one day. The permitted clock drift is added to the time.
    """
    placed = sorted((each for each in stamps if each.site_id in places), key=lambda stamp: (stamp.at, stamp.direction))
    for here, there in pairwise(placed):
        assert here.site_id is not None
        assert there.site_id is not None
        kilometres = distance(places[here.site_id], places[there.site_id])
        hours = (there.at - here.at) / timedelta(hours=1) + CLOCK_DRIFT_MAX / timedelta(hours=1)
        if kilometres > policy.attendance_travel_km_per_hour * hours:
            facts = {"day": f"{there.day}", "km": round(kilometres), "minutes": (there.at - here.at) // _MINUTE}
            yield from _of_two(FlagKind.TOO_FAR_APART, there, (here.enrolment_id, here.class_id), attendees, **facts)


def tapped_twice(
    stamps: Iterable[Stamp], attendees: Mapping[UUID, Attendee]
) -> Iterator[tuple[tuple[Stamp, Stamp], Observation]]:
    """Each double tap among `stamps` of one day, as its two marks (C20).

    After a check-in, the check-out is passed over and costs nothing. After a check-out, the device may take the next
    marks for the opposite of what they are, which costs the trainee what follows: `turned` says so.
    """
    for each in _by_enrolment(stamps):
        if attendee := attendees.get(each[0].enrolment_id):
            for here, there in double_taps(each):
                facts = {"day": f"{there.day}", "turned": here.direction is Direction.OUT}
                seen = see_trainee(FlagKind.DOUBLE_TAP, attendee, f"{there.enrolment_id}/{there.day}", **facts)
                yield (here, there), seen


def windows(marks: Iterable[Mark]) -> list[Window]:
    """The windows for the devices of `marks`: a minute around each mark, a day for phones; merged if overlapping."""
    wanted = sorted(_window(mark) for mark in marks if mark.device is not None)
    merged: list[Window] = []
    for window in wanted:
        last = merged[-1] if merged else None
        if last is not None and last.device == window.device and window.begins <= last.ends:
            merged[-1] = last._replace(ends=max(last.ends, window.ends))
        else:
            merged.append(window)
    return merged


def shared_devices(
    stamps: Iterable[DeviceStamp], attendees: Mapping[UUID, Attendee], policies: Mapping[UUID, Policy]
) -> Iterator[Observation]:
    """Phones with which too many trainees of a class, or of several classes of an institution, checked in on one day
    (C16). `stamps` are one institution's."""
    phones: defaultdict[tuple[str, date], defaultdict[UUID, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for stamp in stamps:
        if stamp.method is Method.QR:
            phones[stamp.device, business_day(stamp.at)][stamp.class_id].add(stamp.enrolment_id)
    for (device, day), classes in phones.items():
        for class_id in sorted(classes.keys() & attendees.keys()):
            attendee, trainees_max = attendees[class_id], policies[class_id].attendance_trainees_per_phone_max
            here, everywhere = len(classes[class_id]), sum(map(len, classes.values()))
            facts: dict[str, object] = {"day": day.isoformat(), "device": device}
            if here > trainees_max:
                yield see_class_of(_ONE_PHONE, attendee, f"{device}/{day}", **facts, trainees=here)
            if everywhere > trainees_max and len(classes) > 1:
                facts |= {"trainees": everywhere, "classes": len(classes)}
                yield see_attendance(_ONE_PHONE, attendee, f"{attendee.institution_id}/{device}/{day}", facts=facts)


def hurried_devices(stamps: Iterable[DeviceStamp], attendees: Mapping[UUID, Attendee]) -> Iterator[Observation]:
    """Devices that made more marks in a minute than people can (C16), once for a device and day."""
    ordered = sorted(stamps, key=lambda stamp: (stamp.device, stamp.at))
    for device, group in groupby(ordered, key=lambda stamp: stamp.device):
        marks = list(group)
        for stamp, count in zip(marks, _counts_within_a_minute(marks), strict=True):
            attendee = attendees.get(stamp.class_id)
            if attendee and count > DEVICE_MARKS_PER_MINUTE_MAX:
                day = business_day(stamp.at)
                seen, facts = f"{attendee.institution_id}/{device}/{day}", {"day": f"{day}", "device": device}
                yield see_attendance(FlagKind.DEVICE_TOO_FAST, attendee, seen, class_id=stamp.class_id, facts=facts)


def same_second(found: Iterable[SameSecond], attendees: Mapping[UUID, Attendee]) -> Iterator[Observation]:
    """Too many trainees of a class marked in the same second, at several devices or by hand: invented marks (C20)."""
    for each in found:
        several = each.by_hand or each.devices > 1
        if several and each.trainees > SAME_SECOND_TRAINEES_MAX:
            facts = {"second": each.second.isoformat(), "trainees": each.trainees}
            yield see_class_of(FlagKind.SAME_SECOND, attendees[each.class_id], f"{each.second:%Y%m%dT%H%M%S}", **facts)


def faces_not_matched(
    failed: Mapping[tuple[UUID, date], int], attendees: Mapping[UUID, Attendee], policies: Mapping[UUID, Policy]
) -> Iterator[Observation]:
    """Trainees with too many failed face comparisons on one day (C20); `failed` counts by enrolment and day."""
    for (enrolment_id, day), count in failed.items():
        attendee = attendees.get(enrolment_id)
        if attendee and count > policies[attendee.class_id].attendance_face_mismatches_max:
            facts = {"day": day.isoformat(), "mismatches": count}
            yield see_trainee(FlagKind.FACE_NOT_MATCHED, attendee, f"{enrolment_id}/{day}", **facts)


def distance(here: Coordinates, there: Coordinates) -> float:
    """Kilometres between two points on the surface (haversine formula)."""
    south, north = radians(here.latitude), radians(there.latitude)
    half = sin((north - south) / 2) ** 2
    half += cos(south) * cos(north) * sin(radians(there.longitude - here.longitude) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def _by_enrolment(found: Iterable[Timed]) -> Collection[list[Timed]]:
    parts: defaultdict[UUID, list[Timed]] = defaultdict(list)
    for each in found:
        parts[each.enrolment_id].append(each)
    return parts.values()


def _is_among(stamp: Stamp, ordered: Sequence[Presence]) -> bool:
    """Whether the stamp lies within one of `ordered`, which are sorted and do not overlap (binary search)."""
    begun = bisect_right if stamp.direction is Direction.IN else bisect_left
    place = begun(ordered, stamp.at, key=lambda each: each.begins)
    return place > 0 and _is_within(stamp, ordered[place - 1])


def _is_within(stamp: Stamp, presence: Presence) -> bool:
    if stamp.direction is Direction.IN:
        return presence.begins <= stamp.at < presence.ends
    return presence.begins < stamp.at <= presence.ends


def _window(mark: Mark) -> Window:
    assert mark.device is not None
    if mark.method is not Method.QR:
        return Window(mark.device, mark.at - _MINUTE, mark.at + _MINUTE)
    midnight = datetime.combine(mark.day, time(), BUSINESS_ZONE)
    return Window(mark.device, midnight, midnight + _DAY - timedelta(microseconds=1))


def _counts_within_a_minute(marks: Sequence[DeviceStamp]) -> Iterator[int]:
    """For each of `marks`, sorted by time: the number of marks in the minute that ends with it."""
    first = 0
    for place, mark in enumerate(marks):
        while mark.at - marks[first].at >= _MINUTE:
            first += 1
        yield place - first + 1


def _of_two(
    kind: FlagKind, stamp: Stamp, other: tuple[UUID, UUID], attendees: Mapping[UUID, Attendee], **facts: object
) -> Iterator[Observation]:
    """An observation about the enrolment that was just marked; both enrolments give the same one."""
    other_enrolment, other_class = other
    attendee = attendees.get(stamp.enrolment_id) or attendees.get(other_enrolment)
    if attendee is not None:
        pair = "/".join(sorted((str(stamp.enrolment_id), str(other_enrolment))))
        other_class = other_class if attendee.enrolment_id == stamp.enrolment_id else stamp.class_id
        yield see_trainee(kind, attendee, f"{pair}/{stamp.day}", other_class=str(other_class), **facts)
