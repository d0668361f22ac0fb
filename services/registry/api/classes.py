"""Classes: filing, the moves, rosters, outcomes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import TypeAdapter

from services.registry.api.schemas import (
    ClassAnswer,
    ClassRequest,
    EnrolmentAnswer,
    HoursRowRequest,
    RosterRowRequest,
    TraineeAnswer,
)
from services.registry.store import classes as store
from services.registry.store import enrolments as enrolment_store
from services.registry.usecases import classes as usecases
from services.registry.usecases import enrolments as enrolment_usecases
from services.registry.usecases import rosters
from services.registry.usecases.enrolments import HoursRow
from services.registry.usecases.rosters import RosterRow
from shared.auth import CurrentCaller
from shared.batches import BatchAnswer, answer, batch_of, parse_rows
from shared.contracts.registry import ClassStatus
from shared.forms import Batch
from shared.kernel.callers import Role
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Particulars, Persons
from shared.web import Connection, Now, router

routes = router("classes")

_ROSTER_ROW = TypeAdapter(RosterRowRequest)
_HOURS_ROW = TypeAdapter(HoursRowRequest)


@routes.post("/classes", status_code=201)
async def file(request: ClassRequest, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """File a class of your institution with the county. The same filing again answers the one that exists."""
    return ClassAnswer.of(await usecases.file(connection, request.filing(), caller=caller, at=at))


@routes.get("/classes")
async def list_classes(
    connection: Connection,
    caller: CurrentCaller,
    status: ClassStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ClassAnswer]:
    """An institution sees its own classes, others see all."""
    own = caller.organisation if caller.role is Role.INSTITUTION else None
    rows = await store.page(connection, institution_id=own, status=status, after=after(cursor), limit=size)
    return Page(rows=[ClassAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/classes/{class_id}")
async def get_class(class_id: UUID, connection: Connection, _: CurrentCaller) -> ClassAnswer:
    return ClassAnswer.of(await store.load(connection, class_id))


@routes.post("/classes/{class_id}/approval")
async def approve(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Approve a filed class, as an officer of its county or above who did not file it."""
    return ClassAnswer.of(await usecases.approve(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/start")
async def start(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    return ClassAnswer.of(await usecases.start(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/completion")
async def complete(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Complete a running class whose trainees all have an outcome."""
    return ClassAnswer.of(await usecases.complete(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/cancellation")
async def cancel(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Give a class up; its trainees without an outcome are withdrawn."""
    return ClassAnswer.of(await usecases.cancel(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/enrolments", response_model=BatchAnswer, openapi_extra=batch_of(RosterRowRequest))
async def enrol(
    class_id: UUID,
    batch: Batch,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    mode: Annotated[
        str, Query(pattern="^(store|validate)$", description="`validate` decides, stores nothing")
    ] = "store",
) -> Response:
    """Post up to 1,000 rows of a roster. Each row is answered by itself: accepted, repeated or refused with reasons."""
    parsed, refused = parse_rows(_ROSTER_ROW, batch.rows, row_id="local_id")
    persons: Persons = request.app.state.persons
    rows = [_roster_row(place, row) for place, row in parsed]
    dry_run = mode == "validate"
    outcomes = await rosters.enrol(connection, class_id, rows, persons=persons, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)


def _roster_row(place: int, row: RosterRowRequest) -> RosterRow:
    particulars = Particulars(row.document_kind, row.document_number, row.name, row.phone)
    return RosterRow(place, row.local_id, particulars, row.programme, tuple(row.tags))


@routes.get("/classes/{class_id}/enrolments")
async def list_trainees(
    class_id: UUID,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[TraineeAnswer]:
    """The class's trainees, masked. An institution sees its own classes only."""
    class_ = await store.load(connection, class_id)
    if caller.role is Role.INSTITUTION:
        caller.require_organisation(class_.institution_id)
    else:
        caller.require(Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)
    rows = await enrolment_store.of_class(connection, class_id, after=after(cursor), limit=size)
    persons: Persons = request.app.state.persons
    sealed = await enrolment_store.sealed_trainees(connection, [row.person for row in rows])
    shown = [
        TraineeAnswer(
            **EnrolmentAnswer.model_validate(row).model_dump(),
            **persons.shown(sealed[row.person]),
        )
        for row in rows
    ]
    return Page(rows=shown, next=next_cursor(rows, size))


@routes.post("/classes/{class_id}/outcomes", response_model=BatchAnswer, openapi_extra=batch_of(HoursRowRequest))
async def conclude(class_id: UUID, batch: Batch, connection: Connection, caller: CurrentCaller, at: Now) -> Response:
    """Post the hours of up to 1,000 trainees; the hours decide whether a training was completed."""
    parsed, refused = parse_rows(_HOURS_ROW, batch.rows, row_id="local_id")
    rows = [HoursRow(place, row.local_id, row.hours) for place, row in parsed]
    outcomes = await enrolment_usecases.conclude(connection, class_id, rows, caller=caller, at=at)
    return answer([*refused, *outcomes])
