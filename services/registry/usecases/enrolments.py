"""Give enrolments their outcome, withdraw them, put them right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import enrolments as rules
from services.registry.domain.classes import ClassNotRunning, TrainingClass
from services.registry.domain.enrolments import Enrolment, NotInClass
from services.registry.store import classes as class_store
from services.registry.store import enrolments as store
from services.registry.store import plan as plan_store
from shared.backbone import outbox
from shared.contracts.registry import ClassStatus, EnrolmentState, EnrolmentStatus
from shared.kernel.callers import Caller, Role
from shared.kernel.outcomes import RowOutcome
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal


class HoursRow(NamedTuple):
    """The hours one trainee has had, in class hours of 45 minutes."""

    row: int
    local_id: str
    hours: int


async def conclude(
    connection: AsyncConnection, class_id: UUID, rows: Sequence[HoursRow], *, caller: Caller, at: datetime
) -> list[RowOutcome]:
    """An outcome for each of `rows`: the trainee's training completed or failed by the hours, or the row refused.

    Raises WrongRole, NotFound, ForeignOrganisation, ClassNotRunning: then nothing was stored.
    """
    class_ = await _own_class(connection, class_id, caller)
    if class_.status is not ClassStatus.RUNNING:
        raise ClassNotRunning(state=class_.status)
    known = await store.by_local_ids(connection, class_.institution_id, {row.local_id for row in rows})
    today = business_day(at)
    facts: list[EnrolmentState] = []
    changed: list[Enrolment] = []
    outcomes: list[RowOutcome] = []
    for row in rows:
        try:
            before = known.get(row.local_id)
            if before is None or before.class_id != class_.id:
                raise NotInClass(pointer="/local_id")
            if _is_repeat(before, row):
                outcomes.append(RowOutcome(row.row, "repeated", row.local_id, id=before.id))
                continue
            after, fact = rules.conclude(before, class_, hours=row.hours, on=min(today, class_.ends_on), at=at)
        except Refusal as refusal:
            outcomes.append(RowOutcome(row.row, "refused", row.local_id, refusal=refusal))
            continue
        known[row.local_id] = after
        changed.append(after)
        facts.append(fact)
        outcomes.append(RowOutcome(row.row, "accepted", row.local_id, id=after.id))
    await store.save_all(connection, changed)
    await outbox.record_all(connection, facts)
    return outcomes


async def withdraw(connection: AsyncConnection, enrolment_id: UUID, *, caller: Caller, at: datetime) -> Enrolment:
    """Take a trainee out of their class. Raises WrongRole, NotFound, ForeignOrganisation, IllegalMove."""
    before = await store.load(connection, enrolment_id)
    class_ = await _own_class(connection, before.class_id, caller)
    after, fact = rules.withdraw(before, class_, on=business_day(at), at=at)
    await store.save_all(connection, [after])
    await outbox.record(connection, fact)
    return after


async def correct(
    connection: AsyncConnection,
    enrolment_id: UUID,
    *,
    programme: str | None,
    tags: tuple[str, ...] | None,
    hours: int | None,
    caller: Caller,
    at: datetime,
) -> Enrolment:
    """Put programme, tags or hours right. Raises WrongRole, NotFound, ForeignOrganisation and the rule's."""
    before = await store.load(connection, enrolment_id)
    class_ = await _own_class(connection, before.class_id, caller)
    if programme is not None:
        (await plan_store.load(connection)).primary_programme(programme)
    after, fact = rules.correct(before, class_, programme=programme, tags=tags, hours=hours, at=at)
    await store.save_all(connection, [after])
    await outbox.record(connection, fact)
    return after


async def _own_class(connection: AsyncConnection, class_id: UUID, caller: Caller) -> TrainingClass:
    caller.require(Role.INSTITUTION)
    class_ = await class_store.load(connection, class_id, lock=True)
    caller.require_organisation(class_.institution_id)
    return class_


def _is_repeat(enrolment: Enrolment, row: HoursRow) -> bool:
    concluded = enrolment.status in (EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)
    return concluded and enrolment.hours == row.hours
