"""Record that a teacher is gone: engagements end, classes with lessons left are flagged; and take it back."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store import classes as class_store
from services.registry.flags import usecases as flag_usecases
from services.registry.teachers.rules import departures as rules
from services.registry.teachers.rules.departures import Departure, DepartureKind
from services.registry.teachers.store import departures as store
from services.registry.teachers.store import engagements as engagement_store
from services.registry.teachers.store import teachers as teacher_store
from services.registry.teachers.usecases import periods
from services.registry.teachers.usecases.teachers import visible
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day


class DepartureReport(NamedTuple):
    """A departure, and by class how many lessons of the teacher are left to be given to others."""

    departure: Departure
    lessons_left: dict[UUID, int]


async def record(
    connection: AsyncConnection,
    teacher_id: UUID,
    kind: DepartureKind,
    *,
    last_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> DepartureReport:
    """End every engagement of a teacher on `last_on`, as an officer of a region where they are engaged, or above.

    Raises NotFound, ForeignRegion, TeacherDeparted, DepartureAhead.
    """
    await visible(connection, teacher_id, caller=caller)
    await teacher_store.lock(connection, [teacher_id])
    rules.require_there(await store.standing(connection, teacher_id))
    rules.require_past(last_on, today=business_day(at))
    engagements = await engagement_store.of_teachers(connection, [teacher_id])
    ended = await periods.end(connection, engagements, last_on=last_on, at=at)
    departure = Departure(
        new_id(),
        teacher_id,
        kind,
        last_on,
        reason,
        caller.person,
        at,
        {str(id_): None if day is None else day.isoformat() for id_, day in ended.items()},
    )
    await store.add(connection, departure)
    left = await store.lessons_left(connection, teacher_id, last_on=last_on)
    classes = await class_store.by_ids(connection, left)
    seen = [rules.teacher_gone(classes[each], departure, lessons=count) for each, count in left.items()]
    await flag_usecases.raise_all(connection, seen, at=at)
    return DepartureReport(departure, left)


async def undo(
    connection: AsyncConnection, departure_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Departure:
    """Take a departure back: the engagements that it ended get their last days back.

    Raises NotFound, ForeignRegion, DepartureUndone.
    """
    before = await store.load(connection, departure_id)
    await visible(connection, before.teacher_id, caller=caller)
    after = rules.undo(before, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    await periods.restore_all(connection, before.last_days, at=at)
    return after
