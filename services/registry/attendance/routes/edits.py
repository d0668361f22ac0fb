"""Edits of attendance: a day's hours set by hand with a reason, and the list of edits."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from services.registry.attendance.routes.schemas import DayAnswer, EditAnswer
from services.registry.attendance.store import edits as store
from services.registry.attendance.usecases import edits as usecases
from services.registry.attendance.usecases.edits import EditDetails
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.forms import Day, Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("attendance")


class EditRequest(Strict):
    day: Day
    hours: Annotated[int, Field(ge=0, le=24, strict=True, description="Class hours of 45 minutes")]
    reason: Reason


class EditedAnswer(DayAnswer):
    total_hours: int


@routes.post("/enrolments/{enrolment_id}/attendance-edits")
async def edit_attendance(
    enrolment_id: UUID, request: EditRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> EditedAnswer:
    """Set the hours of a day by hand, signed, with a reason. Later marks do not undo the edit.

    An institution can edit a day for a number of days; after that, an officer of its region or above can. After the
    conclusion or completion of the class the outcome is decided again, as a correction. If an institution sets more
    hours than the marks show, the edit is flagged (C14) and a claim waits for the flag.
    """
    details = EditDetails(request.day, request.hours, request.reason)
    day, total = await usecases.edit(connection, enrolment_id, details, caller=caller, at=at)
    return EditedAnswer(**DayAnswer.model_validate(day).model_dump(), total_hours=total.hours)


@routes.get("/attendance-edits")
async def list_attendance_edits(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    class_id: UUID | None = None,
    institution_id: UUID | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[EditAnswer]:
    """Edits, oldest first. Officers see the edits in their region, an institution sees its own."""
    far, institution_id = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    rows = await store.page(
        connection, far, class_id=class_id, institution_id=institution_id, after=after(cursor), limit=size
    )
    return Page(rows=[EditAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))
