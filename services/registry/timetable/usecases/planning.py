"""Plan the lessons of a class: freely until it is approved, then with a reason and reported before; and omit some."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.history import PLAN
from services.registry.classes.rules.notice import require_reported_before
from services.registry.classes.usecases import Said, own_class, remember
from services.registry.plan.store import policy as policy_store
from services.registry.timetable import store
from services.registry.timetable.rules import changes as rules
from services.registry.timetable.rules.faults import LessonHasBegun, ReasonMissing, TimetableClosed
from services.registry.timetable.rules.lessons import Lesson
from services.registry.timetable.usecases import judging as timetable
from services.registry.timetable.usecases import site_checks
from services.registry.timetable.usecases.judging import PlannedLesson
from shared.kernel.callers import Caller
from shared.kernel.periods import BUSINESS_ZONE
from shared.persons import Persons

OMIT: Final = "omit"


async def put(
    connection: AsyncConnection,
    class_id: UUID,
    planned: Sequence[PlannedLesson],
    *,
    reason: str | None,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> None:
    """Give a class of the caller's institution these lessons, all of them; the same again changes nothing.

    Raises WrongRole, NotFound, ForeignOrganisation, TimetableClosed, ReasonMissing, LessonHasBegun,
    ChangeReportedTooLate, TeacherTooOld, and what the rules of timetables raise.
    """
    class_ = await _open_class(connection, class_id, caller)
    before = await store.of_class(connection, class_id)
    after = await timetable.read(connection, class_, planned)
    if {*before} == {*after}:
        return
    if rules.is_approved(class_):
        await require_in_time(connection, class_, before, after, reason=reason, at=at)
    await timetable.judge(connection, class_, after, at=at)
    await timetable.require_ages(connection, class_, after, persons=persons, at=at)
    await timetable.save(connection, class_id, before, after)
    await site_checks.follow(connection, class_, at=at)
    said = Said([] if reason is None else [reason], timetable.changed(before, after))
    await remember(connection, class_, PLAN, said, caller=caller, at=at)


async def omit(
    connection: AsyncConnection,
    class_id: UUID,
    begins: Collection[datetime],
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> None:
    """Keep that lessons of a class of the caller's institution were not held; their hours can be made up by new ones.

    What was said already is not said again. Raises WrongRole, NotFound, ForeignOrganisation, TimetableClosed,
    LessonToCome.
    """
    class_ = await _open_class(connection, class_id, caller)
    known = {each.begins for each in await store.of_class(connection, class_id, omitted=True)}
    omitted = rules.omit(await store.of_class(connection, class_id), begins, known=known, at=at)
    if omitted:
        await store.omit(connection, class_id, {each.begins for each in omitted})
        said = Said([reason], {"omitted": timetable.kept(omitted)})
        await remember(connection, class_, OMIT, said, caller=caller, at=at)


async def _open_class(connection: AsyncConnection, class_id: UUID, caller: Caller) -> TrainingClass:
    class_ = await own_class(connection, class_id, caller)
    if not class_.takes_trainees:
        raise TimetableClosed
    return class_


async def require_in_time(
    connection: AsyncConnection,
    class_: TrainingClass,
    before: Collection[Lesson],
    after: Collection[Lesson],
    *,
    reason: str | None,
    at: datetime,
) -> None:
    """A change of an approved class's lessons is explained and reported before what it touches.

    A class that has none yet gets its first ones at any time. Raises ReasonMissing, LessonHasBegun,
    ChangeReportedTooLate.
    """
    if not before:
        return
    if reason is None:
        raise ReasonMissing(pointer="/reason")
    changed_from = rules.changed_from(before, after)
    if changed_from is not None and changed_from < at:
        raise LessonHasBegun(pointer="/lessons", begins_at=changed_from.astimezone(BUSINESS_ZONE).isoformat())
    policy = await policy_store.on(connection, day=class_.starts_on, region=class_.region)
    touched_from = rules.touched_from(before, after)
    require_reported_before(touched_from, lead_hours=policy.filing_change_lead_hours, at=at)
