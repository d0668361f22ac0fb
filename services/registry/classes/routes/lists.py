"""Classes over HTTP: lists, one class, and its history."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.classes.routes.schemas import (
    ClassAnswer,
    ClassStepAnswer,
    NextStepAnswer,
    ReportedChangeAnswer,
    WaitingAnswer,
)
from services.registry.classes.store import classes as store
from services.registry.classes.store import history as event_store
from services.registry.classes.store.classes import Narrowing
from services.registry.classes.usecases import visible_class
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.awards import AskedAward
from shared.contracts.registry.classes import ClassStatus
from shared.forms import Day
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, after_day, before, next_cursor
from shared.web import Connection, Now, router

routes = router("classes")

Region = Annotated[str | None, Query(max_length=16, description="A county or a reporting region with all below it")]


@routes.get("/classes")
async def list_classes(
    connection: Connection,
    caller: CurrentCaller,
    award: AskedAward,
    status: ClassStatus | None = None,
    region: Region = None,
    institution_id: UUID | None = None,
    starts_from: Day | None = None,
    starts_to: Day | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ClassAnswer]:
    """By first day. An institution sees its own classes, officers those of their region and below, bodies all."""
    far, whose = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    narrowing = Narrowing(far, whose, status, award, starts_from, starts_to)
    rows = await store.page(connection, narrowing, after=after_day(cursor), limit=size)
    next_ = next_cursor(rows, size, lambda row: (row.starts_on, row.id))
    return Page(rows=[ClassAnswer.of(row) for row in rows], next=next_)


@routes.get("/classes/waiting")
async def list_waiting_classes(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Region = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[WaitingAnswer]:
    """Filed classes that wait for the county's answer, by the day on which it is due. For officers, in their region."""
    far = await visibility.reach(connection, caller, region)
    rows = await store.waiting(connection, far, after=after_day(cursor), limit=size)
    today = business_day(at)
    next_ = next_cursor(rows, size, lambda row: (row.answer_due_on or date.max, row.id))
    return Page(rows=[WaitingAnswer.at(row, today=today) for row in rows], next=next_)


@routes.get("/classes/next-steps")
async def list_next_steps(
    connection: Connection, caller: CurrentCaller, at: Now, cursor: Cursor = None, size: PageSize = 100
) -> Page[NextStepAnswer]:
    """Your institution's classes by first day, each with its trainees and what it needs next."""
    far, whose = await visibility.scope(connection, caller, region=None, institution_id=None)
    rows = await store.page(connection, Narrowing(far, whose), after=after_day(cursor), limit=size)
    counts = await store.headcounts(connection, [row.id for row in rows])
    today = business_day(at)
    next_ = next_cursor(rows, size, lambda row: (row.starts_on, row.id))
    return Page(rows=[NextStepAnswer.at(row, counts[row.id], today=today) for row in rows], next=next_)


@routes.get("/class-changes")
async def list_class_changes(
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ReportedChangeAnswer]:
    """What institutions reported of their classes, the newest first: other terms, other lessons. For officers."""
    far = await visibility.reach(connection, caller, region)
    rows = await event_store.reported(connection, far, before=before(cursor), limit=size)
    return Page(rows=[ReportedChangeAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/classes/{class_id}")
async def get_class(class_id: UUID, connection: Connection, caller: CurrentCaller) -> ClassAnswer:
    """An institution sees its own classes, officers those of their region and below."""
    return ClassAnswer.of(await visible_class(connection, class_id, caller))


@routes.get("/classes/{class_id}/history")
async def list_class_history(
    class_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[ClassStepAnswer]:
    """Every step of a class from its filing on: who took it, when, why, what was filed, found or changed, and by which
    rows of rules."""
    await visible_class(connection, class_id, caller)
    rows = await event_store.page(connection, class_id, after=after(cursor), limit=size)
    return Page(rows=[ClassStepAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))
