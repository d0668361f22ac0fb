"""Files of any kind over HTTP: uploaded, processed as jobs or at once, and returned for correction.

A service calls `job_routes` for large files, which need its worker, or `at_once_routes` for small ones. Both expect
`ReaderPool` and, for jobs, `FileStorage` and the engine in the application's state.
"""
# No postponed annotations: FastAPI reads those of routes that are made in a function, and could not find their names.

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.auth import CurrentCaller
from shared.edge.lanes import Limits, who
from shared.edge.routes import INSTEAD_OF_MEDIA_TYPE, Handler, UnsupportedMediaType, media_type_of
from shared.edge.sizes import BODY_MAX
from shared.entries import ErrorEntry
from shared.file_jobs import at_once, store, usecases
from shared.file_jobs.answers import (
    FileAnswer,
    FileJobAnswer,
    RefusedRowAnswer,
    ReportedRowAnswer,
    ReportPage,
    WarnedRowAnswer,
)
from shared.file_jobs.at_once import RowReport
from shared.file_jobs.kinds import FileKind, FileStorage, RowDecider
from shared.file_jobs.names import file_name
from shared.file_jobs.rules import FileJob
from shared.file_jobs.store import ReportedRow
from shared.forms import INTEGER_MAX
from shared.paging import Cursor, Page, PageSize, before, next_cursor
from shared.posted import DryRun
from shared.spreadsheets import templates
from shared.spreadsheets.file_faults import FILE_FAULTS
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import FileFormat, SheetFormat
from shared.web import Connection, Now, TransactionalRoute, router

_MEDIA_TYPES: Final = {
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.XLS: "application/vnd.ms-excel",
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.NDJSON: "application/x-ndjson",
}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            _MEDIA_TYPES[FileFormat(each)].partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for each in SheetFormat
        },
        "description": "The file",
    }
}

_NAMED: Final = (
    "\n\nThe name of the file may be given as `Content-Disposition: attachment; filename*=UTF-8''…` (RFC 6266). It is "
    "shown beside the file, with numbers masked, and kept encrypted."
)
Form = Annotated[SheetFormat, Query(description="The kind of file")]
Target = Callable[..., UUID | None]
"""A dependency: the record that all rows of a file go to, from a query parameter of the service."""


def _asked_form(kind: FileKind) -> Callable[..., FileFormat | None]:
    """A dependency: the requested format, one of the kind's."""

    def asked_form(
        form: Annotated[
            kind.formats | None,  # type: ignore[name-defined]
            Query(description="The format of the file, if the Content-Type does not give it"),
        ] = None,
    ) -> FileFormat | None:
        return None if form is None else FileFormat(form)

    return asked_form


def _body(kind: FileKind, *, bytes_max: int | None = None) -> dict[str, Any]:
    """The OpenAPI text for a route that takes the file itself as its body, of `bytes_max` or as large as any file."""
    media_types = (_MEDIA_TYPES[FileFormat(each)].partition(";")[0] for each in kind.formats)
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    # Browsers and curl often send a wrong content type for a file, so `form` can override it.
    size = {} if bytes_max is None else {BODY_MAX: bytes_max}
    return {"requestBody": {"required": True, INSTEAD_OF_MEDIA_TYPE: "form", "content": content, **size}}


def _asked_failed_rows(
    answer: Annotated[
        Literal["report", "failed-rows"],
        Query(description="`failed-rows`: the refused rows as a file to correct and send again; 204 if there are none"),
    ] = "report",
) -> bool:
    return answer == "failed-rows"


def _no_target() -> None:
    return None


