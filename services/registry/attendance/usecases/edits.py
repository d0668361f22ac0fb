"""Set the hours of a day by hand, with a reason; an outcome that depends on them follows."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules import edits as rules
from services.registry.attendance.rules.edits import Edit
from services.registry.attendance.rules.hours import DayHours, Total
from services.registry.attendance.rules.marks import require_day
from services.registry.attendance.store import attendees as attendee_store
from services.registry.attendance.store import edits as edit_store
from services.registry.attendance.store import hours as store
from services.registry.attendance.store import marks as mark_store
from services.registry.attendance.usecases.counting import limits_of
from services.registry.enrolments.rules.attendee import Attendee
from services.registry.enrolments.usecases import outcomes
from services.registry.enrolments.usecases.outcomes import HoursChange
from services.registry.flags import usecases as flag_usecases
from services.registry.plan.usecases import visibility
from shared.backbone import outbox
from shared.kernel.callers import Caller, Whose
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import NotFound


class EditDetails(NamedTuple):
    """The class hours to set for a day, and the reason."""

    day: date
    hours: int
    reason: str


async def edit(
    connection: AsyncConnection, enrolment_id: UUID, details: EditDetails, *, caller: Caller, at: datetime
) -> tuple[DayHours, Total]:
    """Set a day's hours by hand: an institution within its period, later an officer of the region or above.

    Returns the day and the total. An existing outcome is decided again from the total, also after the class is
    completed. Suspicious edits are flagged (C14, C20).

    Raises NotFound, ForeignOrganisation, ForeignRegion and the rules'.
    """
    found = await attendee_store.lock_one(connection, enrolment_id, details.day)
    if not found.all:
        raise NotFound(what="enrolment", id=enrolment_id)
    (attendee,) = found.all
    await visibility.require_visible(connection, caller, attendee)
    policy = found.policies[attendee.class_id]
    rules.require_held(attendee)
    require_day(details.day, attendee, pointer="/day")
    is_own = caller.whose is Whose.OWN
    days_max = policy.attendance_edit_days_max if is_own else None
    rules.require_in_time(details.day, today=business_day(at), days_max=days_max)
    before = await store.day(connection, enrolment_id, details.day) or DayHours(enrolment_id, details.day)
    total = (await store.totals(connection, [enrolment_id])).get(enrolment_id, Total(enrolment_id))
    if before.edited and before.hours == details.hours:
        return before, total
    kept = await mark_store.of_class(connection, attendee.class_id, [])
    hours_max = limits_of(policy).hours_with(kept.lessons_of(details.day))
    signed = _sign(details, before, attendee, caller=caller, at=at)
    after, summed, fact = rules.edit(attendee, before, total, signed=signed, hours_max=hours_max)
    await store.save(connection, [after], [summed])
    await edit_store.add(connection, signed)
    await outbox.record(connection, fact)
    recounted = [HoursChange(attendee, total.hours, summed.hours)]
    await outcomes.follow(connection, recounted, by=caller.person, reason=details.reason, at=at)
    seen = list(rules.on_a_holiday(signed, attendee, holidays=found.holidays))
    if is_own:
        seen += rules.without_marks(signed, before, attendee, hours_max=hours_max)
    await flag_usecases.raise_all(connection, seen, at=at)
    return after, summed


def _sign(details: EditDetails, before: DayHours, attendee: Attendee, *, caller: Caller, at: datetime) -> Edit:
    return Edit(
        id=new_id(),
        enrolment_id=attendee.enrolment_id,
        day=details.day,
        hours_before=before.hours,
        hours_after=details.hours,
        reason=details.reason,
        signed_by=caller.person,
        signed_at=at,
        class_id=attendee.class_id,
        institution_id=attendee.institution_id,
        region=attendee.region,
        reporting_region=attendee.reporting_region,
    )
