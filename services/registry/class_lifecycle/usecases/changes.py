"""Change the days, seats, site or examination of a class after its approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.usecases.counting import HoursReason, recount_class
from services.registry.class_lifecycle.rules import changes as rules
from services.registry.class_lifecycle.rules import filing as filing_rules
from services.registry.class_lifecycle.usecases import trainees as class_trainees
from services.registry.class_lifecycle.usecases.filing import exam_plan, site_id
from services.registry.class_lifecycle.usecases.sanctions import flag_stopped
from services.registry.classes.rules import classes as class_rules
from services.registry.classes.rules.classes import ClassVerb, ExamPlan, TrainingClass
from services.registry.classes.rules.limits import places_of
from services.registry.classes.rules.notice import begins_at, require_reported_before
from services.registry.classes.store import classes as store
from services.registry.classes.usecases import Explanation, own_class, remember
from services.registry.directory.usecases import directory
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.timetable import store as lesson_store
from services.registry.timetable.rules import site_checks
from services.registry.timetable.usecases import judging as timetable
from services.registry.timetable.usecases import planning
from services.registry.timetable.usecases.judging import PlannedLesson
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.moves import move
from shared.kernel.periods import business_day
from shared.persons import Persons


@dataclass(frozen=True)
class Change:
    """The terms to change, and why; None leaves a term as it is."""

    reason: str
    starts_on: date | None = None
    ends_on: date | None = None
    seats: int | None = None
    site: str | None = None
    """The institution's own local_id of the site."""
    exam_plan: ExamPlan | None = None
    lessons: Sequence[PlannedLesson] | None = None
    """All of them, as for a new timetable; needed if the planned ones do not fit the new terms."""


async def change(
    connection: AsyncConnection, class_id: UUID, asked: Change, *, persons: Persons, caller: Caller, at: datetime
) -> TrainingClass:
    """The class with other terms; its trainees follow it. A change that changes nothing answers the class as it is.

    Raises NotFound, ForeignOrganisation, IllegalMove, ChangeReportedTooLate, ChangeOverlaps (C04),
    TraineesUnfit (C01), and for the new terms and lessons what a filing or a timetable with them would be refused for.
    """
    before = await own_class(connection, class_id, caller)
    move(class_rules.MOVES, before.status, ClassVerb.CHANGE)
    rulebook = await rulebook_store.current(connection)
    terms = await _terms(connection, before, asked, rulebook, at=at)
    if terms == before:
        if asked.lessons is None:
            return before
        planned, reason = asked.lessons, asked.reason
        await planning.put(connection, class_id, planned, reason=reason, persons=persons, caller=caller, at=at)
        return await store.load(connection, class_id)
    count = await store.headcount(connection, class_id)
    await _require_sound(connection, before, terms, rulebook, seated=count.seated, at=at)
    lessons = await _move_lessons(connection, before, terms, asked, rulebook=rulebook, persons=persons, at=at)
    changed, fact = class_rules.change(before, terms, at=at, enrolled=count.enrolled)
    after = site_checks.hold_at(changed, await store.sites(connection, changed, since=at))
    await store.save(connection, after, expected=before.version)
    grounds = rulebook.grounds(after.starts_on, after.region, "class", "filing", project=after.project)
    explanation = Explanation([asked.reason], _changed(before, after) | lessons, grounds)
    await remember(connection, after, ClassVerb.CHANGE, explanation, caller=caller, at=at)
    await outbox.record(connection, fact)
    await class_trainees.follow(
        connection, before, after, persons=persons, by=caller.person, reason=asked.reason, at=at
    )
    if lessons:
        await timetable.tell(connection, after, await lesson_store.of_class(connection, class_id), at=at)
        await recount_class(connection, class_id, HoursReason(by=caller.person, reason=asked.reason, at=at))
    await flag_stopped(connection, after, at=at)
    return after


