"""Plan the lessons of a class: freely until it is approved, then with a reason and reported before; and omit some."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.usecases.counting import HoursReason, recount_class
from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.history import PLAN
from services.registry.classes.rules.notice import require_reported_before
from services.registry.classes.usecases import Explanation, own_class, remember
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.timetable import store
from services.registry.timetable.rules import changes as rules
from services.registry.timetable.rules.faults import LessonHasBegun, ReasonMissing, TimetableClosed
from services.registry.timetable.rules.lessons import Lesson, Timetable
from services.registry.timetable.usecases import judging as timetable
from services.registry.timetable.usecases import site_checks
from services.registry.timetable.usecases.judging import PlannedLesson
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.callers import Caller
from shared.kernel.periods import BUSINESS_ZONE
from shared.persons import Persons

OMIT: Final = "omit"
NEW_LESSONS: Final = "the timetable changed 课程表变更后重新核定学时"
"""The reason of outcomes that change with the lessons, in the history of the enrolments."""


async def put(
    connection: AsyncConnection,
    class_id: UUID,
    planned: Sequence[PlannedLesson],
    *,
    reason: str | None,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> Timetable:
    """Give a class of the caller's institution these lessons, all of them; the same again changes nothing.

    Raises NotFound, ForeignOrganisation, TimetableClosed, ReasonMissing, LessonHasBegun,
    ChangeReportedTooLate, TeacherTooOld, and what the rules of timetables raise.
    """
    class_ = await _open_class(connection, class_id, caller)
    stored = await store.of_class(connection, class_id)
    lessons = await timetable.read(connection, class_, planned)
    if {*stored.lessons} == {*lessons}:
        return stored
    rulebook = await rulebook_store.current(connection)
    if rules.is_approved(class_):
        require_in_time(class_, stored.lessons, lessons, reason=reason, rulebook=rulebook, at=at)
    staff, sites = await timetable.judge(connection, class_, lessons, stored=stored, rulebook=rulebook, at=at)
    timetable.require_ages(class_, lessons, staff, stored=stored, rulebook=rulebook, persons=persons, at=at)
    await timetable.save(connection, class_id, stored.lessons, lessons)
    planned_now = Timetable.of(lessons, stored.omitted)
    await site_checks.follow(connection, class_, planned_now, sites, at=at)
    explanation = Explanation([] if reason is None else [reason], timetable.changed(stored.lessons, lessons))
    await remember(connection, class_, PLAN, explanation, caller=caller, at=at)
    await timetable.tell(connection, class_, planned_now, staff=staff, at=at)
    if class_.status is ClassStatus.RUNNING:  # until it starts, nobody was marked present
        change = HoursReason(by=caller.person, reason=NEW_LESSONS, at=at)
        await recount_class(connection, class_id, change, rulebook=rulebook)
    return planned_now


async def omit(
    connection: AsyncConnection,
    class_id: UUID,
    begins: Collection[datetime],
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Timetable:
    """Keep that lessons of a class of the caller's institution were not held; new lessons can make up their hours.

    Hours that the trainees' marks gave for them no longer count. Lessons that are kept as not held already change
    nothing. Raises NotFound, ForeignOrganisation,
    TimetableClosed, LessonToCome.
    """
    class_ = await _open_class(connection, class_id, caller)
    stored = await store.of_class(connection, class_id)
    omitted = rules.omit(stored.lessons, begins, known={each.begins for each in stored.omitted}, at=at)
    if not omitted:
        return stored
    await store.omit(connection, class_id, {each.begins for each in omitted})
    explanation = Explanation([reason], {"omitted": timetable.kept(omitted)})
    await remember(connection, class_, OMIT, explanation, caller=caller, at=at)
    held = Timetable.of({*stored.lessons} - {*omitted}, [*stored.omitted, *omitted])
    await timetable.tell(connection, class_, held, at=at)
    await recount_class(connection, class_id, HoursReason(by=caller.person, reason=reason, at=at))
    return held


async def _open_class(connection: AsyncConnection, class_id: UUID, caller: Caller) -> TrainingClass:
    class_ = await own_class(connection, class_id, caller)
    if not class_.takes_trainees:
        raise TimetableClosed
    return class_


def require_in_time(
    class_: TrainingClass,
    before: Collection[Lesson],
    after: Collection[Lesson],
    *,
    reason: str | None,
    rulebook: Rulebook,
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
    lead_hours = rulebook.policy(class_.starts_on, class_.region).filing_change_lead_hours
    require_reported_before(rules.touched_from(before, after), lead_hours=lead_hours, at=at)
