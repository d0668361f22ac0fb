"""Store recounted hours with what follows from them, and recount a class whose timetable was changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules import hours as rules
from services.registry.attendance.rules.hours import DayHours, DayLimits, Stamp, Total
from services.registry.attendance.store import attendees as attendee_store
from services.registry.attendance.store import hours as store
from services.registry.attendance.store import marks as mark_store
from services.registry.enrolments.rules.attendee import Attendee
from services.registry.enrolments.usecases import outcomes
from services.registry.enrolments.usecases.outcomes import HoursChange
from services.registry.plan.rules.policy import Policy
from services.registry.plan.rules.rulebook import Rulebook
from shared.backbone import outbox

DayChanges = Mapping[UUID, Sequence[tuple[DayHours, DayHours]]]
"""By enrolment, its days as (before, after)."""


class HoursReason(NamedTuple):
    """Who made hours change, why, and when; the reason goes into the history of outcomes that change with them."""

    by: str
    reason: str
    at: datetime


def limits_of(policy: Policy) -> DayLimits:
    return DayLimits(policy.attendance_day_hours_max, policy.attendance_grace_minutes)


async def recount_class(
    connection: AsyncConnection, class_id: UUID, change: HoursReason, *, rulebook: Rulebook | None = None
) -> None:
    """Count all days of a class again by the lessons that stand now; the caller holds the lock of the class.

    Marks that arrive meanwhile wait for the trainees' locks and then see these lessons.
    """
    found = await attendee_store.lock_class(connection, class_id)
    attendees = {each.enrolment_id: each for each in found.all}
    if not attendees:
        return
    kept = await mark_store.of_class(connection, class_id, attendees)
    stamps: defaultdict[tuple[UUID, date], list[Stamp]] = defaultdict(list)
    for stamp in kept.stamps:
        stamps[stamp.enrolment_id, stamp.day].append(stamp)
    changes: defaultdict[UUID, list[tuple[DayHours, DayHours]]] = defaultdict(list)
    for key in sorted(stamps.keys() | kept.days.keys()):
        before, limits = kept.days.get(key) or DayHours(*key), limits_of(found.policies[class_id])
        after = rules.recount(before, stamps[key], lessons=kept.lessons_of(key[1]), limits=limits)
        if after != before:
            changes[key[0]].append((before, after))
    if changes:
        totals = {each: kept.totals.get(each, Total(each)) for each in changes}
        await save(connection, changes, totals, attendees, change, rulebook=rulebook)


async def save(
    connection: AsyncConnection,
    changes: DayChanges,
    totals: Mapping[UUID, Total],
    attendees: Mapping[UUID, Attendee],
    change: HoursReason,
    *,
    rulebook: Rulebook | None = None,
) -> None:
    """Store changed days, totals and facts; outcomes that rest on them are decided again.

    `totals` are those before, by enrolment. The caller holds the locks of the enrolments.
    """
    recorded = [rules.record(attendees[each], totals[each], pairs, at=change.at) for each, pairs in changes.items()]
    # A check-in alone changes nothing yet, and costs no statement.
    days = [new for pairs in changes.values() for old, new in pairs if new != old]
    changed = [total for total, fact in recorded if fact is not None]
    await store.save(connection, days, changed)
    await outbox.record(connection, *(fact for _, fact in recorded if fact is not None))
    recounted = [
        HoursChange(attendees[each.enrolment_id], totals[each.enrolment_id].hours, each.hours) for each in changed
    ]
    await outcomes.follow(connection, recounted, by=change.by, reason=change.reason, at=change.at, rulebook=rulebook)
