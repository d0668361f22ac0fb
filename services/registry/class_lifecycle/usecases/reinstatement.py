"""Take back the completion or cancellation of a class, with what a cancellation did to its trainees and lessons."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.class_lifecycle.rules.reinstatement import LessonsTaken
from services.registry.classes.rules import classes as rules
from services.registry.classes.rules.classes import WAYS_BACK, TrainingClass
from services.registry.classes.rules.history import state_before
from services.registry.classes.store import classes as store
from services.registry.classes.store import history as event_store
from services.registry.classes.usecases import Explanation, remember
from services.registry.enrolments.rules import reinstatement as enrolment_rules
from services.registry.enrolments.rules.overlaps import ClassDays, meet
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import history as enrolment_event_store
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.enrolments.usecases import steps as enrolment_steps
from services.registry.plan.usecases import visibility
from services.registry.timetable import store as lesson_store
from shared.backbone import outbox
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.callers import Caller
from shared.kernel.moves import REINSTATE, reinstated

_STEPS_MAX: Final = 1000
_BEGINNING: Final = UUID(int=0)


async def reinstate(
    connection: AsyncConnection, class_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> TrainingClass:
    """Take back a completion or cancellation, as an officer of the class's region or above.

    Trainees whom the cancellation withdrew are enrolled again, except those whose days are taken by now; the history
    says how many. Raises NotFound, ForeignRegion, IllegalMove, StateBeforeUnknown, LessonsTaken.
    """
    before = await store.load(connection, class_id, lock=True)
    await visibility.require_region(connection, caller, before.region)
    reinstated(WAYS_BACK, before.status, before.status)
    history = await event_store.page(connection, class_id, after=_BEGINNING, limit=_STEPS_MAX)
    status = state_before([event.verb for event in history])
    if status is None:
        raise enrolment_rules.StateBeforeUnknown
    count = await store.headcount(connection, class_id)
    after, fact = rules.reinstate(before, status, at=at, enrolled=count.enrolled)
    await store.save(connection, after, expected=before.version)
    change: dict[str, Any] | None = None
    if before.status is ClassStatus.CANCELLED:
        await _retake_lessons(connection, class_id)
        cancelled_at = next(event.done_at for event in reversed(history) if event.verb == rules.ClassVerb.CANCEL)
        change = await _enrol_again(connection, after, cancelled_at, by=caller.person, reason=reason, at=at)
    await remember(connection, after, REINSTATE, Explanation([reason], change), caller=caller, at=at)
    await outbox.record(connection, fact)
    return after


async def _retake_lessons(connection: AsyncConnection, class_id: UUID) -> None:
    """Raises LessonsTaken."""
    lessons = (await lesson_store.of_class(connection, class_id)).lessons
    if not lessons:
        return
    if clashes := (await lesson_store.surroundings(connection, class_id, lessons)).clashes:
        raise LessonsTaken(lessons=len({each.place for each in clashes}))
    await lesson_store.retake(connection, class_id)


async def _enrol_again(
    connection: AsyncConnection, class_: TrainingClass, cancelled_at: datetime, *, by: str, reason: str, at: datetime
) -> dict[str, Any]:
    """Reinstate the trainees whom the cancellation withdrew; the number of them and of those whose days are taken."""
    withdrawn = await enrolment_event_store.withdrawals(connection, class_.id, at=cancelled_at)
    known = await enrolment_store.by_ids(connection, [event.enrolment_id for event in withdrawn])
    steps = [
        enrolment_rules.reinstate(
            known[event.enrolment_id], class_, enrolment_rules.former(known[event.enrolment_id], [event]), at=at
        )
        for event in withdrawn
    ]
    if not steps:
        return {"trainees": 0, "days_taken": 0}
    taken = await overlap_store.taken(
        connection,
        {each.person for each, _ in steps},
        from_on=min(each.from_on for each, _ in steps),
        until_on=max(each.until_on for each, _ in steps),
    )
    lessons = await overlap_store.lesson_times(connection, {class_.id, *(each.class_id for each in taken)})
    free = [
        (each, fact)
        for each, fact in steps
        if not any(
            other.person == each.person
            and other.enrolment_id != each.id
            and meet(other.days, ClassDays(class_.id, each.from_on, each.until_on), lessons)
            for other in taken
        )
    ]
    await enrolment_steps.keep(connection, free, by=by, reason=reason)
    return {"trainees": len(free), "days_taken": len(steps) - len(free)}
