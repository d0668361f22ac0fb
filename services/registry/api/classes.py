"""Classes: filing, the moves, lists and history."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from services.registry.api.class_schemas import (
    CancellationRequest,
    ChangeRequest,
    CheckRequest,
    ClassAnswer,
    ClassEventAnswer,
    ClassRequest,
    ClassTerms,
    ReportedChangeAnswer,
    ReturnRequest,
    WaitingAnswer,
)
from services.registry.api.day_paging import cursor_behind, place_after
from services.registry.domain.reach import Reach, reach, reach_of
from services.registry.store import class_events as event_store
from services.registry.store import class_lists as lists
from services.registry.store import plan as plan_store
from services.registry.store.class_lists import Narrowing
from services.registry.usecases import class_changes, filing
from services.registry.usecases import classes as usecases
from shared.auth import CurrentCaller
from shared.contracts.registry import ClassStatus
from shared.forms import Day
from shared.kernel.callers import ForeignOrganisation, Role
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, before, next_cursor
from shared.persons import Persons
from shared.web import Connection, Now, router

routes = router("classes")

_EVERYWHERE = (Role.INSTITUTION, Role.ASSESSMENT_BODY)
"""Roles that have no region of their own."""

Region = Annotated[str | None, Query(max_length=16, description="A county or a reporting region with all below it")]


@routes.post("/classes", status_code=201)
async def file(request: ClassRequest, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """File a class of your institution with the county. The same filing again answers the one that exists."""
    return ClassAnswer.of(await filing.file(connection, request.filing(request.local_id), caller=caller, at=at))


@routes.get("/classes")
async def list_classes(
    connection: Connection,
    caller: CurrentCaller,
    status: ClassStatus | None = None,
    region: Region = None,
    institution_id: UUID | None = None,
    starts_from: Day | None = None,
    starts_to: Day | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ClassAnswer]:
    """By first day. An institution sees its own classes, officers those of their region and below, bodies all."""
    narrowing = Narrowing(Reach(), institution_id, status, starts_from, starts_to)
    if caller.role is Role.INSTITUTION:
        if caller.organisation is None or institution_id not in (None, caller.organisation):
            raise ForeignOrganisation
        narrowing = narrowing._replace(institution_id=caller.organisation)
    if region is not None or caller.role not in _EVERYWHERE:
        plan = await plan_store.load(connection)
        far = reach_of(plan, region) if region and caller.role in _EVERYWHERE else reach(plan, caller, region)
        narrowing = narrowing._replace(reach=far)
    rows = await lists.page(connection, narrowing, after=place_after(cursor), limit=size)
    next_ = cursor_behind(rows, [row.starts_on for row in rows], size=size)
    return Page(rows=[ClassAnswer.of(row) for row in rows], next=next_)


@routes.get("/classes/waiting")
async def list_waiting(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Region = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[WaitingAnswer]:
    """Filed classes that wait for the county's answer, by the day on which it is due. For officers, in their region."""
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    far = reach(await plan_store.load(connection), caller, region)
    rows = await lists.waiting(connection, far, after=place_after(cursor), limit=size)
    today = business_day(at)
    next_ = cursor_behind(rows, [row.answer_due_on or date.max for row in rows], size=size)
    return Page(rows=[WaitingAnswer.at(row, today=today) for row in rows], next=next_)


@routes.get("/class-changes")
async def list_changes(
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ReportedChangeAnswer]:
    """What institutions reported of their classes, the newest first: other terms, other lessons. For officers."""
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    far = reach(await plan_store.load(connection), caller, region)
    rows = await event_store.reported(connection, far, before=before(cursor), limit=size)
    return Page(rows=[ReportedChangeAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/classes/{class_id}")
async def get_class(class_id: UUID, connection: Connection, caller: CurrentCaller) -> ClassAnswer:
    """An institution sees its own classes, officers those of their region and below."""
    return ClassAnswer.of(await usecases.visible_class(connection, class_id, caller))


@routes.get("/classes/{class_id}/history")
async def list_history(
    class_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[ClassEventAnswer]:
    """Every step of a class from its filing on: who took it, when, why, and what was filed, found or changed."""
    await usecases.visible_class(connection, class_id, caller)
    rows = await event_store.page(connection, class_id, after=after(cursor), limit=size)
    return Page(rows=[ClassEventAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/classes/{class_id}/return")
async def return_(
    class_id: UUID, request: ReturnRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """Send a class that has not started back with reasons, as an officer of its county or above."""
    return ClassAnswer.of(await usecases.return_(connection, class_id, reasons=request.reasons, caller=caller, at=at))


@routes.post("/classes/{class_id}/refiling")
async def refile(
    class_id: UUID, request: ClassTerms, http: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """File a returned class again, mended; it keeps its local_id and its trainees."""
    persons: Persons = http.app.state.persons
    asked = request.filing("")
    return ClassAnswer.of(await filing.refile(connection, class_id, asked, persons=persons, caller=caller, at=at))


@routes.post("/classes/{class_id}/approval")
async def approve(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Approve a filed class, as an officer of its county or above who did not file it."""
    return ClassAnswer.of(await usecases.approve(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/check")
async def check(
    class_id: UUID, request: CheckRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """Say what you found on site, as an officer of the class's county or above. Until it passed, no class starts."""
    return ClassAnswer.of(
        await usecases.check(
            connection, class_id, passed=request.passed, findings=request.findings, caller=caller, at=at
        )
    )


@routes.post("/classes/{class_id}/start")
async def start(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Open an approved class on its first day or later."""
    return ClassAnswer.of(await usecases.start(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/change")
async def change(
    class_id: UUID, asked: ChangeRequest, request: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """Report other days, seats, site or examination of an approved or running class, before what they touch."""
    persons: Persons = request.app.state.persons
    changed = await class_changes.change(connection, class_id, asked.change(), persons=persons, caller=caller, at=at)
    return ClassAnswer.of(changed)


@routes.post("/classes/{class_id}/completion")
async def complete(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Complete a running class whose trainees all have an outcome."""
    return ClassAnswer.of(await usecases.complete(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/cancellation")
async def cancel(
    class_id: UUID, request: CancellationRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """Give your class up; who has no outcome is withdrawn.

    An officer of its county or above stops a class with this; then who completed it is withdrawn too.
    """
    return ClassAnswer.of(await usecases.cancel(connection, class_id, reason=request.reason, caller=caller, at=at))