async def _terms(
    connection: AsyncConnection, class_: TrainingClass, asked: Change, rulebook: Rulebook, *, at: datetime
) -> TrainingClass:
    terms = replace(
        class_,
        starts_on=asked.starts_on or class_.starts_on,
        ends_on=asked.ends_on or class_.ends_on,
        seats=asked.seats or class_.seats,
        exam_plan=exam_plan(asked.exam_plan) or class_.exam_plan,
    )
    places = places_of(terms, rulebook.plan, today=business_day(at))
    terms = replace(terms, site_id=await site_id(connection, terms, asked.site, places=places) or class_.site_id)
    return terms if terms.starts_on == class_.starts_on else _of_first_day(terms, rulebook)


def _of_first_day(terms: TrainingClass, rulebook: Rulebook) -> TrainingClass:
    """`terms` as its first day has it: who reports it, and whether its project is scarce and needed."""
    terms = replace(terms, reporting_region=rulebook.plan.reporting_region(terms.region, on=terms.starts_on))
    if terms.project is None:
        return terms
    project = rulebook.project(terms.project, day=terms.starts_on)
    return replace(terms, is_scarce=project.is_scarce, is_needed=project.is_needed)


async def _require_sound(
    connection: AsyncConnection,
    before: TrainingClass,
    terms: TrainingClass,
    rulebook: Rulebook,
    *,
    seated: int,
    at: datetime,
) -> None:
    filing_rules.require_sound(terms)
    policy = rulebook.policy(terms.starts_on, terms.region)
    filing_rules.require_length(terms, policy=policy)
    filing_rules.require_seats(terms, policy=policy, seated=seated)
    day = rules.first_day_touched(before, terms)
    touches_from = None if day is None else begins_at(day)
    require_reported_before(touches_from, lead_hours=policy.filing_change_lead_hours, at=at)
    if terms.starts_on != before.starts_on:
        await _require_open(connection, terms, rulebook)


async def _move_lessons(
    connection: AsyncConnection,
    before: TrainingClass,
    terms: TrainingClass,
    asked: Change,
    *,
    rulebook: Rulebook,
    persons: Persons,
    at: datetime,
) -> dict[str, Any]:
    """Check that the lessons fit the new terms, or replace them by those of `asked`; what the history keeps."""
    stored = await lesson_store.of_class(connection, before.id)
    lessons = stored.lessons if asked.lessons is None else await timetable.read(connection, terms, asked.lessons)
    if not lessons:
        return {}
    if terms.starts_on == before.starts_on:
        # With its first day, which is reported before, a class that has not started moves all of its lessons.
        planning.require_in_time(before, stored.lessons, lessons, reason=asked.reason, rulebook=rulebook, at=at)
    staff, _ = await timetable.judge(connection, terms, lessons, stored=stored, rulebook=rulebook, at=at)
    timetable.require_ages(terms, lessons, staff, stored=stored, rulebook=rulebook, persons=persons, at=at)
    await timetable.save(connection, before.id, stored.lessons, lessons)
    return {} if asked.lessons is None else {"lessons": timetable.changed(stored.lessons, lessons)}


async def _require_open(connection: AsyncConnection, terms: TrainingClass, rulebook: Rulebook) -> None:
    rulebook.plan.primary_programme(terms.programme, on=terms.starts_on)
    project = None
    if terms.fund_source is not None and terms.project is not None:
        project = rulebook.project(terms.project, day=terms.starts_on)
        filing_rules.require_of_project(terms, project)
    await directory.require_open(connection, terms.institution_id, project, day=terms.starts_on)


def _changed(before: TrainingClass, after: TrainingClass) -> dict[str, Any]:
    """Each changed term with its values before and after."""
    names = ("starts_on", "ends_on", "seats", "site_id", "exam_plan")
    terms = {name: (getattr(before, name), getattr(after, name)) for name in names}
    changed = {name: {"from": was, "to": is_} for name, (was, is_) in terms.items() if was != is_}
    found: dict[str, Any] = orjson.loads(orjson.dumps(changed, default=_plain))
    return found


def _plain(value: Any) -> object:
    # The driver's UUIDs are of a class of their own, which JSON does not know.
    return value._asdict() if isinstance(value, ExamPlan) else str(value)
