"""Ask whether a person is free for a training, on every path that gives an enrolment days (C04)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.rules import overlaps as rules
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.overlaps import ClassDays
from services.registry.enrolments.store import overlaps as store


async def require_free(connection: AsyncConnection, enrolment: Enrolment, *, besides: Collection[UUID] = ()) -> None:
    """Raises OverlappingClass. The enrolments `besides` do not count, because the same step gives them up."""
    wanted = ClassDays(enrolment.class_id, enrolment.from_on, enrolment.until_on)
    days = {"from_on": enrolment.from_on, "until_on": enrolment.until_on}
    taken = await store.taken(connection, [enrolment.person], **days)
    others = [each for each in taken if each.enrolment_id not in (enrolment.id, *besides)]
    lessons = await store.lesson_times(connection, {wanted.class_id, *(each.class_id for each in others)})
    rules.require_free(others, wanted, institution_id=enrolment.institution_id, lessons=lessons)