def job_routes(
    kind: FileKind,
    path: str,
    *,
    tag: str,
    answer: type[FileJobAnswer] = FileJobAnswer,
    target: Target = _no_target,
    describe_post: str,
) -> APIRouter:
    """The routes below `path` for files that the service's worker processes.

    `answer` shows the record that a file was sent for, which `target` reads. `describe_post` is the description of
    the upload; the other routes have their own.
    """
    routes = router(tag)

    def shown(request: Request, file: FileJob) -> FileJobAnswer:
        name = None if file.name is None else _storage(request).seal.decrypt(file.name, owner=file.id.bytes).decode()
        return answer(
            id=file.id,
            form=file.format.value,
            target_id=file.posting.target_id,
            dry_run=file.posting.dry_run,
            status=file.status,
            percent=file.percent,
            rows_total=file.rows_total,
            rows_done=file.tally.rows,
            rows_hidden=file.rows_hidden,
            **file.tally._asdict(),
            problem=None if file.problem is None else ErrorEntry.model_validate(file.problem),
            name=name,
            posted_by=file.posting.posted_by,
            posted_at=file.posted_at,
            finished_at=file.finished_at,
            refused_rows_until=file.rows_until,
        )

    name = _name(kind)

    @routes.post(
        path,
        name=f"post_{name}",
        status_code=202,
        response_model=answer,
        openapi_extra=_body(kind),
        description=inspect.cleandoc(describe_post) + _NAMED,
    )
    async def post(
        request: Request,
        connection: Connection,
        caller: CurrentCaller,
        at: Now,
        form: Annotated[FileFormat | None, Depends(_asked_form(kind))],
        target_id: Annotated[UUID | None, Depends(target)],
        dry_run: DryRun,
    ) -> FileJobAnswer:
        file = await usecases.post(
            connection,
            kind,
            await request.body(),
            format_=form or _format_of(request, kind),
            name=file_name(request.headers.get("content-disposition", "")),
            target_id=target_id,
            dry_run=dry_run,
            dry_run_rows_an_hour=request.app.state.settings.dry_run_rows_an_hour,
            storage=_storage(request),
            caller=caller,
            at=at,
        )
        return shown(request, file)

    @routes.get(path, name=f"list_{name}s", response_model=Page[answer])  # type: ignore[valid-type]
    async def list_files(
        request: Request,
        connection: Connection,
        caller: CurrentCaller,
        cursor: Cursor = None,
        size: PageSize = 100,
    ) -> Page[FileJobAnswer]:
        """Your institution's files, the newest first."""
        rows = await usecases.own_files(connection, kind, caller=caller, before=before(cursor), limit=size)
        return Page(rows=[shown(request, row) for row in rows], next=next_cursor(rows, size))

    _add_template(routes, kind, path)

    @routes.get(f"{path}/{{file_id}}", name=f"get_{name}", response_model=answer)
    async def get_file(request: Request, file_id: UUID, connection: Connection, caller: CurrentCaller) -> FileJobAnswer:
        """The file and its progress."""
        return shown(request, await usecases.own_file(connection, kind, file_id, caller=caller))

    @routes.delete(f"{path}/{{file_id}}", name=f"remove_{name}", response_model=answer)
    async def remove(
        file_id: UUID, request: Request, connection: Connection, caller: CurrentCaller, at: Now
    ) -> FileJobAnswer:
        """Cancel a file that waits or is processed: stored rows stay. Of a finished file, erase the
        refused rows; their number stays.
        """
        storage = _storage(request)
        file = await usecases.remove(connection, kind, file_id, storage=storage, caller=caller, at=at)
        return shown(request, file)

    @routes.get(f"{path}/{{file_id}}/report", name=f"get_{name}_report")
    async def report(
        file_id: UUID,
        connection: Connection,
        caller: CurrentCaller,
        at: Now,
        request: Request,
        after: Annotated[int, Query(ge=0, le=INTEGER_MAX, description="`next` of the page before")] = 0,
        size: PageSize = 100,
    ) -> ReportPage:
        """The rows refused so far, with errors by column, and those that were accepted with a warning. Cells are not
        repeated, but for the name, masked.
        """
        await usecases.own_rows(connection, kind, file_id, caller=caller, at=at)
        rows = await store.rows(connection, file_id, after=after, limit=size, with_warned=True)
        seal = _storage(request).seal
        answers = [ReportedRowAnswer.of(row, usecases.shown_name(row, kind, file_id, seal)) for row in rows]
        return ReportPage(rows=answers, next=rows[-1].row if len(rows) == size else None)

    @routes.get(
        f"{path}/{{file_id}}/failed-rows", name=f"get_{name}_failed_rows", response_class=Response, responses=_FILE
    )
    async def get_failed_rows(
        file_id: UUID,
        request: Request,
        connection: Connection,
        caller: CurrentCaller,
        at: Now,
        form: Form = SheetFormat.XLSX,
    ) -> Response:
        """The refused rows as you sent them, each with its errors: correct them and send the file again."""
        file = await usecases.own_rows(connection, kind, file_id, caller=caller, at=at)
        # The request's own transaction ends before the first piece is sent.
        pieces = usecases.failed_rows(
            partial(_rows_after, request, file.id), kind, file, format_=form, seal=_storage(request).seal
        )
        return StreamingResponse(
            pieces, media_type=_MEDIA_TYPES[FileFormat(form)], headers=_attachment(form, "failed-rows")
        )

    return routes


