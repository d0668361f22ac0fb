"""Look for implausible patterns around new marks, and raise flags for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules import rhythms as rules
from services.registry.attendance.rules.hours import DayHours, Presence, Stamp
from services.registry.attendance.rules.marks import Mark
from services.registry.attendance.store import marks as mark_store
from services.registry.attendance.store.marks import MarkContext
from services.registry.enrolments.rules.attendee import Attendee
from services.registry.flags import usecases as flag_usecases
from services.registry.flags.rules.flags import Observation
from services.registry.plan.rules.policy import Policy
from shared.kernel.periods import BUSINESS_ZONE


@dataclass(frozen=True)
class MarkBatch:
    """The new marks of a batch with their attendees (by enrolment), their context, the recounted days, the policy of
    each class, and the holidays among the days."""

    marks: Sequence[Mark]
    attendees: Mapping[UUID, Attendee]
    around: MarkContext
    days: Sequence[DayHours]
    policies: Mapping[UUID, Policy]
    holidays: Collection[date]

    @property
    def of_classes(self) -> Mapping[UUID, Attendee]:
        """One of the attendees for each class."""
        return {each.class_id: each for each in self.attendees.values()}


async def look(connection: AsyncConnection, batch: MarkBatch, *, at: datetime) -> Mapping[UUID, Observation]:
    """Raise a flag for each implausible pattern; existing flags stay as they are.

    Returns what the sender of a mark is told, by the mark's id.
    """
    taps = _double_taps(batch)
    seen = [
        *(each for each in taps.values() if each.facts["turned"]),
        *_times(batch),
        *await _persons(connection, batch),
        *rules.shared_devices(batch.around.devices, batch.of_classes, batch.policies),
        *rules.hurried_devices(batch.around.devices, batch.of_classes, batch.policies),
        *rules.faces_not_matched(batch.around.mismatches, batch.attendees, batch.policies),
        *rules.same_second(batch.around.seconds, batch.of_classes, batch.policies),
    ]
    # A batch often gives the same observation many times: a night of a class is one flag.
    await flag_usecases.raise_all(connection, list({(each.kind, each.seen): each for each in seen}.values()), at=at)
    return taps


def _double_taps(batch: MarkBatch) -> Mapping[UUID, Observation]:
    """The double taps that the new marks make, each by the id of the later of its marks that is new."""
    days: defaultdict[date, list[Stamp]] = defaultdict(list)
    for stamp in batch.around.stamps:
        days[stamp.day].append(stamp)
    new = {(mark.enrolment_id, mark.at, mark.direction): mark.id for mark in batch.marks if mark.counts}
    found: dict[UUID, Observation] = {}
    for stamps in days.values():
        for pair, seen in rules.tapped_twice(stamps, batch.attendees):
            for stamp in reversed(pair):
                mark_id = new.get((stamp.enrolment_id, stamp.at, stamp.direction))
                if mark_id is not None:
                    found[mark_id] = seen
                    break
    return found


def _times(batch: MarkBatch) -> list[Observation]:
    found: list[Observation] = []
    for mark in batch.marks:
        attendee, policy = batch.attendees[mark.enrolment_id], batch.policies[mark.class_id]
        found += rules.at_impossible_times([mark], attendee, policy=policy, holidays=batch.holidays)
    for day in batch.days:
        attendee = batch.attendees[day.enrolment_id]
        hours_max = batch.policies[attendee.class_id].attendance_day_hours_max
        found += rules.over_daily_hours(day, attendee, hours_max=hours_max)
    return found


async def _persons(connection: AsyncConnection, batch: MarkBatch) -> list[Observation]:
    lessons = await _lessons(connection, batch)
    groups: defaultdict[tuple[UUID, date], list[Stamp]] = defaultdict(list)
    for stamp in batch.around.stamps:
        groups[stamp.person, stamp.day].append(stamp)
    sites = {stamp.site_id for stamp in batch.around.stamps if stamp.site_id is not None}
    places = await mark_store.places(connection, sites) if len(sites) > 1 else {}
    policies = {each.person: batch.policies[each.class_id] for each in batch.attendees.values()}
    found: list[Observation] = []
    for (person, day), stamps in groups.items():
        found += rules.in_two_places(stamps, lessons.get((person, day), ()), batch.attendees)
        found += rules.too_far_apart(stamps, places, batch.attendees, policy=policies[person])
    return found


async def _lessons(connection: AsyncConnection, batch: MarkBatch) -> Mapping[tuple[UUID, date], list[Presence]]:
    """The lessons of trainees who are also in other classes; few are."""
    asked = {
        (each.person, mark.day, datetime.combine(mark.day, time(), BUSINESS_ZONE))
        for mark in batch.marks
        if (each := batch.attendees[mark.enrolment_id]).has_other_enrolments
    }
    lessons: defaultdict[tuple[UUID, date], list[Presence]] = defaultdict(list)
    if asked:
        for person, day, lesson in await mark_store.lessons(connection, asked):
            lessons[person, day].append(lesson)
    return lessons
