"""Rosters as files: posted as they are, worked on beside the requests, reported row by row, given back to be mended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.registry.rosters.rules.files import RosterFile, RosterFileForm, RosterFileStatus
from services.registry.rosters.store import files as store
from services.registry.rosters.usecases import files as usecases
from services.registry.rosters.usecases.spreadsheets import templates
from shared.auth import CurrentCaller
from shared.edge import INSTEAD_OF_MEDIA_TYPE, UnsupportedMediaType, media_type_of
from shared.paging import Cursor, Page, PageSize, before, next_cursor
from shared.posted import DryRun
from shared.web import Connection, Now, router

routes = router("roster files")

PATH: Final = "/v1/roster-files"

_MEDIA_TYPES: Final = {
    RosterFileForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    RosterFileForm.CSV: "text/csv; charset=utf-8",
}
BODY: Final = {
    "requestBody": {
        "required": True,
        # Browsers and curl often have another content type for a file than what it is.
        INSTEAD_OF_MEDIA_TYPE: "form",
        "content": {
            media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for media_type in _MEDIA_TYPES.values()
        },
    }
}
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media_type: {} for media_type in _MEDIA_TYPES.values()}, "description": "The file"}
}

Form = Annotated[RosterFileForm, Query(description="The kind of file")]


class RosterFileAnswer(BaseModel):
    """A posted file, and how far it is. `problem` says why the file as a whole was refused, and what to do.

    `rows_hidden` of its rows are hidden or filtered in the sheet, and decided like the others. Of a file that is over,
    refused rows can be had until `refused_rows_until`; None where nothing is kept.
    """

    id: UUID
    form: RosterFileForm
    class_id: UUID | None
    dry_run: bool
    status: RosterFileStatus
    percent: int
    rows_total: int
    rows_done: int
    rows_hidden: int
    accepted: int
    repeated: int
    refused: int
    problem: dict[str, Any] | None
    posted_at: datetime
    finished_at: datetime | None
    refused_rows_until: datetime | None

    @classmethod
    def of(cls, file: RosterFile) -> RosterFileAnswer:
        return cls(
            id=file.id,
            form=file.form,
            class_id=file.class_id,
            dry_run=file.dry_run,
            status=file.status,
            percent=file.percent,
            rows_total=file.rows_total,
            rows_done=file.tally.rows,
            rows_hidden=file.rows_hidden,
            **file.tally._asdict(),
            problem=None if file.problem is None else dict(file.problem),
            posted_at=file.posted_at,
            finished_at=file.finished_at,
            refused_rows_until=file.rows_until,
        )


class RefusedRowAnswer(BaseModel):
    """A row that was refused. `row` is its number in the sheet, as the clerk sees it."""

    row: int
    row_id: str | None
    errors: list[dict[str, Any]]


class ReportPage(BaseModel):
    """Some refused rows in the order of the sheet; `next` is the `after` of the next page, None at the end."""

    rows: list[RefusedRowAnswer]
    next: int | None


@routes.post("/roster-files", status_code=202, openapi_extra=BODY)
async def post_roster_file(
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    dry_run: DryRun,
    form: Annotated[
        RosterFileForm | None, Query(description="The kind of file, where the Content-Type does not say it")
    ] = None,
    class_id: Annotated[
        UUID | None, Query(description="The class that all rows go to; without it each row names its own")
    ] = None,
) -> RosterFileAnswer:
    """Post a roster of up to 100,000 rows as a file: the file itself is the body. Then ask after it by its id.

    It is kept sealed, and erased when it is done. The same file again while it waits is the same file.
    """
    file = await usecases.post(
        connection,
        await request.body(),
        form=form or form_of(request),
        class_id=class_id,
        dry_run=dry_run,
        persons=request.app.state.persons,
        seal=request.app.state.seal,
        caller=caller,
        at=at,
    )
    return RosterFileAnswer.of(file)


def form_of(request: Request) -> RosterFileForm:
    """The kind of file that the Content-Type says. Raises UnsupportedMediaType."""
    forms = {media_type.partition(";")[0]: form for form, media_type in _MEDIA_TYPES.items()}
    if (told := media_type_of(request)) not in forms:
        raise UnsupportedMediaType(accepted=list(forms))
    return forms[told]


@routes.get("/roster-files")
async def list_roster_files(
    connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[RosterFileAnswer]:
    """Your institution's files, the newest first."""
    rows = await usecases.own_files(connection, caller=caller, before=before(cursor), limit=size)
    return Page(rows=[RosterFileAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/roster-files/template", response_class=Response, responses=FILE)
async def get_roster_template(_: CurrentCaller, form: Form = RosterFileForm.XLSX) -> Response:
    """An empty roster to fill in, with the headings, the lists to choose from, and what belongs where."""
    content = templates.xlsx() if form is RosterFileForm.XLSX else templates.csv_text().encode()
    return download(content, form, "roster-template")


@routes.get("/roster-files/{file_id}")
async def get_roster_file(file_id: UUID, connection: Connection, caller: CurrentCaller) -> RosterFileAnswer:
    """How far the file is."""
    return RosterFileAnswer.of(await usecases.own_file(connection, file_id, caller=caller))


@routes.delete("/roster-files/{file_id}")
async def remove_roster_file(
    file_id: UUID, request: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> RosterFileAnswer:
    """Cancel a file that waits or is worked on: rows that have been stored stay. Of one that is over, erase what is
    kept of the refused rows; their number stays.
    """
    kept = request.app.state.settings.refused_rows_kept
    file = await usecases.remove(connection, file_id, caller=caller, at=at, rows_kept=kept)
    return RosterFileAnswer.of(file)


@routes.get("/roster-files/{file_id}/report")
async def get_roster_file_report(
    file_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    after: Annotated[int, Query(ge=0, description="`next` of the page before")] = 0,
    size: PageSize = 100,
) -> ReportPage:
    """The rows that were refused so far: what is wrong in which column, and what to do. No cell is repeated here."""
    await usecases.own_rows(connection, file_id, caller=caller, at=at)
    rows = await store.rows(connection, file_id, after=after, limit=size)
    answers = [RefusedRowAnswer(row=row.row, row_id=row.row_id, errors=row.errors) for row in rows]
    return ReportPage(rows=answers, next=rows[-1].row if len(rows) == size else None)


@routes.get("/roster-files/{file_id}/failed-rows", response_class=Response, responses=FILE)
async def get_roster_file_failed_rows(
    file_id: UUID,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    form: Form = RosterFileForm.XLSX,
) -> Response:
    """The refused rows as you sent them, with what is wrong beside each: mend them and post the file again."""
    file = await usecases.own_rows(connection, file_id, caller=caller, at=at)
    state = request.app.state
    # The request's own transaction ends before the first piece leaves.
    pieces = usecases.failed_rows(state.engine, file, form=form, seal=state.seal)
    return StreamingResponse(pieces, media_type=_MEDIA_TYPES[form], headers=_attached(form, "failed-rows"))


def download(content: bytes, form: RosterFileForm, name: str) -> Response:
    """`content` as a file of that name."""
    return Response(content, media_type=_MEDIA_TYPES[form], headers=_attached(form, name))


def _attached(form: RosterFileForm, name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.{form.value}"'}
