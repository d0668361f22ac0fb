"""Exports to the national query network over HTTP: the file, the receipt, the rejected rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.assessment.national_query import usecases
from services.assessment.national_query.rules import Export, ExportStatus
from shared.auth import CurrentCaller
from shared.edge.lanes import bulk
from shared.forms import HASHED, VISIBLE, Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, cursor_of, next_cursor, position_of
from shared.web import Connection, CurrentPersons, Now, router

routes = router("national_exports")

_CSV = "text/csv"


class ExportRequest(Strict):
    of_export: Annotated[
        UUID | None, Field(description="Send the rejected rows of this export again, and nothing else")
    ] = None


class ReceiptRequest(Strict):
    """The text of the receipt, unchanged. Of it a digest is kept, and what it says of each row."""

    content: Annotated[
        str,
        Field(min_length=1, max_length=1_000_000, examples=["receipt,…"]),
        VISIBLE,
        HASHED,
    ]


class GivingUpRequest(Strict):
    reason: Reason


class ExportAnswer(BaseModel):
    """`digest` is SHA-256 of the file up to its last line, in hexadecimal."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: ExportStatus
    rows: int
    digest: str
    exported_by: str
    exported_at: datetime
    of_export: UUID | None
    answered_by: str | None
    answered_at: datetime | None
    rejected: int | None
    given_up_by: str | None
    giving_up_reason: str | None
    version: int


class ExportRowAnswer(BaseModel):
    """What became of a row: `sent`, `found`, `rejected`, or `unsent` after its export was given up."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="The certificate")
    place: int
    state: str
    reason: str | None
    checked_on: date | None


@routes.post("/national-exports", status_code=201, response_model=ExportAnswer)
@bulk
async def export_certificates(
    request: ExportRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> Export:
    """Export up to 5,000 certificates that are new or have changed, or the rejected rows of an export.

    Repeat it until the answer is 409 `nothing-to-export`.
    """
    return await usecases.export(connection, request.of_export, persons=persons, caller=caller, at=at)


@routes.get("/national-exports")
async def list_national_exports(
    connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[ExportAnswer]:
    rows = await usecases.page(connection, caller=caller, after=after(cursor), limit=size)
    return Page(rows=[ExportAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/national-exports/{export_id}", response_model=ExportAnswer)
async def get_national_export(export_id: UUID, connection: Connection, caller: CurrentCaller) -> Export:
    return await usecases.load(connection, export_id, caller=caller)


@routes.get(
    "/national-exports/{export_id}/file",
    response_class=Response,
    responses={200: {"content": {_CSV: {"schema": {"type": "string"}}}}},
)
@bulk
async def get_national_export_file(
    export_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> Response:
    """The file for the network, the same each time. It holds names and document numbers."""
    content = await usecases.file(connection, export_id, persons=persons, caller=caller)
    named = {"Content-Disposition": f'attachment; filename="export-{export_id}.csv"', "Cache-Control": "no-store"}
    return Response(content, media_type=_CSV, headers=named)


@routes.get("/national-exports/{export_id}/rows")
async def list_national_export_rows(
    export_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    state: Annotated[Literal["sent", "found", "rejected", "unsent"] | None, Query(description="Only these")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ExportRowAnswer]:
    """What the network answered to each row. Once its certificate was exported again, it stands with that export."""
    place = 0
    if cursor is not None:
        (place,) = position_of(cursor, int)  # type: ignore[assignment]
    rows = await usecases.rows(connection, export_id, state=state, caller=caller, after=place, limit=size)
    following = cursor_of((rows[-1].place,)) if len(rows) == size else None
    return Page(rows=[ExportRowAnswer.model_validate(row) for row in rows], next=following)


@routes.post("/national-exports/{export_id}/receipt", response_model=ExportAnswer)
@bulk
async def read_national_receipt(
    export_id: UUID, request: ReceiptRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Export:
    """Read the network's receipt, wholly or not at all; the same one again changes nothing.

    A certificate that it does not find holds the lines of subsidies that rest on it until a later receipt finds it.
    """
    return await usecases.read_receipt(connection, export_id, request.content, caller=caller, at=at)


@routes.post("/national-exports/{export_id}/giving-up", response_model=ExportAnswer)
async def give_up_national_export(
    export_id: UUID, request: GivingUpRequest, connection: Connection, caller: CurrentCaller
) -> Export:
    """Say that the file never reached the network: its certificates are exported again."""
    return await usecases.give_up(connection, export_id, reason=request.reason, caller=caller)


@routes.post("/national-exports/{export_id}/resumption", response_model=ExportAnswer)
async def resume_national_export(export_id: UUID, connection: Connection, caller: CurrentCaller) -> Export:
    """Say that the file did reach the network after all: its receipt is awaited again."""
    return await usecases.resume(connection, export_id, caller=caller)
