"""What happens to the trainees of a class when it is changed or cancelled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.class_lifecycle.rules.changes import require_trainees_free
from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules import enrolments as rules
from services.registry.enrolments.rules.days import days_of
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.overlaps import OccupiedDays
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.enrolments.usecases import admission
from services.registry.enrolments.usecases import steps as enrolment_steps
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.periods import business_day
from shared.persons import Persons

_IN_ENROLMENT_FACTS = (
    "programme", "region", "reporting_region", "occupation", "award", "fund_source", "project", "is_needed",
    "starts_on", "ends_on",
)  # fmt: skip
"""The fields of a class that the facts of its enrolments carry as well."""

_DECIDING_ADMISSION: Final = ("fund_source", "project", "starts_on")
"""The fields that decide who may be enrolled in a class and what they have to declare."""

_UNFINISHED: Final = (EnrolmentStatus.IN_TRAINING, EnrolmentStatus.DEFERRED)
_BEGINNING: Final = UUID(int=0)
_PAGE: Final = 1000
_CANCELLED = "the class was cancelled 班级已取消"
"""Why those trainees left: a reason that the system sets."""


async def follow(
    connection: AsyncConnection,
    before: TrainingClass,
    after: TrainingClass,
    *,
    persons: Persons,
    by: str,
    reason: str,
    at: datetime,
) -> None:
    """Give those in training the days of `after` and publish what changed; the class is stored already.

    Raises TraineesUnfit (C01), ChangeOverlaps (C04).
    """
    if all(getattr(before, name) == getattr(after, name) for name in _IN_ENROLMENT_FACTS):
        return
    unfinished = await _of(connection, after, _UNFINISHED)
    if any(getattr(before, name) != getattr(after, name) for name in _DECIDING_ADMISSION):
        await admission.require_all_fit(connection, after, unfinished, persons=persons)
    days = {each.id: _days(each, before, after) for each in unfinished}
    occupied = [
        OccupiedDays(each.id, after.id, each.institution_id, each.person, each.local_id, *days[each.id])
        for each in unfinished
        if each.status is EnrolmentStatus.IN_TRAINING
    ]
    await _require_free(connection, occupied)
    moved = [
        rules.move_days(
            _counting_to(after.programme, each) if each.programme == before.programme else each,
            after,
            from_on=days[each.id][0],
            until_on=days[each.id][1],
            at=at,
        )
        for each in unfinished
    ]
    await enrolment_steps.keep(connection, moved, by=by, reason=reason)


async def withdraw_all(
    connection: AsyncConnection, class_: TrainingClass, *, completed: bool, by: str, at: datetime
) -> None:
    """Withdraw trainees without an outcome from a cancelled class; with `completed`, those who completed it as well."""
    statuses = (*_UNFINISHED, EnrolmentStatus.COMPLETED) if completed else _UNFINISHED
    withdrawn = [
        rules.withdraw(each, class_, on=business_day(at), at=at) for each in await _of(connection, class_, statuses)
    ]
    await enrolment_steps.keep(connection, withdrawn, by=by, reason=_CANCELLED)


async def _require_free(connection: AsyncConnection, moved: Sequence[OccupiedDays]) -> None:
    if not moved:
        return
    first, last = min(each.from_on for each in moved), max(each.until_on for each in moved)
    taken = await overlap_store.taken(connection, {each.person for each in moved}, from_on=first, until_on=last)
    lessons = await overlap_store.lesson_times(connection, {each.class_id for each in (*moved, *taken)})
    require_trainees_free(moved, taken, lessons)


def _days(enrolment: Enrolment, before: TrainingClass, after: TrainingClass) -> tuple[date, date]:
    if enrolment.status is EnrolmentStatus.IN_TRAINING:
        return days_of(enrolment, before, after)
    return enrolment.from_on, enrolment.until_on


def _counting_to(programme: str, enrolment: Enrolment) -> Enrolment:
    return replace(enrolment, programme=programme)


async def _of(
    connection: AsyncConnection, class_: TrainingClass, statuses: Collection[EnrolmentStatus]
) -> list[Enrolment]:
    """The enrolments of the class, which is locked, that have one of `statuses`."""
    found: list[Enrolment] = []
    page = await enrolment_store.of_class(connection, class_.id, after=_BEGINNING, limit=_PAGE)
    while page:
        found += [each for each in page if each.status in statuses]
        page = await enrolment_store.of_class(connection, class_.id, after=page[-1].id, limit=_PAGE)
    return found
