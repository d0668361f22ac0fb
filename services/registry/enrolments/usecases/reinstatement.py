"""Take back withdrawals and transfers that were mistakes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.enrolments.rules import enrolments as enrolment_rules
from services.registry.enrolments.rules import reinstatement as rules
from services.registry.enrolments.rules.enrolments import GIVEN_UP, WAYS_BACK, Enrolment
from services.registry.enrolments.rules.seats import ClassFull
from services.registry.enrolments.store import enrolments as store
from services.registry.enrolments.store import history as event_store
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.enrolments.usecases.overlaps import require_free
from services.registry.enrolments.usecases.steps import keep
from services.registry.plan.usecases import visibility
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.kernel.callers import Caller
from shared.kernel.moves import reinstated

_EVENTS_MAX: Final = 500


async def reinstate(
    connection: AsyncConnection, enrolment_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Enrolment:
    """Take back a withdrawal or transfer, as an officer of the class's region or above.

    The enrolment in the other class, if it was a transfer, is withdrawn without any day. Raises NotFound,
    ForeignRegion, OverlappingClass (C04), ClassFull and the rule's.
    """
    left = await store.load(connection, enrolment_id)
    continued = await store.successor(connection, enrolment_id) if left.status is EnrolmentStatus.TRANSFERRED else None
    classes = await _lock(connection, {each.class_id for each in (left, continued) if each is not None})
    class_ = classes[left.class_id]
    await visibility.require_visible(connection, caller, class_)
    before = await store.load(connection, enrolment_id, lock=True)
    reinstated(WAYS_BACK, before.status, before.status)
    steps: list[tuple[Enrolment, EnrolmentState]] = []
    if continued is not None:
        rules.require_not_begun(continued, attended_on=await overlap_store.attended_on(connection, continued.id))
        if continued.status in rules.UNFINISHED:
            other = classes[continued.class_id]
            steps.append(enrolment_rules.withdraw(continued, other, on=continued.from_on, at=at))
    former = rules.former(before, await event_store.of_enrolment(connection, before.id, limit=_EVENTS_MAX))
    after, fact = rules.reinstate(before, class_, former, at=at)
    await _require_place(connection, after, class_, besides=[each.id for each, _ in steps])
    await keep(connection, [*steps, (after, fact)], by=caller.person, reason=reason)
    return after


async def _lock(connection: AsyncConnection, class_ids: Collection[UUID]) -> dict[UUID, TrainingClass]:
    # Always in the same order, so that two opposite steps do not deadlock.
    return {each: await class_store.load(connection, each, lock=True) for each in sorted(class_ids)}


async def _require_place(
    connection: AsyncConnection, enrolment: Enrolment, class_: TrainingClass, *, besides: Collection[UUID]
) -> None:
    """Raises OverlappingClass, ClassFull. The enrolments `besides` are given up by the same step."""
    await require_free(connection, enrolment, besides=besides)
    if enrolment.status not in GIVEN_UP and (await class_store.headcount(connection, class_.id)).seated >= class_.seats:
        raise ClassFull(seats=class_.seats)