def at_once_routes(
    decider: RowDecider[Any, Any], path: str, *, tag: str, rows_max: int, bytes_max: int, describe_post: str
) -> APIRouter:
    """The routes below `path` for files of up to `rows_max` rows and `bytes_max` bytes, decided within the request that
    sends them.

    A file is read before the request's transaction begins, so that no database connection is held meanwhile.
    """
    kind = decider.kind
    routes = router(tag)

    class ReadFirst(TransactionalRoute):
        """Reads the file, then handles the request in its transaction. `refuses` is what reading may raise."""

        refuses = frozenset(FILE_FAULTS.values())

        async def respond(self, request: Request, handle: Handler) -> Response:
            if (format_ := _format_asked(request, kind)) is not None:
                content, readers, caller = await request.body(), request.app.state.readers, who(request)
                request.state.file_rows = await at_once.read(
                    format_, content, kind.table, rows_max=rows_max, readers=readers, caller=caller
                )
                limits: Limits = request.app.state.limits
                limits.count_rows(request, len(request.state.file_rows))
            return await super().respond(request, handle)

    async def post(
        request: Request,
        connection: Connection,
        caller: CurrentCaller,
        at: Now,
        form: Annotated[FileFormat | None, Depends(_asked_form(kind))],
        dry_run: DryRun,
        wants_failed_rows: Annotated[bool, Depends(_asked_failed_rows)],
    ) -> FileAnswer | Response:
        rows: Sequence[FileRow] = request.state.file_rows
        posting = await usecases.posting_of(connection, kind, target_id=None, dry_run=dry_run, caller=caller)
        outcomes = await at_once.decide(connection, decider, posting, rows, at=at)
        refused = at_once.refused_rows(rows, outcomes, kind.table)
        if wants_failed_rows:
            return await _failed_rows(form or _format_of(request, kind), refused, kind)
        counts = Counter(outcome.outcome for outcome in outcomes)
        return FileAnswer(
            accepted=counts["accepted"],
            repeated=counts["repeated"],
            refused=counts["refused"],
            dry_run=dry_run,
            rows=[RefusedRowAnswer.told(each.row, each.row_id, each.refused.errors) for each in refused],
            warned=[WarnedRowAnswer.told(*each) for each in at_once.warned_rows(rows, outcomes, kind.table)],
        )

    _add_template(routes, kind, path)
    routes.add_api_route(
        path,
        post,
        name=f"post_{_name(kind)}",
        methods=["POST"],
        response_model=FileAnswer,
        openapi_extra=_body(kind, bytes_max=bytes_max),
        responses=_FILE | {204: {}},
        description=inspect.cleandoc(describe_post),
        route_class_override=ReadFirst,
    )
    return routes


async def _rows_after(request: Request, file_id: UUID, after: int, limit: int) -> list[ReportedRow]:
    """The next refused rows of a download. This waits for as long as it takes, because the answer has begun."""

    async def fetch() -> list[ReportedRow]:
        async with request.app.state.engines.connect() as connection:
            return await store.rows(connection, file_id, after=after, limit=limit)

    limits: Limits = request.app.state.limits
    return await limits.handle_patiently(request, fetch)


async def _failed_rows(posted: FileFormat, refused: Sequence[RowReport], kind: FileKind) -> Response:
    if not refused:
        return Response(status_code=204)
    # People correct rows in a spreadsheet, whatever format they sent.
    format_ = SheetFormat.CSV if posted is FileFormat.CSV else SheetFormat.XLSX
    return _download(await at_once.failed_rows(format_, refused, kind.table), format_, "failed-rows")


def _add_template(routes: APIRouter, kind: FileKind, path: str) -> None:
    @routes.get(f"{path}/template", name=f"get_{_name(kind)}_template", response_class=Response, responses=_FILE)
    async def template(_: CurrentCaller, form: Form = SheetFormat.XLSX) -> Response:
        """An empty file to fill in, with headings, lists of choices, and an explanation of each column."""
        return _download(templates.template(form, kind.table), form, f"{kind.name.replace(' ', '-')}-template")


def _storage(request: Request) -> FileStorage:
    storage: FileStorage = request.app.state.file_storage
    return storage


def _format_asked(request: Request, kind: FileKind) -> FileFormat | None:
    """The format of a file; None if the request names an unknown one, which its form refuses."""
    asked = request.query_params.get("form")
    if asked is None:
        return _format_of(request, kind)
    return FileFormat(asked) if asked in list(kind.formats) else None


def _format_of(request: Request, kind: FileKind) -> FileFormat:
    """The format of the Content-Type. Raises UnsupportedMediaType."""
    formats = {_MEDIA_TYPES[FileFormat(each)].partition(";")[0]: FileFormat(each) for each in kind.formats}
    if (told := media_type_of(request)) not in formats:
        raise UnsupportedMediaType(accepted=list(formats))
    return formats[told]


def _name(kind: FileKind) -> str:
    """The name of a file of this kind in operation ids: "roster_file"."""
    return kind.name.replace(" ", "_").replace("-", "_") + "_file"


def _download(content: bytes, format_: SheetFormat, name: str) -> Response:
    """`content` as a download of that name."""
    return Response(content, media_type=_MEDIA_TYPES[FileFormat(format_)], headers=_attachment(format_, name))


def _attachment(format_: SheetFormat, name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.{format_.value}"'}
